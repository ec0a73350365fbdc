import { plot, through, wide } from "../axes.js";
import { html, put, svg, write } from "../dom.js";
import { handle, knob, onGrid } from "../handles.js";
import { haloed, labeller } from "../labels.js";
import { nearestChange } from "../least_change.js";
import { equilibria, restNear } from "../rest.js";
import { short, two, words } from "../say.js";

const HEIGHT = 300;
// The picture is the same for every system, only its scale differs: traces up to a round number T, determinants from
// LOWEST to HIGHEST times its square. Where each region can be named, as shares of T and of its square.
const [LOWEST, HIGHEST] = [-0.24, 0.36];
const NAMES = [
  ["saddle", [0, -0.2], [-0.7, -0.2], [0.7, -0.2]],
  ["stable node", [-0.76, 0.05], [-0.76, 0.025], [-0.6, 0.025], [-0.8, 0.08]],
  ["unstable node", [0.74, 0.05], [0.74, 0.025], [0.58, 0.025], [0.78, 0.08]],
  ["stable focus", [-0.42, 0.2], [-0.42, 0.31], [-0.3, 0.13]],
  ["unstable focus", [0.4, 0.2], [0.42, 0.12], [0.36, 0.25]],
  ["trace² = 4 det", [0.75, 0.29], [-0.75, 0.29]],
  ["centres", [0.14, 0.335], [-0.14, 0.335]],
];
const ROUND = [1, 1.5, 2, 3, 4, 6, 8, 10];
// A control moved by a dot stands this much finer than one moved by hand, so that the dot comes where it was put.
const FINER = 100;

