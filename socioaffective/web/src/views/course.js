import { apart, plot, through, wide } from "../axes.js";
import { html, put, svg, write } from "../dom.js";
import { label, story, words } from "../say.js";

const HEIGHT = 280;

/** Returns the axis that holds some quantities: their bounds, wider where a run has left them, narrower for rates far below. */
export function extent(quantities, runs) {
  let [low, high, least, most] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const q of quantities) {
    low = Math.min(low, q.low);
    high = Math.max(high, q.high);
    for (const run of runs) {
      for (const value of run.of(q.name)) {
        if (value < least) least = value;
        if (value > most) most = value;
      }
    }
  }
  [low, high] = [Math.min(low, least), Math.max(high, most)];
  if (low === 0 && runs.length && quantities.every((q) => q.unit !== "1")) {
    const steps = [0.1, 0.2, 0.5].filter((share) => most < 0.9 * high * share);
    if (steps.length) high *= steps[0];
  }
  return [low, high];
}

/** The time course: a line for each quantity, dashed without the assistant, thin for a pinned run; hovering reads values. */
export function course(board, { names, twin = false }) {
  const canvas = plot();
  const lines = new Map();
  const rule = svg("line", { "stroke-dasharray": "2 3" });
  const texts = new Map();
  canvas.under.append(rule);
  for (const name of names) {
    const group = ["pinned", "twin", "now"].map((which) =>
      svg("path", { fill: "none", "stroke-width": which === "now" ? 2.5 : 1.6, "stroke-dasharray": { pinned: "2 3", twin: "7 4" }[which] ?? null, "data-line": `${name} ${which}` }),
    );
    canvas.under.append(...group);
    const text = svg("text", { "dominant-baseline": "middle" });
    const dot = svg("circle", { r: 4 });
    canvas.over.append(text, dot);
    lines.set(name, group);
    texts.set(name, { text, dot });
  }
  const note = html("p", { class: "sa-note" });
  let box = null;
  const quantities = names.map((name) => board.quantity(name));
  const units = new Set(quantities.map((q) => q.unit));
  const unit = units.size === 1 && !units.has("1") ? ` (${[...units][0]})` : "";

  canvas.svg.addEventListener("pointermove", (event) => {
    if (!box || board.guess.active) return;
    const at = canvas.x.invert(event.offsetX);
    board.look(event.offsetX < box.left - 8 || event.offsetX > box.right + 8 ? null : at);
  });
  canvas.svg.addEventListener("pointerleave", () => board.look(null));

  function draw(state, width) {
    const { run, pinned } = state;
    const shown = { now: run, pinned, twin: twin ? state.twin() : null };
    const colours = board.colours();
    const across = [run.times[0], run.times.at(-1)];
    const inked = new Map(quantities.map((q) => [q.name, board.colour(q)]));
    const hidden = board.guess.hides;
    const right = 14 + Math.min(Math.max(...names.map((name) => wide(`${words(name)} −0.00`))), width * 0.4);
    box = canvas.fit({
      width,
      // Every line has a line of text beside it.
      height: Math.max(HEIGHT, 14 * names.length + 56),
      xs: across,
      // An axis that fits a hidden run would tell where it goes.
      ys: extent(quantities, [...(hidden ? [] : [run, shown.pinned]), shown.twin].filter(Boolean)),
      xTitle: `time (${run.unit}s)`,
      yTitle: names.length === 1 ? words(names[0]) + unit : `level${unit}`,
      colours,
      right,
    });
    const { x, y } = canvas;
    for (const [name, group] of lines) {
      ["pinned", "twin", "now"].forEach((which, k) => {
        const source = shown[which];
        const values = source && !(hidden && which !== "twin") ? source.of(name) : null;
        put(group[k], {
          d: values ? through(values.length, (i) => x(source.times[i]), (i) => y(values[i])) : null,
          stroke: inked.get(name),
        });
      });
    }
    const at = state.cursor;
    put(rule, at === null ? { visibility: "hidden" } : { visibility: "visible", x1: x(run.times[at]), x2: x(run.times[at]), y1: box.top, y2: box.bottom, stroke: colours.quiet });
    const k = at ?? run.times.length - 1;
    const places = apart(names.map((name) => (hidden ? y(run.of(name)[0]) : y(run.of(name)[k]))), 14, box.top + 6, box.bottom - 6);
    names.forEach((name, i) => {
      const { text, dot } = texts.get(name);
      const value = run.of(name)[k];
      put(text, { x: box.right + (board.guess.active ? 14 : 8), y: places[i], fill: inked.get(name) });
      write(text, hidden ? words(name) : label(words(name), value));
      put(dot, hidden || at === null || !Number.isFinite(value) ? { visibility: "hidden" } : { visibility: "visible", cx: x(run.times[k]), cy: y(value), fill: inked.get(name) });
    });
    board.guess.place(canvas, box, names, colours, run);
    const kinds = [shown.twin && `dashed: without the assistant (${names.map((name) => label(words(name), shown.twin.of(name)[k])).join(", ")})`, shown.pinned && "dotted: the pinned run", board.guess.values && names.includes(board.guess.name) && "dots: your guess"];
    const said = kinds.filter(Boolean).join("; ");
    write(note, said && `${said[0].toUpperCase()}${said.slice(1)}.`);
  }

  function describe({ run, pinned, twin: other }) {
    if (board.guess.hides) return "Time course, hidden until your guess is compared.";
    const said = (source, tail) => names.map((name) => story(words(name) + tail, source.times, source.of(name), source.unit));
    return [...said(run, ""), ...(pinned ? said(pinned, " in the pinned run") : []), ...(twin && other() ? said(other(), " without the assistant") : [])].join(". ") + ".";
  }

  return {
    title: "Time course",
    svg: canvas.svg,
    below: note,
    draw,
    describe,
    get handles() {
      return board.guess.active;
    },
  };
}
