import { code } from "./code.js";
import { controls, heeded } from "./controls.js";
import { fresh, html, safe, write } from "./dom.js";
import { copied, savePng, saveText } from "./save.js";
import { shade, watchTheme } from "./theme.js";

// After so many milliseconds without an answer the reader is told to wait, and then that nobody answers.
const SLOW = 1500;
const SILENT = 10000;
// How long a picture stays before it is read out.
const STILL = 300;
const UNANSWERED = "This picture is drawn by the notebook's kernel, which does not answer; it shows where it was left.";
// Between pictures that were drawn ahead, and between the parts of one.
const [RECORD, FIELD] = ["\x1e", "\x1f"];

/** Shows a figure that the kernel draws, or drew ahead for all choices, with its controls; returns what takes it down. */
export function figure({ model: traits, el }) {
  const spec = traits.get("spec");
  const trait = (name) => spec.traits[name];
  const names = spec.controls.map((control) => control.name);
  const values = Object.fromEntries(names.map((name) => [name, traits.get(trait(name))]));
  const line = kernel(traits, () => later());
  let ahead = null;

  function move(moved) {
    Object.assign(values, moved);
    for (const name of Object.keys(moved)) traits.set(trait(name), values[name]);
    line.ask(JSON.stringify(values));
    later();
  }

  const given = controls(spec.controls, (name, value) => move({ [name]: value }));
  const button = (text, title, action) => safe(html("button", { type: "button", title, onclick: action }, text));
  const reset = button("Reset", "Put every control back where it began", () => move(Object.fromEntries(spec.controls.map((control) => [control.name, control.value]))));
  const working = html("span", { class: "sa-note", role: "status" });
  const box = html("div", { class: "sa-picture" });
  const trouble = html("p", { class: "sa-trouble", role: "alert" });
  const noted = html("div");
  const news = html("p", { class: "sa-said", role: "status" });
  const call = html("code", { class: "sa-code" });
  const told = html("span", { class: "sa-note", role: "status" });
  const copy = button("Copy as code", "Copy the call that repeats this figure", async () => {
    write(told, (await copied(call.textContent)) ? "Copied." : "This page may not write to the clipboard; select the line above instead.");
    setTimeout(() => write(told, ""), 3000);
  });
  const asSvg = button("Picture (SVG)", "Download the figure as a drawing", () => saveText(`${spec.file}.svg`, drawn.text, "image/svg+xml"));
  const asPng = button("Picture (PNG)", "Download the figure as an image", () => savePng(`${spec.file}.png`, drawn));
  const root = html(
    "div", { class: "sa-root", role: "group", "aria-label": `Explorer: ${spec.title}` },
    given.element, html("div", { class: "sa-bar" }, reset, working), trouble, box, noted, news, call, html("div", { class: "sa-bar" }, copy, asSvg, asPng, told),
  );
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") event.stopPropagation();
  });
  el.append(root);

  let frame = 0;
  const later = () => {
    frame ||= requestAnimationFrame(draw);
  };

  /** What is to be shown: the picture drawn ahead for these choices, or the last that the kernel has drawn. */
  function shown() {
    if (!ahead) return Object.fromEntries(["picture", "alternative", "trouble", "notes"].map((name) => [name, traits.get(name)]));
    const index = spec.controls.reduce((at, { name, options }) => at * options.length + options.indexOf(values[name]), 0);
    const [picture, alternative, wrong, ...notes] = ahead[index].split(FIELD);
    return { picture, alternative, trouble: wrong === "1", notes };
  }

  let known = null;
  let drawn = null;
  let reading = 0;
  function draw() {
    frame = 0;
    root.dataset.theme = shade(traits.get("theme"));
    given.show(values);
    write(call, code({ spec, values }));
    write(working, spec.ahead ? "" : line.word());
    const now = shown();
    const key = JSON.stringify([now, root.dataset.theme]);
    if (key === known) return;
    known = key;
    drawn = now.picture ? picture(recoloured(now.picture, spec.pairs, root.dataset.theme)) : null;
    box.replaceChildren(...(drawn ? [drawn.svg] : []));
    drawn?.svg.setAttribute("aria-label", now.alternative);
    box.hidden = !drawn;
    trouble.hidden = !now.trouble;
    write(trouble, now.trouble ? now.alternative : "");
    noted.replaceChildren(...now.notes.map((note) => html("p", { class: "sa-note" }, note)));
    for (const one of [asSvg, asPng]) one.disabled = !drawn;
    clearTimeout(reading);
    reading = setTimeout(() => write(news, now.trouble ? "" : now.alternative), STILL);
    scrollable();
  }

  /** Lets a picture that is wider than its box be scrolled by keys too. */
  function scrollable() {
    const wide = box.scrollWidth > box.clientWidth + 1;
    for (const [name, value] of Object.entries({ tabindex: 0, role: "region", "aria-label": "Figure, wider than the page", "data-lm-suppress-shortcuts": "true" })) {
      if (wide) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  }
  const sized = new ResizeObserver(scrollable);
  sized.observe(box);

  if (spec.ahead) {
    unpacked(traits.get("pictures")).then((text) => {
      ahead = text.split(RECORD);
      later();
    });
  }
  const heard = new Map(names.map((name) => [`change:${trait(name)}`, () => {
    const value = heeded(spec.controls.find((one) => one.name === name), traits.get(trait(name)), values[name]);
    if (value === values[name]) return;
    values[name] = value;
    line.knows(JSON.stringify(values));
    later();
  }]));
  for (const name of ["drawn", "picture", "alternative", "trouble", "notes", "theme"]) heard.set(`change:${name}`, later);
  heard.forEach((changed, event) => traits.on(event, changed));
  const unwatch = watchTheme(later);
  draw();
  return () => {
    heard.forEach((changed, event) => traits.off(event, changed));
    line.close();
    sized.disconnect();
    unwatch();
    clearTimeout(reading);
    cancelAnimationFrame(frame);
    root.remove();
  };
}

