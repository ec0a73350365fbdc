import { plot, through } from "../axes.js";
import { continuation } from "../continuation.js";
import { html, put, svg, write } from "../dom.js";
import { pulled, slideHandle } from "../handles.js";
import { hysteresis, stretches } from "../hysteresis.js";
import { haloed, labeller } from "../labels.js";
import { short, titled, two, words } from "../say.js";

const HEIGHT = 280;
// What takes longer than so many milliseconds is computed once the reader is still.
const QUICK = 4;
const KINDS = { folds: ["fold", "fold"], hopfs: ["Hopf point", "Hopf"], branchPoints: ["branch point", "branch"] };
const upper = (text) => text[0].toUpperCase() + text.slice(1);

/** All rest points along one setting, with the present value as a line to drag and the run as a path along it. */
export function diagram(board, { setting, state: drawn, loop }) {
  const canvas = plot();
  const [dashed, solid, arrows] = [
    svg("path", { fill: "none", "stroke-width": 1.6, "stroke-dasharray": "5 3" }),
    svg("path", { fill: "none", "stroke-width": 3 }),
    svg("path", { fill: "none", "stroke-width": 1.4 }),
  ];
  const rest = svg("g", {}, dashed, solid, arrows);
  const rule = svg("line", { "stroke-width": 1.2, "stroke-dasharray": "2 3" });
  const thin = svg("path", { fill: "none", "stroke-width": 1.6, "stroke-dasharray": "2 3" });
  const line = svg("path", { fill: "none", "stroke-width": 2.5 });
  canvas.under.append(rest, rule, thin, line);
  const marks = svg("g");
  const [begin, end, now] = [svg("rect", { width: 8, height: 8 }), svg("circle", { r: 4.5 }), svg("circle", { r: 6, "stroke-width": 2.5 })];
  const control = board.control(setting);
  const [grip, handle] = [svg("line", { stroke: "transparent", "stroke-width": 24 }), svg("circle", { r: 8, "stroke-width": 2 })];
  canvas.over.append(marks, begin, end, now, ...(control ? [grip, handle] : []));
  const note = html("p", { class: "sa-note" });
  const keep = new Map();
  const quantity = board.quantity(setting);
  let box = null;
  let value = 0;
  let [key, found, cost] = ["", null, 0];

  if (control) pulled(grip, canvas, slideHandle(handle, canvas, board, control, () => [value, 0]), handle);

  const place = (model) => model.settings.findIndex((q) => q.name === setting);
  const keyOf = ({ model, p }) => {
    const others = Array.from(p);
    others[place(model)] = 0;
    return `${model.title} ${board.source.models.indexOf(model)} ${others}`;
  };
  /** Traces the branches for the other settings as they stand. */
  function trace(run) {
    const began = performance.now();
    const { model, p } = run;
    const index = place(model);
    const own = continuation(model, p, index, [quantity.low, quantity.high]);
    // Where prongs leave a branch they turn: that is the branch point and no fold of its own.
    own.folds = own.folds.filter((fold) => !own.branchPoints.some((point) => Math.abs(fold.value - point.value) < 1e-4 * (quantity.high - quantity.low)));
    found = { ...own, cut: own.branches.map(stretches), state: model.states.findIndex((q) => q.name === drawn), title: model.title };
    found.path = loop ? hysteresis(model, p, index, own) : { jumps: [], note: "" };
    found.windows = windows(found);
    key = keyOf(run);
    cost = performance.now() - began;
  }

  let last = null;
  function draw(state, width) {
    const { run, pinned, cursor } = state;
    last = [state, width];
    if (!found || (key !== keyOf(run) && cost < QUICK)) trace(run);
    const colours = board.colours();
    const shown = board.quantity(drawn);
    const ink = board.colour(shown);
    box = canvas.fit({ width, height: HEIGHT, xs: [quantity.low, quantity.high], ys: [shown.low, shown.high], xTitle: titled(quantity), yTitle: titled(shown), colours, top: 20 });
    const { x, y } = canvas;
    const hidden = board.guess.hides;
    const labels = labeller(box, keep);
    value = run.p[place(run.model)];

    put(rest, { opacity: key === keyOf(run) ? null : 0.3 });
    put(marks, { opacity: key === keyOf(run) ? null : 0.3 });
    put(solid, { d: pieces(found, x, y, true), stroke: ink });
    put(dashed, { d: pieces(found, x, y, false), stroke: ink });
    const ups = found.path.jumps.map(({ value: at, from, to }) => [x(at), y(from[found.state]), y(to[found.state])]);
    put(arrows, { d: ups.map(([at, from, to]) => arrow(at, from, to)).join(""), stroke: colours.ink });
    for (const branch of found.branches) labels.line(branch.value.length, (k) => x(branch.value[k]), (k) => y(branch.y[found.state][k]));
    for (const [at, from, to] of ups) labels.line(2, () => at, (k) => (k ? to : from));

    const across = x(value);
    put(rule, { x1: across, x2: across, y1: box.top, y2: box.bottom, stroke: colours.ink });
    labels.line(2, () => across, (k) => (k ? box.top : box.bottom));
    const values = run.of(drawn);
    const size = values.length - 1;
    put(line, { d: hidden ? null : through(size + 1, () => across, (k) => y(values[k])), stroke: colours.ink });
    const other = pinned && !hidden ? pinned : null;
    put(thin, { d: other && through(size + 1, () => x(other.p[place(other.model)]), (k) => y(other.of(drawn)[k])), stroke: colours.ink });
    const visibility = hidden ? "hidden" : "visible";
    put(begin, { x: across - 4, y: y(values[0]) - 4, fill: colours.ink });
    put(end, { visibility, cx: across, cy: y(values[size]), fill: colours.ink });
    put(now, cursor === null || hidden ? { visibility: "hidden" } : { visibility: "visible", cx: across, cy: y(values[cursor]), fill: colours.background, stroke: colours.ink });
    if (control) {
      put(grip, { x1: across, x2: across, y1: box.top, y2: box.bottom });
      put(handle, {
        cx: across, cy: box.top, fill: colours.background, stroke: colours.ink, "aria-label": words(setting),
        "aria-valuemin": control.low, "aria-valuemax": control.high, "aria-valuenow": value,
        "aria-valuetext": short(value) + (quantity.unit === "1" ? "" : ` ${quantity.unit}`),
      });
    }
    named(x, y, labels, colours);
    const lines = ["Thick: stable", "dashed: unstable", ...(found.path.jumps.length ? ["arrows: jumps as the setting moves slowly up and down"] : []), ...(hidden ? [] : ["upright: the run, from square to dot"]), ...(other ? ["dotted: the pinned run"] : [])];
    write(note, `${lines.join("; ")}.`);
  }

  /** Draws a diamond and a label at each special point. */
  function named(x, y, labels, colours) {
    const told = [];
    for (const [kind, [, brief]] of Object.entries(KINDS)) {
      for (const point of found[kind]) {
        const [a, b] = [x(point.value), y(point.y[found.state])];
        if (!told.some((one) => one.kind === kind && Math.hypot(one.a - a, one.b - b) < 4)) told.push({ kind, a, b, text: `${brief} ${two(point.value).replace("-", "−")}` });
      }
    }
    while (marks.childNodes.length < 2 * told.length) marks.append(svg("path"), haloed({ "font-size": 11 }));
    told.forEach(({ a, b }) => labels.line(1, () => a, () => b));
    [...marks.childNodes].forEach((node, k) => {
      const one = told[k >> 1];
      put(node, { visibility: one ? "visible" : "hidden" });
      if (!one) return;
      if (k % 2 === 0) put(node, { d: `M${one.a},${one.b - 6}l5,6l-5,6l-5,-6Z`, fill: colours.ink });
      else {
        put(node, { ...labels.place(`${one.kind} ${k}`, one.a, one.b, one.text), fill: colours.ink, stroke: colours.background });
        write(node, one.text);
      }
    });
  }

  function* refine({ run }) {
    yield;
    if (key === keyOf(run)) return;
    trace(run);
    draw(...last);
  }

  function describe({ run }) {
    const [a, b] = [quantity.low, quantity.high].map((at) => Number(at.toPrecision(6)));
    const said = [`Rest points of ${words(drawn)} in ${found.title} for ${words(setting)} from ${a} to ${b}`];
    for (const [kind, [name]] of Object.entries(KINDS)) {
      const values = [...new Set(found[kind].map((point) => two(point.value)))];
      if (values.length) said.push(`${upper(name)}${values.length > 1 ? "s" : ""} at ${words(setting)} ${values.join(" and ")}`);
    }
    const several = found.windows.map(([from, to]) => `${two(from)} to ${two(to)}`);
    said.push(several.length ? `More than one stable state for ${words(setting)} from ${several.join(" and from ")}` : "Nowhere more than one stable state");
    if (found.path.note) said.push(found.path.note.replace(/\.$/, ""));
    if (key !== keyOf(run)) said.push("Other settings have moved since: the branches are being traced again");
    const values = run.of(drawn);
    said.push(`The present value of ${words(setting)} is ${short(value)}`);
    said.push(board.guess.hides ? "The run is hidden until your guess is compared" : `The run starts at ${words(drawn)} ${two(values[0])} and ends at ${two(values.at(-1))}`);
    return `${said.join(". ")}.`;
  }

  return { title: `Rest points of ${words(drawn)} along ${words(setting)}`, svg: canvas.svg, below: note, handles: Boolean(control), draw, describe, refine };
}