/** A planar model's rest points by trace and determinant; the dot can be dragged, and the controls move by the least that does it. */
export function traceDeterminant(board) {
  const canvas = plot();
  const stable = svg("rect");
  const bend = svg("path", { fill: "none", "stroke-width": 1.5 });
  const [level, upright] = [svg("line", { "stroke-width": 1.5 }), svg("line", { "stroke-width": 1.5 })];
  const names = NAMES.map(([name], k) => {
    const text = haloed({ "text-anchor": "middle", "font-style": k > 4 ? "italic" : null });
    write(text, name);
    return text;
  });
  canvas.under.append(stable, bend, level, upright);
  canvas.over.append(...names);
  const [dots, texts] = [svg("g"), svg("g")];
  const disc = svg("circle", { r: 8, "stroke-width": 2 });
  const dot = knob(disc);
  canvas.over.append(dots, dot, texts);
  const note = html("p", { class: "sa-note" });
  const keep = new Map();
  let found = [];
  let main = null;
  let top = 0;
  let held = null;
  // The controls that can change the slopes: all that are not starts of states.
  const { models } = board.source;
  const free = models[0].settings.map((q) => board.control(q.name)).filter(Boolean);
  const edges = () => [LOWEST * top ** 2, HIGHEST * top ** 2];

  /** Returns the rest point at some values of controls that is near to a place. */
  const follow = (values, y) => {
    const { model, p } = board.source.settle({ ...board.values, ...values });
    const point = restNear(model, p, y);
    return point && { point, ...traced(point) };
  };
  const go = (trace, determinant) => {
    if (!main) return;
    // While it is dragged, all is counted from where it was taken up: a dot that comes back brings the controls back.
    const { values, y } = held ?? { values: board.values, y: main.point.y };
    const [low, high] = edges();
    const spans = [2 * top, high - low];
    const wanted = [between(trace, -top, top) / spans[0], between(determinant, low, high) / spans[1]];
    const moved = nearestChange(free, values, wanted, (next, near) => {
      const one = follow(next, near?.y ?? y);
      return one && { pair: [one.trace / spans[0], one.determinant / spans[1]], y: one.point.y };
    });
    if (!moved) return;
    if (held) held.near = moved.found.y;
    board.move(Object.fromEntries(free.map((one) => [one.name, onGrid({ ...one, step: one.step / FINER }, moved.values[one.name])])));
  };
  const step = [0, 0];
  if (free.length) {
    const seat = () => {
      const now = main && follow({}, main.point.y);
      return now && [now.trace, now.determinant];
    };
    dot.addEventListener("pointerdown", () => {
      held = main && { values: { ...board.values }, y: main.point.y, near: main.point.y };
    });
    dot.addEventListener("lostpointercapture", () => {
      held = null;
      board.redraw();
    });
    handle(dot, canvas, { seat, step, ends: () => [[-top, 0], [top, 0]], go });
  }

  function draw({ run }, width) {
    found = placed(equilibria(run.model, run.p));
    // Which rest point is nearest to the end of a hidden run would tell where it goes; one that is dragged stays the one.
    const aim = held?.near ?? (board.guess.hides ? run.y0 : run.model.states.map((q) => run.of(q.name).at(-1)));
    const far = ({ point }) => Math.hypot(...point.y.map((v, k) => (v - aim[k]) / (run.model.states[k].high - run.model.states[k].low)));
    main = found.length ? found.reduce((best, one) => (far(one) < far(best) ? one : best)) : null;
    const need = 1.15 * Math.max(...found.map(({ trace, determinant }) => Math.max(Math.abs(trace), 2 * Math.sqrt(Math.abs(determinant)))), 0);
    // While a dot is dragged the scale stays, or the dot would run away; otherwise until a dot would leave it or be lost in its middle.
    if (!top || (!held && (need > top || need < 0.3 * top))) top = rounded(need);
    [step[0], step[1]] = [top / 50, (top * top) / 100];
    const colours = board.colours();
    const [low, high] = edges();
    const box = canvas.fit({ width, height: HEIGHT, xs: [-top, top], ys: [low, high], xTitle: `trace (1/${run.unit})`, yTitle: `determinant (1/${run.unit}²)`, colours, left: margin(high) });
    const { x, y } = canvas;
    put(stable, { x: box.left, y: box.top, width: Math.max(x(0) - box.left, 0), height: Math.max(y(0) - box.top, 0), fill: colours.high });
    const across = Array.from({ length: 61 }, (_, k) => -top + (k * top) / 30);
    put(bend, { d: through(61, (k) => x(across[k]), (k) => y(across[k] ** 2 / 4)), stroke: colours.quiet });
    put(level, { x1: box.left, x2: box.right, y1: y(0), y2: y(0), stroke: colours.quiet });
    put(upright, { x1: x(0), x2: x(0), y1: box.top, y2: y(0), stroke: colours.quiet });
    const seats = found.map(({ trace, determinant }) => [between(x(trace), box.left, box.right), between(y(determinant), box.top, box.bottom)]);
    const labels = labeller(box, keep);
    names.forEach((text, k) => name(text, NAMES[k], { box, seats, labels, colours }));
    labels.line(61, (k) => x(across[k]), (k) => y(across[k] ** 2 / 4));
    labels.line(2, (k) => (k ? box.right : box.left), () => y(0));
    labels.line(2, () => x(0), (k) => (k ? y(0) : box.top));
    while (dots.childNodes.length < found.length) {
      dots.append(svg("circle", { r: 5.5, "stroke-width": 2 }));
      texts.append(haloed({ "font-weight": "bold" }));
    }
    seats.forEach(([a, b]) => labels.line(9, (k) => a + 5 * Math.cos((k * Math.PI) / 4), (k) => b + 5 * Math.sin((k * Math.PI) / 4)));
    [...dots.childNodes].forEach((mark, k) => {
      const [one, seat, text] = [found[k], seats[k], texts.childNodes[k]];
      put(mark, { visibility: one && one !== main ? "visible" : "hidden" });
      put(text, { visibility: one ? "visible" : "hidden" });
      if (!one) return;
      const look = { fill: one.point.stable ? colours.ink : colours.background, stroke: colours.ink };
      if (one === main) put(dot, { transform: `translate(${seat})` });
      put(one === main ? disc : mark, one === main ? look : { cx: seat[0], cy: seat[1], ...look });
      // One is named by its kind, several by where they are, as their kinds say the regions.
      const label = found.length > 1 ? `(${one.point.y.map(two).join(", ")})` : one.point.kind;
      put(text, { ...labels.place(`dot ${k}`, ...seat, label), fill: colours.ink, stroke: colours.background });
      write(text, label);
    });
    put(dot, { visibility: main ? "visible" : "hidden" });
    if (main && free.length) {
      put(dot, { "aria-label": "Trace and determinant", "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": main.determinant, "aria-valuetext": `${main.point.kind}: trace ${short(main.trace)}, determinant ${short(main.determinant)}` });
    }
    const drag = free.length ? " Drag the large dot: the controls follow." : "";
    write(note, main ? `Trace ${short(main.trace)}, determinant ${short(main.determinant)}: ${main.point.kind}. Shaded: stable; above the parabola paths turn.${drag}` : "No rest point.");
  }

  /** Puts a name where no dot lies on it; leaves it out where every place for it is taken. */
  function name(text, [word, ...spots], { box, seats, labels, colours }) {
    const half = wide(word) / 2;
    const places = spots.map(([a, b]) => [between(canvas.x(a * top), box.left + half + 2, box.right - half - 2), canvas.y(b * top ** 2), a < 0 && b > 0]);
    const gap = ([a, b]) => Math.min(...seats.map(([u, v]) => Math.hypot(Math.max(Math.abs(u - a) - half, 0), Math.max(Math.abs(v - b) - 6, 0))));
    const spot = places.find((one) => gap(one) > 11);
    put(text, { visibility: spot ? "visible" : "hidden" });
    if (!spot) return;
    put(text, { x: spot[0], y: spot[1], fill: colours.ink, stroke: colours[spot[2] ? "high" : "background"] });
    for (const shift of [-6, 0, 6]) labels.line(2, (k) => spot[0] + (2 * k - 1) * half, () => spot[1] + shift);
  }

  function describe({ run }) {
    const said = found.map(({ point, where, trace, determinant }) => {
      const place = where ?? run.model.states.map((q, k) => `${words(q.name)} ${two(point.y[k])}`).join(", ");
      return `${point.kind} at ${place}: trace ${short(trace)}, determinant ${short(determinant)}`;
    });
    return `${[`Trace-determinant plane of ${run.model.title}`, ...(said.length ? said : ["No rest point"])].join(". ")}.`;
  }

  return { title: "Trace-determinant plane", svg: canvas.svg, below: note, handles: free.length > 0, draw, describe };
}

/** Returns rest points with trace and determinant: one for all, where every one has the same slopes. */
function placed(rest) {
  const all = rest.map((point) => ({ point, ...traced(point) }));
  const largest = Math.max(...rest.flatMap(({ slopes }) => Array.from(slopes, Math.abs)));
  const same = rest.length > 1 && rest.every(({ slopes }) => slopes.every((v, k) => Math.abs(v - rest[0].slopes[k]) <= 1e-9 * largest));
  return same ? [{ ...all[0], where: "every rest point" }] : all;
}

function traced({ slopes: [a, b, c, d] }) {
  return { trace: a + d, determinant: a * d - b * c };
}

const between = (value, low, high) => Math.min(Math.max(value, low), high);

/** Returns how much room the numbers of an axis up to a value need beside its title. */
const margin = (high) => Math.max(58, 28 + 6.6 * (3 + Math.ceil(-Math.log10(high / 4))));

/** Returns the next round number. */
function rounded(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (ROUND.find((step) => step * power >= value * (1 - 1e-9)) ?? 10);
}
