"""Explorers as the tests in a browser see them: what is drawn, what is said, and what the keyboard reaches."""

import math
import re

STOPS = "input:enabled, select:enabled, button:enabled, summary, [tabindex='0']"

# What a text of the picture says is read through the ticks of its axes; d3 puts them half a pixel off.
DRAWN = """svg => {
  const number = text => Number(text.replace("−", "-"));
  const scale = (group, along) => {
    const ticks = [...group.querySelectorAll(".tick")].map(tick => {
      const [a, b] = tick.getAttribute("transform").match(/-?\\d[-\\d.e]*/g).map(Number);
      return [number(tick.querySelector("text").textContent), (along ? b : a) - (devicePixelRatio > 1 ? 0 : 0.5)];
    });
    const [[u, a], [v, b]] = [ticks[0], ticks.at(-1)];
    return pixel => u + (pixel - a) / (b - a) * (v - u);
  };
  const groups = [...svg.querySelectorAll(":scope > g")].filter(g => g.querySelector(".tick"));
  const [x, y] = [scale(groups[0], 0), scale(groups[1], 1)];
  const lines = {};
  for (const path of svg.querySelectorAll("path[data-line]")) {
    const points = [...(path.getAttribute("d") ?? "").matchAll(/[ML]([-\\d.e]+),([-\\d.e]+)/g)];
    if (points.length) lines[path.dataset.line] = points.map(([, a, b]) => [x(Number(a)), y(Number(b))]);
  }
  return { lines, pixel: [Math.abs(x(1) - x(0)), Math.abs(y(1) - y(0))] };
}"""

# The contrast of every visible text of every picture with the least favourable thing that lies behind it.
CONTRASTS = """() => {
  const channels = colour => (colour.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const linear = c => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const light = rgb => 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]);
  const over = (below, [r, g, b, a = 1], share) => [r, g, b].map((c, k) => below[k] + (c - below[k]) * a * share);
  const opacity = el => {
    let share = 1;
    for (let at = el; at && at.closest("svg"); at = at.parentElement) share *= Number(getComputedStyle(at).opacity);
    return share;
  };
  const found = [];
  for (const text of document.querySelectorAll(".sa-root svg text")) {
    const style = getComputedStyle(text);
    if (!text.textContent || style.visibility === "hidden" || !text.getClientRects().length) continue;
    text.scrollIntoView({ block: "center" });
    const rect = text.getBoundingClientRect();
    const haloed = style.stroke !== "none" && parseFloat(style.strokeWidth) >= 2 && style.paintOrder.startsWith("stroke");
    let least = Infinity;
    for (const u of [0.1, 0.5, 0.9]) for (const v of [0.3, 0.5, 0.7]) {
      const stack = document.elementsFromPoint(rect.left + u * rect.width, rect.top + v * rect.height);
      let behind = channels(getComputedStyle(text.closest(".sa-root")).backgroundColor);
      const below = stack.slice(stack.indexOf(text) + 1).reverse();
      for (const el of below.filter(el => el.closest("svg") && !["svg", "text"].includes(el.tagName))) {
        const own = getComputedStyle(el);
        if (own.fill === "none" || el.tagName === "line") continue;
        behind = over(behind, channels(own.fill), Number(own.fillOpacity) * opacity(el));
      }
      if (haloed) behind = over(behind, channels(style.stroke), 1);
      const ink = over(behind, channels(style.fill), opacity(text));
      const [a, b] = [light(ink), light(behind)];
      least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
    }
    found.push([text.textContent, least]);
  }
  return found;
}"""


class Explored:
    """One explorer of a page: `.root` is its element."""

    def __init__(self, seen, number=0):
        self.seen, self.page = seen, seen.page
        self.root = seen.page.locator(".sa-root").nth(number)

    def settle(self):
        """Waits until what the last move asked for has been drawn."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return self

    @property
    def sliders(self):
        return self.root.locator(".sa-control input")

    def slider(self, label):
        """A control, by its label."""
        return self.root.locator(".sa-controls").get_by_role("slider", name=label, exact=True)

    def handle(self, label):
        """What can be dragged in a picture, by its name."""
        return self.root.locator("svg").get_by_role("slider", name=label, exact=True)

    def press(self, where, *keys):
        where.focus()
        for key in keys:
            self.page.keyboard.press(key)
        return self.settle()

    def button(self, text):
        return self.root.get_by_role("button", name=text, exact=True)

    def values(self, view):
        """Where the controls stand in the page, by name."""
        shown = self.root.locator(".sa-control input, .sa-control select").evaluate_all("all => all.map(el => el.value)")
        controls = sorted(view.spec["controls"], key=lambda one: bool(one.get("folded")))
        return {c["name"]: v if "options" in c else float(v) for c, v in zip(controls, shown, strict=True)}

    def drawn(self, number=0):
        """The lines of a time course in its own units, and how many pixels a unit takes."""
        return self.root.locator("svg.sa-plot").nth(number).evaluate(DRAWN)

    @property
    def code(self):
        return self.root.locator(".sa-code").inner_text()

    @property
    def held(self):
        """Whether each claim holds, as its light says it in a word."""
        words = self.root.locator(".sa-claim [role=status]").all_inner_texts()
        return [{"Holds here:": True, "Fails here:": False}[word] for word in words]

    def told(self):
        """Everything that the explorer shows or says of its run: pictures, notes and claims, but not the controls' own line."""
        return self.root.evaluate(
            """root => {
              const copy = root.cloneNode(true);
              copy.querySelectorAll(".sa-controls, .sa-code, [hidden]").forEach(el => el.remove());
              return copy.innerHTML;
            }"""
        )


def numbers(text):
    """The numbers with two decimals that a text says."""
    return [float(one.replace("−", "-")) for one in re.findall(r"[-−]?\d+\.\d\d\b", text)]


def decimals(value):
    """A number as the page says it."""
    return f"{math.floor(100 * value + 0.5) / 100 + 0:.2f}"