/** Returns the path of all stretches that are stable, or of all that are not. */
function pieces({ branches, cut, state }, x, y, stable) {
  let text = "";
  branches.forEach(({ value, y: columns }, b) => {
    for (let k = 0; k < cut[b].length; k += 1) {
      if (cut[b][k] !== stable) continue;
      const from = k;
      while (k + 1 < cut[b].length && cut[b][k + 1] === stable) k += 1;
      text += through(k - from + 2, (i) => x(value[from + i]), (i) => y(columns[state][from + i]));
    }
  });
  return text;
}

/** Returns the path of an upright arrow. */
function arrow(x, from, to) {
  const way = Math.sign(to - from) * 8;
  return `M${x},${from}V${to}M${x - 5},${to - way}L${x},${to}L${x + 5},${to - way}`;
}

/** Returns the stretches of the setting over which more than one state is stable. */
function windows({ branches, cut, ...special }) {
  const edges = [...new Set([...branches.flatMap(({ value }) => [value[0], value.at(-1)]), ...Object.keys(KINDS).flatMap((kind) => special[kind].map((point) => point.value))])].sort((a, b) => a - b);
  const found = [];
  for (let k = 0; k + 1 < edges.length; k += 1) {
    if (edges[k + 1] - edges[k] < 1e-6 * (edges.at(-1) - edges[0])) continue;
    const middle = (edges[k] + edges[k + 1]) / 2;
    let count = 0;
    branches.forEach(({ value }, b) => cut[b].forEach((stable, i) => stable && (count += value[i] < middle !== value[i + 1] < middle ? 1 : 0)));
    if (count < 2) continue;
    if (found.length && Math.abs(found.at(-1)[1] - edges[k]) < 1e-6 * (edges.at(-1) - edges[0])) found.at(-1)[1] = edges[k + 1];
    else found.push([edges[k], edges[k + 1]]);
  }
  return found;
}
