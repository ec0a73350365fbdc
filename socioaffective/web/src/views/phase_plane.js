import { plot, through, within } from "../axes.js";
import { html, put, svg, write } from "../dom.js";
import { knob, pairHandle } from "../handles.js";
import { hoverPaths } from "../hover.js";
import { haloed, labeller } from "../labels.js";
import { longRun } from "../long_run.js";
import { nullclines, separatrices } from "../plane.js";
import { counted, restMarks } from "../rest_marks.js";
import { basins, equilibria } from "../rest.js";
import { short, titled, two, words } from "../say.js";

const HEIGHT = 300;
// Arrows of the field and cells of the basins, along each side.
const ARROWS = 13;
const CELLS = 50;

/** A model of two states at once: path, nullclines, rest points, separatrices and basins; the start can be dragged. */
export function phasePlane(board, { basins: shaded }) {
  const canvas = plot();
  const tints = svg("g", { opacity: 0 });
  const field = svg("path", { fill: "none", "stroke-width": 1.1, opacity: 0.7 });
  const parting = svg("path", { fill: "none", "stroke-width": 1.3 });
  const states = board.source.models[0].states;
  const clines = states.map((q, k) => ({ q, line: svg("path", { fill: "none", "stroke-width": 2, "stroke-dasharray": k ? "7 4" : null }), text: haloed({ "font-size": 11 }) }));
  const [old, line] = [svg("path", { fill: "none", "stroke-width": 1.8, "stroke-dasharray": "2 3" }), svg("path", { fill: "none", "stroke-width": 2.5 })];
  canvas.under.append(tints, field, parting, ...clines.map((one) => one.line), old, line);
  const end = svg("path");
  const now = svg("circle", { r: 6, "stroke-width": 2.5 });
  const square = svg("rect", { x: -7, y: -7, width: 14, height: 14, "stroke-width": 2 });
  const start = knob(square);
  const marks = restMarks(canvas);
  canvas.over.append(...clines.map((one) => one.text), end, now, start);
  const note = html("p", { class: "sa-note" });
  const keep = new Map();
  let shown = null;
  let other = null;
  let rest = [];
  let lines = [];
  let parts = [];
  let ends = null;
  let [key, painted] = ["", ""];
  const movable = pairHandle(start, canvas, board, states.map((q) => q.name), () => shown && [...shown.y0]);
  hoverPaths(board, canvas, () => (shown ? [{ times: shown.times, xs: shown.of(states[0].name), ys: shown.of(states[1].name) }] : []));

  /** Works out all that depends on the settings and not on the start. */
  function settle({ model, p }) {
    const next = `${board.source.models.indexOf(model)} ${p}`;
    if (next === key) return;
    key = next;
    rest = equilibria(model, p);
    lines = nullclines(model, p);
    const saddles = model.clock === "continuous" ? rest.filter((point) => point.kind === "saddle") : [];
    parts = saddles.flatMap((saddle) => separatrices(model, p, saddle, rest));
  }

  function draw({ run, pinned, cursor }, width) {
    [shown, other] = [run, pinned];
    settle(run);
    const colours = board.colours();
    const [first, second] = run.model.states;
    const box = canvas.fit({ width, height: HEIGHT, xs: [first.low, first.high], ys: [second.low, second.high], xTitle: titled(first), yTitle: titled(second), colours });
    const { x, y } = canvas;
    const hidden = board.guess.hides;
    const labels = labeller(box, keep);
    put(tints, { opacity: painted === `${key} ${width} ${colours.ink}` && !hidden ? 1 : 0 });
    put(field, { d: arrows(run, x, y), stroke: colours.quiet });
    const several = rest.filter((point) => point.stable).length > 1;
    put(parting, { d: several ? parts.map((points) => through(points.length, (k) => x(points[k][0]), (k) => y(points[k][1]))).join("") : null, stroke: colours.ink });
    clines.forEach(({ q, line: curve }, k) => {
      put(curve, { d: lines[k].lines.map((points) => through(points.length, (i) => x(points[i][0]), (i) => y(points[i][1]))).join(""), stroke: board.colour(q) });
      for (const points of lines[k].lines) labels.line(points.length, (i) => x(points[i][0]), (i) => y(points[i][1]));
    });
    const [xs, ys] = [run.of(first.name), run.of(second.name)];
    const last = xs.length - 1;
    const path = (source) => through(source.times.length, (k) => x(source.of(first.name)[k]), (k) => y(source.of(second.name)[k]));
    put(line, { d: hidden ? null : path(run), stroke: colours.ink });
    put(old, { d: hidden || !pinned ? null : path(pinned), stroke: colours.ink });
    if (!hidden) labels.line(last + 1, (k) => x(xs[k]), (k) => y(ys[k]));
    marks.draw(rest, rest.map((point) => [x(point.y[0]), y(point.y[1])]), labels, colours);
    clines.forEach(({ q, text }, k) => {
      const longest = lines[k].lines.reduce((most, points) => (points.length > most.length ? points : most), []);
      const spots = [0.5, 0.3, 0.7, 0.15, 0.85].map((share) => longest[Math.floor(share * (longest.length - 1))]).filter(Boolean);
      const label = `${words(q.name)} at rest`;
      put(text, spots.length ? { visibility: "visible", ...labels.along(`cline ${k}`, spots.map(([a, b]) => [x(a), y(b)]), label), fill: board.colour(q), stroke: colours.background } : { visibility: "hidden" });
      write(text, label);
    });
    const far = Math.hypot(x(xs[last]) - x(xs[0]), y(ys[last]) - y(ys[0])) > 4;
    const seen = (k) => !hidden && within(box, x(xs[k]), y(ys[k]));
    put(end, !far || !seen(last) ? { visibility: "hidden" } : { visibility: "visible", d: `M${x(xs[last]) - 5},${y(ys[last])}a5,5 0 1 0 10,0a5,5 0 1 0 -10,0`, fill: colours.ink, stroke: colours.background });
    put(now, cursor === null || !seen(cursor) ? { visibility: "hidden" } : { visibility: "visible", cx: x(xs[cursor]), cy: y(ys[cursor]), fill: colours.background, stroke: colours.ink });
    put(start, { transform: `translate(${x(xs[0])},${y(ys[0])})` });
    put(square, { fill: colours.ink, stroke: colours.background });
    if (movable) {
      const at = `${words(first.name)} ${short(xs[0])}, ${words(second.name)} ${short(ys[0])}`;
      put(start, { "aria-label": `Start of ${words(first.name)} and ${words(second.name)}`, "aria-valuemin": second.low, "aria-valuemax": second.high, "aria-valuenow": two(ys[0]), "aria-valuetext": at });
    }
    if (ends && ends.key !== `${key} ${run.y0}`) ends = null;
    told(pinned);
  }

  function told(pinned) {
    const known = !board.guess.hides;
    const marks = ["From square to dot", pinned && known && "dotted: the pinned run", several() && "thin: the separatrix", Number(tints.getAttribute("opacity")) && "tints: which starts end where"];
    write(note, `${marks.filter(Boolean).join("; ")}.${known && ends ? ` ${ends.said}` : ""}`);
  }
  const several = () => parts.length > 0 && rest.filter((point) => point.stable).length > 1;

  function* refine({ run }) {
    yield;
    const { model, p, y0 } = run;
    const where = (point) => model.states.map((q, k) => `${words(q.name)} ${two(point.y[k])}`).join(", ");
    ends = { key: `${key} ${y0}`, said: longRun(run, rest, where) };
    told(other);
    const stable = rest.filter((point) => point.stable);
    const wanted = `${key} ${canvas.svg.getAttribute("width")} ${board.colours().ink}`;
    if (!shaded || painted === wanted || stable.length < 2 || rest.some((point) => point.continuum)) return;
    tints.replaceChildren();
    const heights = stable.map((point) => share(model, point));
    const size = [0, 1].map((k) => (model.states[k].high - model.states[k].low) / CELLS);
    for (const { row, fates } of basins(model, p, rest, CELLS)) {
      for (let k = 0; k < CELLS; k += 1) {
        const from = k;
        while (k + 1 < CELLS && fates[k + 1] === fates[from]) k += 1;
        const rank = stable.indexOf(rest[fates[from]]);
        const [left, top] = [canvas.x(model.states[0].low + from * size[0]), canvas.y(model.states[1].low + (row + 1) * size[1])];
        // A little larger than the cell, so that no seam shows.
        const cell = { x: left, y: top, width: canvas.x(model.states[0].low + (k + 1) * size[0]) - left + 0.3, height: canvas.y(model.states[1].low + row * size[1]) - top + 0.3 };
        tints.append(svg("rect", { ...cell, fill: rank < 0 ? board.colours().grid : blend(board.colours(), heights[rank], Math.min(...heights), Math.max(...heights)) }));
      }
      yield;
    }
    painted = wanted;
    put(tints, { opacity: board.guess.hides ? 0 : 1 });
    told(other);
  }

  function describe({ run, pinned }) {
    const { model } = run;
    const where = (point) => model.states.map((q, k) => `${words(q.name)} ${two(point.y[k])}`).join(", ");
    const last = (source) => model.states.map((q) => `${words(q.name)} ${two(source.of(q.name).at(-1))}`).join(", ");
    const line = rest.some((point) => point.continuum);
    const said = [`Phase plane of ${model.title}: ${counted(rest)}`, ...(line ? [] : rest.map((point) => `${point.kind} at ${where(point)}`))];
    if (several()) said.push("The separatrix through the saddle parts the starts that end at different states");
    said.push(`The run starts at ${model.states.map((q, k) => `${words(q.name)} ${two(run.y0[k])}`).join(", ")}`);
    said.push(board.guess.hides ? "It is hidden until your guess is compared" : `It ends at ${last(run)}`);
    if (ends && !board.guess.hides) said.push(ends.said.replace(/\.$/, ""));
    if (pinned && !board.guess.hides) said.push(`The pinned run ends at ${last(pinned)}`);
    return `${said.join(". ")}.`;
  }

  return { title: "Phase plane", svg: canvas.svg, below: note, handles: movable, draw, describe, refine };
}

