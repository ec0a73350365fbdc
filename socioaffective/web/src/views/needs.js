import { plot, through } from "../axes.js";
import { html, put, svg, write } from "../dom.js";
import { hoverPaths } from "../hover.js";
import { haloed, labeller } from "../labels.js";
import { two, words } from "../say.js";

const HEIGHT = 280;
// The corners of the plane, in words.
const CORNERS = [[0.92, 0.03, "met", "end"], [0.02, 0.97, "frustrated", "start"], [0.02, 0.03, "neither", "start"], [0.98, 0.97, "both", "end"]];

/** Satisfaction against frustration: a path for each need from square to dot, thin for a pinned run. */
export function needs(board, { pairs }) {
  const canvas = plot();
  const diagonal = svg("line", { "stroke-dasharray": "4 4" });
  const corners = CORNERS.map(([, , word, anchor]) => {
    const text = haloed({ "text-anchor": anchor, "font-size": 11, "font-style": "italic" });
    write(text, word);
    return text;
  });
  canvas.under.append(diagonal, ...corners);
  const paths = pairs.map(([across, up]) => {
    const one = {
      across, up, quantity: board.quantity(across), name: across === "satisfaction" ? "" : words(across),
      pinned: svg("path", { fill: "none", "stroke-width": 1.6, "stroke-dasharray": "2 3" }),
      line: svg("path", { fill: "none", "stroke-width": 2.5 }),
      begin: svg("rect", { width: 8, height: 8 }),
      end: svg("circle", { r: 5 }),
      now: svg("circle", { r: 6, "stroke-width": 2.5 }),
      text: haloed({ "font-weight": "bold" }),
    };
    canvas.under.append(one.pinned, one.line);
    return one;
  });
  for (const { begin, end, now } of paths) canvas.over.append(begin, end, now);
  for (const { text } of paths) canvas.over.append(text);
  const note = html("p", { class: "sa-note" });
  const keep = new Map();
  let shown = null;

  hoverPaths(board, canvas, () => (shown ? paths.map(({ across, up }) => ({ times: shown.times, xs: shown.of(across), ys: shown.of(up) })) : []));

  function draw({ run, pinned, cursor }, width) {
    shown = run;
    const colours = board.colours();
    const hidden = board.guess.hides;
    const box = canvas.fit({ width, height: HEIGHT, xs: [0, 1], ys: [0, 1], xTitle: "satisfaction", yTitle: "frustration", colours });
    const { x, y } = canvas;
    put(diagonal, { x1: x(0), y1: y(1), x2: x(1), y2: y(0), stroke: colours.quiet });
    CORNERS.forEach(([a, b], k) => put(corners[k], { x: x(a), y: y(b), fill: colours.ink, stroke: colours.background }));
    const labels = labeller(box, keep);
    labels.line(2, (k) => x(k), (k) => y(1 - k));
    CORNERS.forEach(([a, b, word, anchor]) => labels.line(2, (k) => x(a) + (anchor === "end" ? -1 : 1) * k * 6 * word.length, () => y(b)));
    const last = run.times.length - 1;
    for (const { across, up, quantity, name, pinned: thin, line, begin, end, now, text } of paths) {
      const [xs, ys, ink] = [run.of(across), run.of(up), board.colour(quantity)];
      const trace = (source) => through(source.times.length, (k) => x(source.of(across)[k]), (k) => y(source.of(up)[k]));
      put(line, { d: hidden ? null : trace(run), stroke: ink });
      put(thin, { d: hidden || !pinned ? null : trace(pinned), stroke: ink });
      const visibility = hidden ? "hidden" : "visible";
      put(begin, { x: x(xs[0]) - 4, y: y(ys[0]) - 4, fill: ink });
      put(end, { visibility, cx: x(xs[last]), cy: y(ys[last]), fill: ink });
      put(now, cursor === null || hidden ? { visibility: "hidden" } : { visibility: "visible", cx: x(xs[cursor]), cy: y(ys[cursor]), fill: colours.background, stroke: ink });
      put(text, { fill: ink, stroke: colours.background });
      write(text, name);
      labels.line(hidden ? 1 : last + 1, (k) => x(xs[k]), (k) => y(ys[k]));
    }
    const at = hidden ? 0 : last;
    for (const { across, up, name, text } of paths) put(text, labels.place(across, x(run.of(across)[at]), y(run.of(up)[at]), name));
    write(note, `From square to dot${pinned && !hidden ? "; dotted: the pinned run" : ""}. On the dashed line the two would be one scale.`);
  }

  function describe({ run, pinned }) {
    const head = "Satisfaction (across) and frustration (up)";
    if (board.guess.hides) return `${head}, hidden until your guess is compared.`;
    const told = (source, tail) =>
      paths.map(({ across, up, name }) => {
        const [xs, ys] = [source.of(across), source.of(up)];
        return `${name || "the need"} goes from satisfaction ${two(xs[0])} and frustration ${two(ys[0])} to ${two(xs.at(-1))} and ${two(ys.at(-1))}${tail}`;
      });
    return [head, ...told(run, ""), ...(pinned ? told(pinned, " in the pinned run") : [])].join(". ") + ".";
  }

  return { title: "Satisfaction and frustration", svg: canvas.svg, below: note, draw, describe };
}
