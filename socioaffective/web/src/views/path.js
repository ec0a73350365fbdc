import { plot, through } from "../axes.js";
import { html, put, svg, write } from "../dom.js";
import { hoverPaths } from "../hover.js";
import { short, titled, two, words } from "../say.js";
import { extent } from "./course.js";

const HEIGHT = 300;

/** A run against two of its variables, from square to dot. */
export function path(board, { x: across, y: up }) {
  const canvas = plot();
  const [old, line] = [svg("path", { fill: "none", "stroke-width": 1.6, "stroke-dasharray": "2 3" }), svg("path", { fill: "none", "stroke-width": 2.5 })];
  const [begin, end, now] = [svg("rect", { width: 9, height: 9 }), svg("circle", { r: 5 }), svg("circle", { r: 6, "stroke-width": 2.5 })];
  canvas.under.append(old, line);
  canvas.over.append(begin, end, now);
  const note = html("p", { class: "sa-note" });
  let shown = null;
  hoverPaths(board, canvas, () => (shown ? [{ times: shown.times, xs: shown.of(across), ys: shown.of(up) }] : []));

  function draw({ run, pinned, cursor }, width) {
    shown = run;
    const quantities = [across, up].map((name) => board.quantity(name));
    const hidden = board.guess.hides;
    const runs = hidden ? [] : [run, ...(pinned ? [pinned] : [])];
    const colours = board.colours();
    canvas.fit({ width, height: HEIGHT, xs: extent([quantities[0]], runs), ys: extent([quantities[1]], runs), xTitle: titled(quantities[0]), yTitle: titled(quantities[1]), colours });
    const { x, y } = canvas;
    const ink = board.colour(quantities[1]);
    const [xs, ys] = [run.of(across), run.of(up)];
    const last = xs.length - 1;
    const shows = (k) => Number.isFinite(xs[k]) && Number.isFinite(ys[k]);
    const trace = (source) => through(source.times.length, (k) => x(source.of(across)[k]), (k) => y(source.of(up)[k]));
    put(line, { d: hidden ? null : trace(run), stroke: ink });
    put(old, { d: hidden || !pinned ? null : trace(pinned), stroke: ink });
    put(begin, shows(0) ? { visibility: "visible", x: x(xs[0]) - 4.5, y: y(ys[0]) - 4.5, fill: ink } : { visibility: "hidden" });
    put(end, shows(last) && !hidden ? { visibility: "visible", cx: x(xs[last]), cy: y(ys[last]), fill: ink } : { visibility: "hidden" });
    put(now, cursor === null || hidden || !shows(cursor) ? { visibility: "hidden" } : { visibility: "visible", cx: x(xs[cursor]), cy: y(ys[cursor]), fill: colours.background, stroke: ink });
    write(note, `From square to dot${pinned && !hidden ? "; dotted: the pinned run" : ""}.`);
  }

  function describe({ run, pinned }) {
    const head = `Path of ${words(up)} against ${words(across)} over ${short(run.times.at(-1) - run.times[0])} ${run.unit}s`;
    if (board.guess.hides) return `${head}, hidden until your guess is compared.`;
    const ends = (source) => [0, source.times.length - 1].map((k) => `(${two(source.of(across)[k])}, ${two(source.of(up)[k])})`).join(" to ");
    return `${head}, which goes from ${ends(run)}${pinned ? `; in the pinned run from ${ends(pinned)}` : ""}.`;
  }

  return { title: `${words(up)} against ${words(across)}`, svg: canvas.svg, below: note, draw, describe };
}