/** Returns how high a rest point lies along the last state, as a share. */
const share = (model, point) => (point.y[1] - model.states[1].low) / (model.states[1].high - model.states[1].low);

/** Returns the tint of a basin, from that of the lowest stable state to that of the highest. */
function blend({ low, high }, height, least, most) {
  const part = most - least < 1e-9 ? 0.5 : (height - least) / (most - least);
  const at = (text, k) => parseInt(text.slice(k, k + 2), 16);
  return `#${[1, 3, 5].map((k) => Math.round(at(low, k) + part * (at(high, k) - at(low, k))).toString(16).padStart(2, "0")).join("")}`;
}

/** Returns the field as short arrows, longer where the state moves faster. */
function arrows({ model, p }, x, y) {
  const [first, second] = model.states;
  const [at, out] = [new Float64Array(2), new Float64Array(2)];
  const found = [];
  let top = 0;
  for (let i = 0; i < ARROWS; i += 1) {
    for (let j = 0; j < ARROWS; j += 1) {
      at[0] = first.low + ((i + 0.5) / ARROWS) * (first.high - first.low);
      at[1] = second.low + ((j + 0.5) / ARROWS) * (second.high - second.low);
      model.f(at, p, out);
      if (model.clock === "discrete") [out[0], out[1]] = [out[0] - at[0], out[1] - at[1]];
      const [dx, dy] = [x(at[0] + out[0]) - x(at[0]), y(at[1] + out[1]) - y(at[1])];
      const speed = Math.hypot(dx, dy);
      if (!Number.isFinite(speed) || speed === 0) continue;
      top = Math.max(top, speed);
      found.push([x(at[0]), y(at[1]), dx / speed, dy / speed, speed]);
    }
  }
  const cell = Math.abs(x.range()[1] - x.range()[0]) / ARROWS;
  return found.map(([px, py, ux, uy, speed]) => {
    const long = cell * (0.18 + 0.5 * Math.sqrt(speed / top));
    const [hx, hy] = [px + (ux * long) / 2, py + (uy * long) / 2];
    const barb = (side) => `${(hx - 3.2 * ux + side * 2 * uy).toFixed(1)},${(hy - 3.2 * uy - side * 2 * ux).toFixed(1)}`;
    return `M${(px - (ux * long) / 2).toFixed(1)},${(py - (uy * long) / 2).toFixed(1)}L${hx.toFixed(1)},${hy.toFixed(1)}M${barb(1)}L${hx.toFixed(1)},${hy.toFixed(1)}L${barb(-1)}`;
  }).join("");
}
