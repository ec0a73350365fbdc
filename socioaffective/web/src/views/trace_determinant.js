import { plot, through } from "../axes.js";
import { html, put, svg, write } from "../dom.js";
import { handle } from "../handles.js";
import { haloed, labeller } from "../labels.js";
import { nearestChange } from "../least_change.js";
import { equilibria } from "../rest.js";
import { short } from "../say.js";

const HEIGHT = 300;
// The picture is the same for every system, only its scale differs: traces up to a round number T, determinants from
// LOWEST to HIGHEST times its square. Where each region is named, as shares of T and of its square.
const [LOWEST, HIGHEST] = [-0.24, 0.36];
const REGIONS = [["saddle", 0, -0.2], ["stable node", -0.76, 0.05], ["unstable node", 0.74, 0.05], ["stable focus", -0.4, 0.28], ["unstable focus", 0.4, 0.28]];
const ROUND = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];
const words = (name) => name.replaceAll("_", " ");

/** A planar model's rest points by trace and determinant; the dot can be dragged, and the controls move by the least that does it. */
export function traceDeterminant(board) {
  const canvas = plot();
  const stable = svg("rect");
  const bend = svg("path", { fill: "none", "stroke-width": 1.5 });
  const [level, upright] = [svg("line", { "stroke-width": 1.5 }), svg("line", { "stroke-width": 1.5 })];
  const names = REGIONS.map(([name]) => {
    const text = haloed({ "text-anchor": "middle" });
    write(text, name);
    return text;
  });
  canvas.under.append(stable, bend, level, upright);
  canvas.over.append(...names);
  const [dots, texts] = [svg("g"), svg("g")];
  const dot = svg("circle", { r: 8, "stroke-width": 2 });
  canvas.over.append(dots, texts, dot);
  const note = html("p", { class: "sa-note" });
  const keep = new Map();
  let found = [];
  let main = null;
  let top = 0;
  // The controls that can change the slopes: all that are not starts of states.
  const { models } = board.source;
  const free = models[0].settings.map((q) => board.control(q.name)).filter(Boolean);

  const go = (trace, determinant) => {
    if (!main) return;
    const moved = nearestChange(free, board.values, [trace, determinant], (values) => {
      const { model, p } = board.source.settle({ ...board.values, ...values });
      return placeNear(model, p, main.point.y);
    });
    if (moved) board.move(moved);
  };
  const step = [0, 0];
  if (free.length) {
    handle(dot, canvas, { seat: () => main && [main.trace, main.determinant], step, ends: () => [[-top, 0], [top, 0]], go });
  }

  function draw({ run }, width) {
    const rest = equilibria(run.model, run.p);
    found = rest.map((point) => ({ point, ...traced(point) }));
    const last = run.model.states.map((q) => run.of(q.name).at(-1));
    const far = ({ point }) => Math.hypot(...point.y.map((v, k) => (v - last[k]) / (run.model.states[k].high - run.model.states[k].low)));
    main = found.length ? found.reduce((best, one) => (far(one) < far(best) ? one : best)) : null;
    const need = 1.15 * Math.max(...found.map(({ trace, determinant }) => Math.max(Math.abs(trace), 2 * Math.sqrt(Math.abs(determinant)))), 0);
    // While a dot moves the scale stays, unless the dot would leave it or be lost in its middle.
    if (need > top || need < 0.3 * top || !top) top = rounded(need);
    [step[0], step[1]] = [top / 50, (top * top) / 100];
    const colours = board.colours();
    const [low, high] = [LOWEST * top ** 2, HIGHEST * top ** 2];
    const box = canvas.fit({ width, height: HEIGHT, xs: [-top, top], ys: [low, high], xTitle: `trace (1/${run.unit})`, yTitle: `determinant (1/${run.unit}²)`, colours, left: 58 });
    const { x, y } = canvas;
    put(stable, { x: box.left, y: box.top, width: Math.max(x(0) - box.left, 0), height: Math.max(y(0) - box.top, 0), fill: colours.high });
    const across = Array.from({ length: 61 }, (_, k) => -top + (k * top) / 30);
    put(bend, { d: through(61, (k) => x(across[k]), (k) => y(across[k] ** 2 / 4)), stroke: colours.quiet });
    put(level, { x1: box.left, x2: box.right, y1: y(0), y2: y(0), stroke: colours.quiet });
    put(upright, { x1: x(0), x2: x(0), y1: box.top, y2: y(0), stroke: colours.quiet });
    const labels = labeller(box, keep);
    REGIONS.forEach(([name, a, b], k) => {
      put(names[k], { x: x(a * top), y: y(b * top ** 2), fill: colours.ink, stroke: colours[a < 0 && b > 0 ? "high" : "background"] });
      labels.line(2, (i) => x(a * top) + (i - 0.5) * 6.3 * name.length, () => y(b * top ** 2));
    });
    labels.line(61, (k) => x(across[k]), (k) => y(across[k] ** 2 / 4));
    const clip = (place, from, to) => Math.min(Math.max(place, from), to);
    while (dots.childNodes.length < found.length) {
      dots.append(svg("circle", { r: 5.5, "stroke-width": 2 }));
      texts.append(haloed({ "font-weight": "bold" }));
    }
    found.forEach(({ trace, determinant }) => labels.line(1, () => x(trace), () => y(determinant)));
    [...dots.childNodes].forEach((mark, k) => {
      const one = found[k];
      const text = texts.childNodes[k];
      put(mark, { visibility: one && one !== main ? "visible" : "hidden" });
      put(text, { visibility: one ? "visible" : "hidden" });
      if (!one) return;
      const seat = { cx: clip(x(one.trace), box.left, box.right), cy: clip(y(one.determinant), box.top, box.bottom) };
      put(one === main ? dot : mark, { ...seat, fill: one.point.stable ? colours.ink : colours.background, stroke: colours.ink });
      put(text, { ...labels.place(`dot ${k}`, seat.cx, seat.cy, one.point.kind), fill: colours.ink, stroke: colours.background });
      write(text, one.point.kind);
    });
    put(dot, { visibility: main ? "visible" : "hidden" });
    if (main && free.length) {
      put(dot, { "aria-label": "Trace and determinant", "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": main.determinant, "aria-valuetext": `${main.point.kind}: trace ${short(main.trace)}, determinant ${short(main.determinant)}` });
    }
    write(note, main ? `Trace ${short(main.trace)}, determinant ${short(main.determinant)}: ${main.point.kind}. Shaded: stable; above the parabola paths turn.` : "No rest point.");
  }

  function describe({ run }) {
    const said = found.map(({ point, trace, determinant }) => {
      const where = run.model.states.map((q, k) => `${words(q.name)} ${short(point.y[k])}`).join(", ");
      return `${point.kind} at ${where}: trace ${short(trace)}, determinant ${short(determinant)}`;
    });
    return `${[`Trace-determinant plane of ${run.model.title}`, ...(said.length ? said : ["No rest point"])].join(". ")}.`;
  }

  /** Returns trace and determinant at the rest point nearest to a place, or nothing. */
  function placeNear(model, p, y) {
    const rest = equilibria(model, p);
    if (!rest.length) return null;
    const gap = (point) => Math.hypot(...point.y.map((v, k) => (v - y[k]) / (model.states[k].high - model.states[k].low)));
    const { trace, determinant } = traced(rest.reduce((best, one) => (gap(one) < gap(best) ? one : best)));
    return [trace, determinant];
  }

  return { title: "Trace-determinant plane", svg: canvas.svg, below: note, handles: free.length > 0, draw, describe };
}

function traced({ slopes: [a, b, c, d] }) {
  return { trace: a + d, determinant: a * d - b * c };
}

/** Returns the next round number. */
function rounded(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (ROUND.find((step) => step * power >= value * (1 - 1e-9)) ?? 10);
}
