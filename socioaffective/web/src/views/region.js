import { plot, wide } from "../axes.js";
import { contours } from "../contours.js";
import { html, put, svg, write } from "../dom.js";
import { knob, pairHandle } from "../handles.js";
import { compiled } from "../model.js";
import { short, titled, two, words } from "../say.js";

const HEIGHT = 280;
// Cells so small that their corners do not show.
const CELLS = 160;
const SIDE = CELLS + 1;

/** Where in the plane of two quantities something holds: two tints, their border, and the present point, which can be dragged. */
export function region(board, { x: across, y: up, margin, words: named }) {
  const canvas = plot();
  const outside = svg("rect");
  const inside = svg("path");
  const border = svg("path", { fill: "none", "stroke-width": 2.5, "stroke-linejoin": "round" });
  canvas.under.append(outside, inside, border);
  const texts = named.map((word) => {
    const text = svg("text", { "text-anchor": "middle", "dominant-baseline": "middle", "stroke-width": 3, "paint-order": "stroke" });
    write(text, word);
    canvas.over.append(text);
    return text;
  });
  const disc = svg("circle", { r: 8, "stroke-width": 2 });
  const dot = knob(disc);
  const movable = pairHandle(dot, canvas, board, [across, up], () => place);
  canvas.over.append(dot);
  const note = html("p", { class: "sa-note" });
  const value = compiled(margin);
  const out = new Float64Array(1);
  let place = null;

  function draw({ run }, width) {
    const { model } = run;
    const at = { y: Float64Array.from(run.y0), p: Float64Array.from(run.p) };
    const seat = (wanted) => {
      const state = model.states.findIndex((q) => q.name === wanted);
      return state >= 0 ? [at.y, state] : [at.p, model.settings.findIndex((q) => q.name === wanted)];
    };
    const [[xs, i], [ys, j]] = [seat(across), seat(up)];
    const quantities = [across, up].map((wanted) => [...model.states, ...model.settings].find((q) => q.name === wanted));
    place = [xs[i], ys[j]];
    const spans = [across, up].map((wanted, k) => [board.control(wanted)?.low ?? quantities[k].low, board.control(wanted)?.high ?? quantities[k].high]);
    const colours = board.colours();
    const box = canvas.fit({ width, height: HEIGHT, xs: spans[0], ys: spans[1], xTitle: titled(quantities[0]), yTitle: titled(quantities[1]), colours });
    const read = (a, b) => {
      [xs[i], ys[j]] = [a, b];
      value(at.y, at.p, out);
      return out[0];
    };
    const [us, vs] = spans.map(([low, high]) => Float64Array.from({ length: SIDE }, (_, k) => low + ((high - low) * k) / CELLS));
    const grid = new Float64Array(SIDE * SIDE);
    for (let b = 0; b < SIDE; b += 1) for (let a = 0; a < SIDE; a += 1) grid[b * SIDE + a] = read(us[a], vs[b]);
    const held = (a, b) => grid[b * SIDE + a] + grid[b * SIDE + a + 1] + grid[(b + 1) * SIDE + a] + grid[(b + 1) * SIDE + a + 1] > 0;
    const centre = [[0, 0, 0], [0, 0, 0]];
    for (let b = 0; b < CELLS; b += 1) {
      for (let a = 0; a < CELLS; a += 1) {
        const sum = centre[held(a, b) ? 0 : 1];
        sum[0] += us[a];
        sum[1] += vs[b];
        sum[2] += 1;
      }
    }
    const here = read(...place) > 0;
    [xs[i], ys[j]] = place;
    const px = (a) => Math.round(10 * (box.left + ((box.right - box.left) * a) / CELLS)) / 10;
    const py = (b) => Math.round(10 * (box.bottom - ((box.bottom - box.top) * b) / CELLS)) / 10;
    let fill = "";
    for (let b = 0; b < CELLS; b += 1) {
      for (let a = 0; a < CELLS; a += 1) {
        if (!held(a, b)) continue;
        if (a === 0 || !held(a - 1, b)) fill += `M${px(a)},${py(b)}V${py(b + 1)}H`;
        if (a + 1 === CELLS || !held(a + 1, b)) fill += `${px(a + 1)}V${py(b)}Z`;
      }
    }
    // Between two corners of a cell the border is where a straight line is zero.
    const cut = (edge) => {
      const first = edge >> 1;
      const [row, column, upright] = [Math.floor(first / SIDE), first % SIDE, edge & 1];
      const share = grid[first] / (grid[first] - grid[first + (upright ? SIDE : 1)]);
      return [px(column + (upright ? 0 : share)), py(row + (upright ? share : 0))];
    };
    const lines = contours(grid, SIDE, cut);
    put(outside, { x: box.left, y: box.top, width: Math.max(box.right - box.left, 0), height: box.bottom - box.top, fill: colours.low });
    put(inside, { d: fill, fill: colours.high });
    put(border, { d: lines.map((line) => `M${line.join("L")}`).join(""), stroke: colours.ink });
    texts.forEach((text, k) => {
      const [u, v, count] = centre[k];
      const half = wide(named[k]) / 2;
      const room = count > 0.02 * CELLS * CELLS;
      const middle = Math.min(Math.max(canvas.x(u / count || 0), box.left + half + 4), box.right - half - 4);
      put(text, { visibility: room ? "visible" : "hidden", x: middle, y: canvas.y(v / count || 0), fill: colours.ink, stroke: colours[k ? "low" : "high"] });
    });
    put(dot, { transform: `translate(${canvas.x(place[0])},${canvas.y(place[1])})` });
    put(disc, { fill: colours.ink, stroke: colours.background });
    const said = `At ${quantities.map((q, k) => `${words(q.name)} ${short(place[k])}`).join(" and ")}: ${named[here ? 0 : 1]}.`;
    if (movable) {
      put(dot, { "aria-label": `${words(quantities[0].name)} and ${words(quantities[1].name)}`, "aria-valuemin": spans[1][0], "aria-valuemax": spans[1][1], "aria-valuenow": two(place[1]), "aria-valuetext": said });
    }
    write(note, said);
    me.said = `Where in the plane of ${words(quantities[0].name)} (across) and ${words(quantities[1].name)} (up) it is "${named[0]}" or "${named[1]}": ${Math.round((100 * centre[0][2]) / CELLS ** 2)} % of the picture is "${named[0]}". ${said}`;
  }

  const me = { title: `${words(across)} and ${words(up)}`, svg: canvas.svg, below: note, handles: movable, draw, describe: () => me.said, said: "" };
  return me;
}
