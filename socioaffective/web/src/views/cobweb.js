import { plot, through, within } from "../axes.js";
import { html, put, svg, write } from "../dom.js";
import { knob, slideHandle } from "../handles.js";
import { hoverPaths } from "../hover.js";
import { labeller } from "../labels.js";
import { briefly, counted, restMarks } from "../rest_marks.js";
import { equilibria } from "../rest.js";
import { short, two, words } from "../say.js";

const HEIGHT = 300;
const POINTS = 241;
// More steps than this hide each other.
const MOST = 200;
// Labels keep off the stairs of so many steps: later ones lie close together.
const LABELLED = 40;

/** A map of one state: next against now, the diagonal, and the staircase of the run, whose start can be dragged. */
export function cobweb(board) {
  const canvas = plot();
  const diagonal = svg("line", { "stroke-dasharray": "4 4" });
  const curve = svg("path", { fill: "none", "stroke-width": 2.5 });
  const [old, stairs] = [svg("path", { fill: "none", "stroke-width": 1, "stroke-dasharray": "2 3" }), svg("path", { fill: "none", "stroke-width": 1.2 })];
  canvas.under.append(diagonal, curve, old, stairs);
  const marks = restMarks(canvas);
  const now = svg("circle", { r: 6, "stroke-width": 2.5 });
  const square = svg("rect", { x: -7, y: -7, width: 14, height: 14, "stroke-width": 2 });
  const start = knob(square);
  canvas.over.append(now, start);
  const note = html("p", { class: "sa-note" });
  const keep = new Map();
  const [state] = board.source.models[0].states;
  const control = board.control(state.name);
  let shown = null;
  let rest = [];
  hoverPaths(board, canvas, () => (shown ? [{ times: shown.times, xs: shown.of(state.name), ys: shown.of(state.name) }] : []));
  if (control) slideHandle(start, canvas, board, control, () => shown && [shown.y0[0], 0]);

  function draw({ run, pinned, cursor }, width) {
    shown = run;
    const { model, p } = run;
    rest = equilibria(model, p);
    const colours = board.colours();
    const edges = [state.low, state.high];
    const box = canvas.fit({ width, height: HEIGHT, xs: edges, ys: edges, xTitle: `${words(state.name)} now`, yTitle: `${words(state.name)} a ${run.unit} later`, colours });
    const { x, y } = canvas;
    const hidden = board.guess.hides;
    const [at, out] = [new Float64Array(1), new Float64Array(1)];
    const xs = Array.from({ length: POINTS }, (_, k) => edges[0] + ((edges[1] - edges[0]) * k) / (POINTS - 1));
    const next = xs.map((value) => {
      at[0] = value;
      model.f(at, p, out);
      return out[0];
    });
    put(diagonal, { x1: x(edges[0]), y1: y(edges[0]), x2: x(edges[1]), y2: y(edges[1]), stroke: colours.quiet });
    put(curve, { d: through(POINTS, (k) => x(xs[k]), (k) => y(next[k])), stroke: board.colour(state) });
    const values = run.of(state.name);
    put(stairs, { d: hidden ? null : staircase(values, x, y, state.low), stroke: colours.ink });
    put(old, { d: hidden || !pinned ? null : staircase(pinned.of(state.name), x, y, state.low), stroke: colours.ink });
    const labels = labeller(box, keep);
    labels.line(POINTS, (k) => x(xs[k]), (k) => y(next[k]));
    labels.line(POINTS, (k) => x(xs[k]), (k) => y(xs[k]));
    if (!hidden) labels.line(2 * Math.min(values.length - 1, LABELLED), (k) => x(values[(k + 1) >> 1]), (k) => y(values[(k >> 1) + 1]));
    marks.draw(rest, rest.map((point) => [x(point.y[0]), y(point.y[0])]), labels, colours, briefly(rest), true);
    put(now, cursor === null || hidden || !within(box, x(values[cursor]), y(values[cursor])) ? { visibility: "hidden" } : { visibility: "visible", cx: x(values[cursor]), cy: y(values[cursor]), fill: colours.background, stroke: colours.ink });
    put(start, { transform: `translate(${x(values[0])},${box.bottom})` });
    put(square, { fill: colours.ink, stroke: colours.background });
    if (control) put(start, { "aria-label": `Start of ${words(state.name)}`, "aria-valuemin": state.low, "aria-valuemax": state.high, "aria-valuenow": two(values[0]), "aria-valuetext": `${words(state.name)} ${short(values[0])}` });
    write(note, hidden ? "The square is the start." : `Up or down to the map, across to the diagonal, and again${values.length > MOST ? `, ${MOST} steps` : ""}${pinned ? "; dotted: the pinned run" : ""}.`);
  }

  function describe({ run, pinned }) {
    const values = run.of(state.name);
    const said = [`Cobweb of ${run.model.title}: ${counted(rest)}`, ...rest.map((point) => `${point.kind} at ${words(state.name)} ${two(point.y[0])}`)];
    said.push(board.guess.hides ? "The run is hidden until your guess is compared" : `The run goes from ${two(values[0])} to ${two(values.at(-1))} in ${values.length - 1} steps`);
    if (pinned && !board.guess.hides) said.push(`The pinned run goes to ${two(pinned.of(state.name).at(-1))}`);
    return `${said.join(". ")}.`;
  }

  return { title: "Cobweb", svg: canvas.svg, below: note, handles: Boolean(control), draw, describe };
}

function staircase(values, x, y, floor) {
  let text = `M${x(values[0])},${y(floor)}`;
  for (let k = 0; k + 1 < Math.min(values.length, MOST + 1); k += 1) text += `V${y(values[k + 1]).toFixed(1)}H${x(values[k + 1]).toFixed(1)}`;
  return text;
}
