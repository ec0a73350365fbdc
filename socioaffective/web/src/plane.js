import { contours } from "./contours.js";
import { Failure, Stepper } from "./ode.js";
import { boxOf, equilibria, motion } from "./rest.js";

// Lengths along a separatrix, in sides of the box: from point to point, from the saddle to where the curve begins to be
// followed, from a rest point that it has reached, and at most.
const SPACING = 1 / 200, OFFSET = 1e-5, REACH = 1e-3, LONGEST = 12;

/** Where each state of a planar model stands still: `[{state, lines}]`, each line a list of points [x, y]. */
export function nullclines(model, p, resolution = 60) {
  const { low, width } = boxOf(model), { move } = motion(model, p);
  // One cell beyond the box, so that a branch along an edge has a change of sign too.
  const side = resolution + 3, x = axis(0), y = axis(1), out = new Float64Array(2), at = new Float64Array(2);
  const grids = [new Float64Array(side * side), new Float64Array(side * side)];
  for (let r = 0; r < side; r++) {
    for (let c = 0; c < side; c++) {
      at[0] = x[c];
      at[1] = y[r];
      move(at, out);
      grids[0][r * side + c] = out[0];
      grids[1][r * side + c] = out[1];
    }
  }
  return model.states.map((q, k) => ({ state: q.name, lines: contours(grids[k], side, (edge) => crossing(k, edge)).flatMap(inside) }));

  function axis(i) {
    return Float64Array.from({ length: side }, (_, k) => low[i] + ((k - 1) / resolution) * width[i]);
  }

  function value(k, px, py) {
    at[0] = px;
    at[1] = py;
    move(at, out);
    return out[k];
  }

  /** The zero on an edge of the grid: by a straight line between its ends, and once more with the value found there. */
  function crossing(k, edge) {
    const first = edge >> 1, upright = edge & 1, second = first + (upright ? side : 1);
    const r = Math.floor(first / side), c = first % side;
    const a = grids[k][first], b = grids[k][second];
    let s = a / (a - b);
    const place = (t) => (upright ? [x[c], y[r] + t * (y[r + 1] - y[r])] : [x[c] + t * (x[c + 1] - x[c]), y[r]]);
    const v = value(k, ...place(s));
    const better = v === 0 || s === 0 ? s : v * a < 0 ? (s * a) / (a - v) : s + ((1 - s) * v) / (v - b);
    if (better >= 0 && better <= 1) s = better;
    return place(s);
  }

  /** The pieces of a line that lie in the box, up to its edge. */
  function inside(line) {
    const pieces = [];
    line.forEach((point, k) => {
      const within = isIn(point), before = k > 0 && isIn(line[k - 1]);
      if (within && !before) pieces.push(k > 0 ? [edge(point, line[k - 1])] : []);
      if (within) pieces.at(-1).push(point);
      else if (before) pieces.at(-1).push(edge(line[k - 1], point));
    });
    return pieces.filter((points) => points.length > 1);
  }

  function isIn(point) {
    return point.every((v, i) => v >= low[i] && v <= low[i] + width[i]);
  }

  /** Where the way from a point in the box to one beyond it crosses the edge. */
  function edge(from, to) {
    let share = 1;
    to.forEach((v, i) => {
      const end = Math.min(Math.max(v, low[i]), low[i] + width[i]);
      if (v !== end) share = Math.min(share, (end - from[i]) / (v - from[i]));
    });
    return from.map((v, i) => v + share * (to[i] - v));
  }
}

/** The stable manifold of a saddle of a planar model in continuous time: two lists of points [x, y], each from the saddle on. */
export function separatrices(model, p, saddle, rest = equilibria(model, p)) {
  const { low, width } = boxOf(model), own = saddle.y.map((v, i) => (v - low[i]) / width[i]);
  const others = rest.map((point) => point.y.map((v, i) => (v - low[i]) / width[i])).filter((o) => Math.hypot(o[0] - own[0], o[1] - own[1]) > 1e-6);
  const [a, b, c, d] = saddle.slopes, pull = saddle.eigenvalues[0][0];
  const one = [b, pull - a], other = [pull - d, c];
  const way = (Math.hypot(...one) > Math.hypot(...other) ? one : other).map((v, i) => v / width[i]);
  const size = Math.hypot(...way), at = new Float64Array(2);
  // Backwards at unit speed; beyond its edge the box goes on as it is there, where a formula need not hold.
  const back = (share, settings, out) => {
    for (let i = 0; i < 2; i++) at[i] = low[i] + Math.min(Math.max(share[i], 0), 1) * width[i];
    model.f(at, settings, out);
    const u = -out[0] / width[0], v = -out[1] / width[1], speed = Math.hypot(u, v);
    out[0] = speed === 0 ? 0 : u / speed;
    out[1] = speed === 0 ? 0 : v / speed;
  };
  return [-1, 1].map((sign) => [saddle.y, ...branch(way.map((v) => (sign * v) / size)).map((s) => s.map((v, i) => low[i] + v * width[i]))]);

  function branch(direction) {
    const reach = others.map((o) => Math.min(REACH, Math.hypot(o[0] - own[0], o[1] - own[1]) / 4));
    const offset = Math.min(OFFSET, ...reach), points = [], point = new Float64Array(2);
    const begin = own.map((v, i) => v + offset * direction[i]);
    const isInside = (s) => s[0] >= -1e-9 && s[0] <= 1 + 1e-9 && s[1] >= -1e-9 && s[1] <= 1 + 1e-9;
    if (!isInside(begin)) return points;
    try {
      const run = new Stepper(back, begin, p, { t: offset, rtol: 1e-8, atol: 1e-9, most: 20000 });
      let mark = SPACING;
      while (run.t < LONGEST) {
        run.step(LONGEST);
        const met = others.findIndex((o, k) => Math.hypot(o[0] - run.y[0], o[1] - run.y[1]) < reach[k]);
        const left = !isInside(run.y);
        for (; mark <= run.t; mark += SPACING) {
          run.at(mark, point);
          if (!isInside(point)) break;
          points.push(Array.from(point));
        }
        if (left) points.push(edge(run, Math.max(run.before, mark - SPACING), Math.min(mark, run.t)));
        if (met >= 0) points.push(others[met]);
        if (left || met >= 0) break;
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
    return points;

    /** Where the last step leaves the box, between two lengths. */
    function edge(run, from, to) {
      for (let k = 0; k < 40; k++) {
        const middle = (from + to) / 2;
        run.at(middle, point);
        if (isInside(point)) from = middle;
        else to = middle;
      }
      run.at(from, point);
      return Array.from(point, (v) => Math.min(Math.max(v, 0), 1));
    }
  }
}
