import { apart, plot, through, wide } from "../axes.js";
import { html, put, safe, svg, write } from "../dom.js";
import { label, two, words } from "../say.js";
import { extent } from "./course.js";

// The height of a plot, the room above it for its option, the gap between panels, and how narrow a plot may be.
const [HEIGHT, HEAD, GAP, LEAST] = [170, 22, 14, 110];
const LEFT = 52;

/** Small multiples: the same quantities over time, a panel for each option of a menu; choosing a panel chooses its option. */
export function multiples(board, { over, names }) {
  const root = svg("svg", { class: "sa-plot", "font-family": "Helvetica, Arial, sans-serif", "font-size": 12 });
  const { options } = board.control(over);
  const panels = options.map((option) => {
    const canvas = plot();
    const frame = svg("rect", { fill: "none", rx: 4, "pointer-events": "none" });
    const title = svg("text", { "font-size": 13, "text-anchor": "middle" });
    const rule = svg("line", { "stroke-dasharray": "2 3" });
    const lines = names.map(() => ({
      pinned: svg("path", { fill: "none", "stroke-width": 1.6, "stroke-dasharray": "2 3" }),
      now: svg("path", { fill: "none", "stroke-width": 2.5 }),
      text: svg("text", { "dominant-baseline": "middle" }),
      dot: svg("circle", { r: 3.5 }),
    }));
    canvas.under.append(rule, ...lines.flatMap(({ pinned, now }) => [pinned, now]));
    canvas.over.append(...lines.flatMap(({ text, dot }) => [text, dot]));
    const ground = svg("rect", { fill: "transparent" });
    const group = safe(svg("g", { tabindex: 0, role: "button", class: "sa-panel" }, ground, title, canvas.svg, frame));
    const choose = () => board.move({ [over]: option });
    group.addEventListener("click", choose);
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose();
    });
    const panel = { option, canvas, frame, title, rule, lines, group, ground, box: null };
    group.addEventListener("pointermove", (event) => {
      if (!panel.box || board.guess.active) return;
      const at = event.clientX - group.getBoundingClientRect().left;
      board.look(at < panel.box.left || at > panel.box.right ? null : canvas.x.invert(at));
    });
    group.addEventListener("pointerleave", () => board.look(null));
    root.append(group);
    return panel;
  });
  const note = html("p", { class: "sa-note" }, "Click on a panel, or press Enter on it, to choose it.");
  const quantities = names.map((name) => board.quantity(name));
  const units = new Set(quantities.map((q) => q.unit));
  const level = (names.length === 1 ? words(names[0]) : "level") + (units.size === 1 && !units.has("1") ? ` (${[...units][0]})` : "");

  /** Returns the run of each option, none where it cannot be computed. */
  function runs({ run, values }) {
    return options.map((option) => {
      if (option === values[over]) return run;
      try {
        return board.source.run({ ...values, [over]: option });
      } catch (failure) {
        if (!failure.why) throw failure;
        return null;
      }
    });
  }

  let shown = [];
  function draw(state, width) {
    const { values, cursor, pinned, run } = state;
    const colours = board.colours();
    const hidden = board.guess.hides;
    shown = runs(state);
    const right = 10 + Math.max(...names.map((name) => wide(`${words(name)} −0.00`)));
    const across = Math.max(1, Math.min(options.length, Math.floor((width + GAP) / (LEFT + LEAST + right + GAP))));
    const size = Math.floor((width - GAP * (across - 1)) / across);
    const down = Math.ceil(options.length / across);
    const tall = HEIGHT + HEAD;
    put(root, { width, height: down * (tall + GAP) - GAP, viewBox: `0 0 ${width} ${down * (tall + GAP) - GAP}` });
    const ys = extent(quantities, hidden ? [] : [...shown, pinned].filter(Boolean));
    panels.forEach((panel, k) => {
      const { option, canvas, frame, title, rule, lines, group, ground } = panel;
      const own = shown[k];
      const chosen = option === values[over];
      put(group, {
        transform: `translate(${(k % across) * (size + GAP)},${Math.floor(k / across) * (tall + GAP)})`,
        // Its name is what stands in it; the rest is said beside.
        "aria-pressed": chosen, "aria-description": `${words(over)} ${option}: ${told(own)}`,
      });
      put(ground, { width: size, height: tall });
      put(frame, { x: 1.5, y: 1.5, width: size - 3, height: tall - 3, stroke: chosen ? colours.ink : colours.grid, "stroke-width": chosen ? 2.5 : 1 });
      put(title, { x: size / 2, y: 17, fill: colours.ink, "font-weight": chosen ? "bold" : "normal" });
      write(title, option);
      put(canvas.svg, { y: HEAD });
      const box = canvas.fit({ width: size, height: HEIGHT, xs: [run.times[0], run.times.at(-1)], ys, xTitle: `time (${run.unit}s)`, yTitle: level, colours, right, left: LEFT });
      panel.box = box;
      const { x, y } = canvas;
      const at = cursor ?? run.times.length - 1;
      put(rule, cursor === null ? { visibility: "hidden" } : { visibility: "visible", x1: x(run.times[at]), x2: x(run.times[at]), y1: box.top, y2: box.bottom, stroke: colours.quiet });
      const places = own && !hidden ? apart(names.map((name) => y(own.of(name)[at])), 14, box.top + 6, box.bottom - 6) : [];
      const thin = pinned && !hidden && board.pinned[over] === option ? pinned : null;
      names.forEach((name, i) => {
        const { now, pinned: dotted, text, dot } = lines[i];
        const ink = board.colour(quantities[i]);
        const trace = (source) => through(source.times.length, (j) => x(source.times[j]), (j) => y(source.of(name)[j]));
        put(now, { d: own && !hidden ? trace(own) : null, stroke: ink });
        put(dotted, { d: thin && trace(thin), stroke: ink });
        put(text, places.length ? { visibility: "visible", x: box.right + 4, y: places[i], fill: ink } : { visibility: "hidden" });
        write(text, places.length ? label(words(name), own.of(name)[at]).replace("-", "−") : "");
        put(dot, places.length && cursor !== null && Number.isFinite(own.of(name)[at]) ? { visibility: "visible", cx: x(run.times[at]), cy: y(own.of(name)[at]), fill: ink } : { visibility: "hidden" });
      });
    });
  }

  const told = (run) => {
    if (board.guess.hides) return "hidden until your guess is compared";
    return run ? names.map((name) => `${words(name)} goes from ${two(run.of(name)[0])} to ${two(run.of(name).at(-1))}`).join(", ") : "cannot be computed";
  };

  function describe({ values }) {
    const each = options.map((option, k) => `${option}: ${told(shown[k])}`);
    return `${names.map(words).join(", ")} over time for each ${words(over)}. ${each.join(". ")}. Chosen: ${values[over]}.`;
  }

  return { title: `Small multiples over ${words(over)}`, svg: root, below: note, handles: true, whole: true, draw, describe };
}