/** The line to the kernel, which never has more than one request under way: `.ask(what)` sends what the traits say, now or once
 * the present request is answered, `.knows(what)` is called when the kernel itself has moved a control, `.word()` is what to tell the reader. */
function kernel(traits, changed) {
  let [sent, wanted, busy, silent] = ["", "", false, false];
  let timers = [];
  let began = 0;
  const settle = () => {
    timers.forEach(clearTimeout);
    timers = [];
    busy = false;
  };
  const send = () => {
    if (busy || wanted === sent) return;
    [sent, busy, began] = [wanted, true, performance.now()];
    traits.save_changes();
    timers = [setTimeout(changed, SLOW), setTimeout(() => {
      settle();
      silent = true;
      send();
      changed();
    }, SILENT)];
  };
  const answered = () => {
    settle();
    silent = false;
    send();
    changed();
  };
  traits.on("change:drawn", answered);
  return {
    ask: (what) => {
      wanted = what;
      send();
    },
    knows: (what) => {
      sent = wanted = what;
    },
    word: () => (silent ? UNANSWERED : busy && performance.now() - began >= SLOW - 1 ? "Working …" : ""),
    close: () => {
      settle();
      traits.off("change:drawn", answered);
    },
  };
}

/** Returns an SVG element made from text whose names are its own, so that pictures on one page do not take each other's. */
function picture(text) {
  const own = fresh("picture");
  const renamed = text.replace(/\bid="([^"]+)"/g, `id="${own}-$1"`).replace(/url\(#([^)]+)\)/g, `url(#${own}-$1)`).replace(/href="#([^"]+)"/g, `href="#${own}-$1"`);
  const svg = document.importNode(new DOMParser().parseFromString(renamed, "image/svg+xml").documentElement, true);
  svg.setAttribute("role", "img");
  const [width, height] = ["width", "height"].map((side) => Number.parseFloat(svg.getAttribute(side)));
  return { svg, text, width, height };
}

/** Returns the text that bytes packed by zlib hold. */
async function unpacked(bytes) {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}

/** Returns a picture in the colours of a theme, whichever theme it was drawn in. */
function recoloured(text, pairs, theme) {
  const own = theme === "dark" ? 1 : 0;
  const swap = new Map(pairs.map((pair) => [pair[1 - own].toUpperCase(), pair[own]]));
  return text.replace(/="(#[0-9A-Fa-f]{3,6})"/g, (whole, colour) => (swap.has(colour.toUpperCase()) ? `="${swap.get(colour.toUpperCase())}"` : whole));
}
