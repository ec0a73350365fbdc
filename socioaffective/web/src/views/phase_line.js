import { plot, through, within } from "../axes.js";
import { html, put, svg, write } from "../dom.js";
import { knob, slideHandle } from "../handles.js";
import { hoverPaths } from "../hover.js";
import { labeller } from "../labels.js";
import { longRun } from "../long_run.js";
import { briefly, counted, restMarks } from "../rest_marks.js";
import { equilibria } from "../rest.js";
import { short, two, words } from "../say.js";

const HEIGHT = 280;
const POINTS = 201;

/** A model of one state: its rate of change against the state, where it rests, which way it moves, and a start to drag. */
export function phaseLine(board) {
  const canvas = plot();
  const zero = svg("line");
  const curve = svg("path", { fill: "none", "stroke-width": 2.5 });
  const ways = svg("path");
  canvas.under.append(zero, curve);
  canvas.over.append(ways);
  const marks = restMarks(canvas);
  const end = svg("path");
  const now = svg("circle", { r: 6, "stroke-width": 2.5 });
  const square = svg("rect", { x: -7, y: -7, width: 14, height: 14, "stroke-width": 2 });
  const start = knob(square);
  canvas.over.append(end, now, start);
  const note = html("p", { class: "sa-note" });
  const keep = new Map();
  const [state] = board.source.models[0].states;
  const control = board.control(state.name);
  let shown = null;
  let rest = [];
  let ends = null;
  let last = null;
  hoverPaths(board, canvas, () => (shown ? [{ times: shown.times, xs: shown.of(state.name), ys: new Float64Array(shown.times.length) }] : []));
  if (control) slideHandle(start, canvas, board, control, () => shown && [shown.y0[0], 0]);

  function draw({ run, pinned, cursor }, width) {
    [shown, last] = [run, pinned];
    const { model, p } = run;
    rest = equilibria(model, p);
    const colours = board.colours();
    const at = new Float64Array(1);
    const out = new Float64Array(1);
    const rate = (value) => {
      at[0] = value;
      model.f(at, p, out);
      return out[0];
    };
    const xs = Array.from({ length: POINTS }, (_, k) => state.low + ((state.high - state.low) * k) / (POINTS - 1));
    const rates = xs.map(rate);
    const known = rates.filter(Number.isFinite);
    const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
    const spare = 0.08 * (high - low || 1);
    const unit = state.unit === "1" ? "" : ` (${state.unit})`;
    const box = canvas.fit({ width, height: HEIGHT, xs: [state.low, state.high], ys: [low - spare, high + spare], xTitle: words(state.name) + unit, yTitle: `change per ${run.unit}${unit}`, colours, left: 62 });
    const { x, y } = canvas;
    const hidden = board.guess.hides;
    put(zero, { x1: box.left, x2: box.right, y1: y(0), y2: y(0), stroke: colours.quiet });
    put(curve, { d: through(POINTS, (k) => x(xs[k]), (k) => y(rates[k])), stroke: board.colour(state) });
    const cuts = [state.low, ...rest.map((point) => point.y[0]), state.high];
    put(ways, { d: cuts.slice(1).map((b, k) => triangle(x((cuts[k] + b) / 2), y(0), rate((cuts[k] + b) / 2), x(b) - x(cuts[k]))).join(""), fill: colours.quiet });
    const labels = labeller(box, keep);
    labels.line(POINTS, (k) => x(xs[k]), (k) => y(rates[k]));
    labels.line(2, (k) => (k ? box.right : box.left), () => y(0));
    const arrived = run.of(state.name).at(-1);
    if (!hidden) labels.line(3, () => x(arrived), (k) => y(0) - 9 * k);
    marks.draw(rest, rest.map((point) => [x(point.y[0]), y(0)]), labels, colours, briefly(rest));
    const values = run.of(state.name);
    const seen = (value) => !hidden && within(box, x(value), y(0));
    put(end, !seen(arrived) ? { visibility: "hidden" } : { visibility: "visible", d: `M${x(arrived)},${y(0) - 8}l-6,-10h12Z`, fill: colours.ink });
    put(now, cursor === null || !seen(values[cursor]) ? { visibility: "hidden" } : { visibility: "visible", cx: x(values[cursor]), cy: y(0), fill: colours.background, stroke: colours.ink });
    put(start, { transform: `translate(${x(values[0])},${y(0)})` });
    put(square, { fill: colours.ink, stroke: colours.background });
    if (control) put(start, { "aria-label": `Start of ${words(state.name)}`, "aria-valuemin": state.low, "aria-valuemax": state.high, "aria-valuenow": two(values[0]), "aria-valuetext": `${words(state.name)} ${short(values[0])}` });
    if (ends && ends.key !== `${p} ${run.y0}`) ends = null;
    told(pinned);
  }

  function told(pinned) {
    const other = pinned && !board.guess.hides ? ` The pinned run ends at ${two(pinned.of(state.name).at(-1))}.` : "";
    write(note, board.guess.hides ? "The square is the start." : `Square: the start; triangle: the end. ${ends?.said ?? ""}${other}`);
  }

  function* refine({ run }) {
    yield;
    ends = { key: `${run.p} ${run.y0}`, said: longRun(run, rest, (point) => two(point.y[0])) };
    told(last);
  }

  function describe({ run, pinned }) {
    const values = run.of(state.name);
    const said = [`Rate of change of ${run.model.title}: ${counted(rest)}`, ...rest.map((point) => `${point.kind} at ${words(state.name)} ${two(point.y[0])}`)];
    said.push(board.guess.hides ? "The run is hidden until your guess is compared" : `The run goes from ${two(values[0])} to ${two(values.at(-1))}`);
    if (pinned && !board.guess.hides) said.push(`The pinned run goes to ${two(pinned.of(state.name).at(-1))}`);
    return `${said.join(". ")}.`;
  }

  return { title: "Rate of change", svg: canvas.svg, below: note, handles: Boolean(control), draw, describe, refine };
}

/** Returns an arrowhead on the line that points where the state moves, if there is room and it moves. */
function triangle(x, y, rate, room) {
  if (!rate || room < 26 || !Number.isFinite(rate)) return "";
  const way = Math.sign(rate) * 6;
  return `M${x - way},${y - 6}L${x + way},${y}L${x - way},${y + 6}Z`;
}
