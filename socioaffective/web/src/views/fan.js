import { apart, plot, through, wide } from "../axes.js";
import { html, put, svg, write } from "../dom.js";
import { halton } from "../halton.js";
import { simulated } from "../run.js";
import { label, short, two, words } from "../say.js";

const HEIGHT = 280;
// Bands are drawn through so many points.
const POINTS = 101;
// Which shares of the people lie below: ends of the wide and of the narrow band, and the median.
const SHARES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** Many people over time: the median, and the bands that hold half and nine tenths of them. */
export function fan(board, { name, spread, people }) {
  const canvas = plot();
  const [outer, inner] = [0.18, 0.3].map((opacity) => svg("path", { "fill-opacity": opacity }));
  const edges = [0, 1, 3, 4].map((k) => svg("path", { fill: "none", "stroke-width": 1, "stroke-dasharray": k === 0 || k === 4 ? "2 3" : null }));
  const median = svg("path", { fill: "none", "stroke-width": 2, "stroke-dasharray": "7 4" });
  const crowd = svg("g", {}, outer, inner, ...edges, median);
  const rule = svg("line", { "stroke-dasharray": "2 3" });
  const [line, thin] = [svg("path", { fill: "none", "stroke-width": 3 }), svg("path", { fill: "none", "stroke-width": 1.6, "stroke-dasharray": "2 3" })];
  canvas.under.append(crowd, rule, thin, line);
  const texts = [0, 1, 2, 3].map(() => svg("text", { "dominant-baseline": "middle" }));
  const dot = svg("circle", { r: 4 });
  canvas.over.append(...texts, dot);
  const note = html("p", { class: "sa-note" });
  const quantity = board.quantity(name);
  const unit = quantity.unit === "1" ? "" : ` (${quantity.unit})`;
  const varied = Object.keys(spread);
  const draws = halton(people, varied.length);
  let [box, key, found, last] = [null, "", null, null];

  canvas.svg.addEventListener("pointermove", (event) => {
    if (!box || board.guess.active) return;
    board.look(event.offsetX < box.left - 8 || event.offsetX > box.right + 8 ? null : canvas.x.invert(event.offsetX));
  });
  canvas.svg.addEventListener("pointerleave", () => board.look(null));

  const keyOf = ({ model, y0, p }) => `${board.source.models.indexOf(model)} ${y0} ${p}`;

  /** Runs the people one by one, and then ranks them at each time. */
  function* crowded({ model, y0, p, times, unit: step }) {
    const every = model.clock === "discrete" ? 1 : Math.max(1, Math.floor((times.length - 1) / (POINTS - 1)));
    const own = times.filter((_, k) => k % every === 0);
    const series = [];
    for (const draw of draws) {
      const [y, q] = [Float64Array.from(y0), Float64Array.from(p)];
      varied.forEach((one, k) => {
        const state = model.states.findIndex((s) => s.name === one);
        const [array, at] = state >= 0 ? [y, state] : [q, model.settings.findIndex((s) => s.name === one)];
        const { low, high } = (state >= 0 ? model.states : model.settings)[at];
        const [least, most] = [Math.max(array[at] - spread[one], low), Math.min(array[at] + spread[one], high)];
        array[at] = least + draw[k] * (most - least);
      });
      try {
        series.push(simulated(model, y, q, own, step).of(name));
      } catch (failure) {
        if (!failure.why) throw failure;
      }
      yield;
    }
    if (!series.length) return { times: own, ranked: null, count: 0 };
    const ranked = SHARES.map(() => new Float64Array(own.length));
    for (let k = 0; k < own.length; k += 1) {
      const there = Float64Array.from(series, (values) => values[k]).sort();
      SHARES.forEach((share, i) => {
        const rank = share * (there.length - 1);
        const below = Math.min(Math.floor(rank), there.length - 2);
        ranked[i][k] = there.length > 1 ? there[below] + (rank - below) * (there[below + 1] - there[below]) : there[0];
      });
      if (k % 20 === 0) yield;
    }
    return { times: own, ranked, count: series.length };
  }

  function* refine({ run }) {
    if (key === keyOf(run)) return;
    found = yield* crowded(run);
    key = keyOf(run);
    draw(...last);
  }

  const fresh = (run) => Boolean(found?.ranked) && key === keyOf(run);

  function draw(state, width) {
    last = [state, width];
    const { run, pinned, cursor } = state;
    const colours = board.colours();
    const ink = board.colour(quantity);
    const hidden = board.guess.hides;
    const values = run.of(name);
    // An axis that fits a hidden run would tell where it goes.
    const [low, high] = hidden ? [quantity.low, quantity.high] : reach(values);
    const right = 14 + Math.min(wide("95 % of people 0.00"), width * 0.4);
    box = canvas.fit({ width, height: HEIGHT, xs: [0, run.times.at(-1)], ys: [low, high], xTitle: `time (${run.unit}s)`, yTitle: words(name) + unit, colours, right });
    const { x, y } = canvas;
    put(crowd, { opacity: fresh(run) ? null : 0.3, visibility: found?.ranked && !hidden ? "visible" : "hidden" });
    if (hidden) for (const one of [outer, inner, ...edges, median]) put(one, { d: null });
    else if (found?.ranked) {
      const { times, ranked } = found;
      const across = (k) => x(times[k]);
      const band = (a, b) => {
        const back = times.length - 1;
        const rim = through(times.length, across, (k) => y(ranked[b][k]));
        return rim && `${rim}${through(times.length, (k) => across(back - k), (k) => y(ranked[a][back - k])).replace("M", "L")}Z`;
      };
      put(outer, { d: band(0, 4), fill: ink });
      put(inner, { d: band(1, 3), fill: ink });
      [0, 1, 3, 4].forEach((rank, k) => put(edges[k], { d: through(times.length, across, (i) => y(ranked[rank][i])), stroke: ink }));
      put(median, { d: through(times.length, across, (i) => y(ranked[2][i])), stroke: ink });
    }
    put(line, { d: hidden ? null : through(values.length, (k) => x(run.times[k]), (k) => y(values[k])), stroke: colours.ink });
    put(thin, { d: hidden || !pinned ? null : through(values.length, (k) => x(pinned.times[k]), (k) => y(pinned.of(name)[k])), stroke: colours.ink });
    const k = cursor ?? values.length - 1;
    const shown = cursor !== null && !hidden && Number.isFinite(values[k]);
    put(rule, shown ? { visibility: "visible", x1: x(run.times[k]), x2: x(run.times[k]), y1: box.top, y2: box.bottom, stroke: colours.quiet } : { visibility: "hidden" });
    put(dot, shown ? { visibility: "visible", cx: x(run.times[k]), cy: y(values[k]), fill: colours.ink } : { visibility: "hidden" });
    const tags = hidden ? [] : [["this person", values[k], colours.ink]];
    if (!hidden && fresh(run)) {
      const at = there(run.times[k]);
      tags.push(["95 % below", at(4), ink], ["median", at(2), ink], ["5 % below", at(0), ink]);
    }
    const places = apart(tags.map(([, value]) => y(value)), 14, box.top + 6, box.bottom - 6);
    texts.forEach((text, i) => {
      if (!tags[i]) return put(text, { visibility: "hidden" });
      const [whose, value, fill] = tags[i];
      put(text, { visibility: "visible", x: box.right + 8, y: places[i], fill });
      return write(text, label(whose, value));
    });
    write(note, `${crowdWords(run)} Dark band: half of them; both bands: nine tenths; dashed: the median; thick: this person${pinned && !hidden ? "; dotted: the pinned run" : ""}.`);
  }

  /** Returns the axis: the bounds of what is drawn, wider where somebody leaves them, narrower for rates far below. */
  function reach(values) {
    const all = [...(found?.ranked ?? []), values].flatMap((list) => Array.from(list)).filter(Number.isFinite);
    const [least, most] = [Math.min(...all), Math.max(...all)];
    let [low, high] = [Math.min(quantity.low, least), Math.max(quantity.high, most)];
    if (low === 0 && quantity.unit !== "1") high *= [0.1, 0.2, 0.5].find((share) => most < 0.9 * high * share) ?? 1;
    return [low, high];
  }

  const there = (time) => {
    const { times, ranked } = found;
    const k = Math.min(Math.round((time / times.at(-1)) * (times.length - 1)), times.length - 1);
    return (rank) => ranked[rank][k];
  };

  function crowdWords(run) {
    const differ = varied.map((one) => `${words(one)} (± ${short(spread[one])})`).join(varied.length > 2 ? ", " : " and ");
    const all = key === keyOf(run) && found.count < people ? `${found.count} of ${people}, the others could not be computed,` : `${people}`;
    return `${all} people who differ in ${differ}.`;
  }

  function describe({ run, pinned }) {
    if (board.guess.hides) return `${words(name)} of ${people} people over time, hidden until your guess is compared.`;
    const said = [`${words(name)} of ${crowdWords(run).replace(/\.$/, "")} over ${short(run.times.at(-1))} ${run.unit}s`];
    if (fresh(run)) {
      const [a, b, c, d, e] = SHARES.map((_, i) => two(found.ranked[i].at(-1)));
      said.push(`At the end the median is ${c}, half of them lie between ${b} and ${d}, nine tenths between ${a} and ${e}`);
    } else said.push("They are being computed");
    said.push(`This person goes from ${two(run.of(name)[0])} to ${two(run.of(name).at(-1))}`);
    if (pinned) said.push(`In the pinned run this person goes from ${two(pinned.of(name)[0])} to ${two(pinned.of(name).at(-1))}`);
    return `${said.join(". ")}.`;
  }

  return { title: `${words(name)} of many people`, svg: canvas.svg, below: note, draw, describe, refine };
}
