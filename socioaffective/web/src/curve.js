import { eigenvalues, solve } from "./linear.js";
import { boxOf, motion } from "./rest.js";

// As in Python: steps as shares of the ranges; when Newton's method is done; how much two tangents in turn may differ.
export const LONGEST = 0.02;
const SHORTEST = 1e-8, MOST_POINTS = 4000, DONE = 1e-11, ENOUGH = 1e-7, SLACK = 1e-9, SAME = 1e-6;
const STRAIGHT = Math.cos(Math.PI / 30), BENT = Math.cos(Math.PI / 9);

/** The rest points of a model as n equations in n + 1 unknowns, states and one setting, all as shares of their ranges. */
export class Curve {
  constructor(model, p, index, [from, to]) {
    const { low, width } = boxOf(model), n = model.n;
    Object.assign(this, { model, index, n, size: n + 1, low: [...low, from], width: [...width, to - from] });
    this.p = Float64Array.from(p);
    this.motion = motion(model, this.p);
    this.rate = new Float64Array(n);
    this.slopes = new Float64Array(n * n);
    // n rows of slopes, and room for one that borders them.
    this.matrix = new Float64Array((n + 1) ** 2);
    this.work = new Float64Array((n + 1) ** 2);
    [this.ahead, this.behind] = [new Float64Array(n), new Float64Array(n)];
  }

  real(z) {
    return z.map((v, i) => this.low[i] + v * this.width[i]);
  }

  /** Computes rates and slopes at a point. */
  look(z) {
    const { n, size, p, index, width, matrix, rate, slopes, ahead, behind } = this;
    const y = this.real(z), value = y.pop(), h = 1e-6 * width[n];
    for (const [out, at] of [[ahead, value + h], [behind, value - h]]) {
      p[index] = at;
      this.motion.move(y, out);
    }
    p[index] = value;
    this.motion.move(y, rate);
    this.motion.slope(y, slopes);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) matrix[i * size + j] = (slopes[i * n + j] * width[j]) / width[i];
      matrix[i * size + n] = (((ahead[i] - behind[i]) / (2 * h)) * width[n]) / width[i];
      rate[i] /= width[i];
    }
  }

  /** Solves the slopes, bordered below by `row`, for `right`, in place. */
  bordered(row, right) {
    this.work.set(this.matrix);
    this.work.set(row, this.n * this.size);
    return solve(this.work, right, this.size);
  }

  /** The solution in the plane through `guess` with this normal, or null. */
  corrected(guess, normal) {
    const { n, size } = this, z = [...guess], step = new Float64Array(size);
    let last = Infinity;
    for (let round = 0; round < 40; round++) {
      this.look(z);
      step.set(this.rate);
      step[n] = dot(normal, z) - dot(normal, guess);
      if (!this.bordered(normal, step)) return null;
      const length = Math.max(...step.map(Math.abs));
      if (!(length <= 0.5) || (length > 2 * last && length > ENOUGH)) return null;
      for (let i = 0; i < size; i++) z[i] -= step[i];
      if (length < DONE || (length < ENOUGH && length > 0.7 * last)) return z;
      last = length;
    }
    return last < ENOUGH ? z : null;
  }

  /** The unit tangent at the point last looked at, in the sense of the previous one; null where there is none. */
  tangent(previous) {
    const t = new Float64Array(this.size);
    t[this.n] = 1;
    if (!this.bordered(previous, t)) return null;
    const length = Math.hypot(...t) * (dot(t, previous) < 0 ? -1 : 1);
    return Number.isFinite(length) ? Array.from(t, (v) => v / length) : null;
  }

  /** A first tangent, by whichever axis borders the slopes best; null where they are singular. */
  firstTangent(z) {
    this.look(z);
    for (let k = this.n; k >= 0; k--) {
      const t = this.tangent(axis(this.size, k));
      if (t && Math.abs(this.turning(t)) > ENOUGH) return t;
    }
    return null;
  }

  /** What vanishes where another branch crosses: the determinant of slopes and tangent, its rows of length one. */
  turning(t) {
    const { n, size, matrix } = this, rows = Float64Array.from(matrix);
    rows.set(t, n * size);
    for (let i = 0; i < size; i++) {
      const length = Math.hypot(...rows.subarray(i * size, (i + 1) * size)) || 1;
      for (let j = 0; j < size; j++) rows[i * size + j] /= length;
    }
    return determinant(rows, size);
  }

  /** What changes its sign at each kind of special point, at the point last looked at, and whether it is stable. */
  measures(t) {
    const { model, slopes, n } = this, discrete = model.clock === "discrete";
    const own = Float64Array.from(slopes);
    if (discrete) for (let i = 0; i < n; i++) own[i * n + i] += 1;
    const values = eigenvalues(own, n), largest = Math.max(...values.map((v) => Math.hypot(...v))) || 1;
    const growth = values.map(([re, im]) => (discrete ? Math.hypot(re, im) - 1 : re));
    return {
      branchPoints: this.turning(t),
      folds: this.tangent(t)?.[n] ?? NaN,
      hopfs: n > 1 ? pairs(values, largest, discrete) : 1,
      flips: discrete ? product(values.map(([re, im]) => [re + 1, im])) : 1,
      stable: growth.every((g) => g < -1e-9 * largest),
      turns: values.some(([, im]) => Math.abs(im) > 1e-9 * largest),
    };
  }
}

export function dot(a, b) {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

function axis(size, k) {
  return Array.from({ length: size }, (_, i) => (i === k ? 1 : 0));
}

export function distance(a, b) {
  return Math.max(...a.map((v, i) => Math.abs(v - b[i])));
}

function determinant(a, n) {
  let result = 1;
  for (let c = 0; c < n; c++) {
    let top = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(a[r * n + c]) > Math.abs(a[top * n + c])) top = r;
    if (a[top * n + c] === 0) return 0;
    if (top !== c) {
      result = -result;
      for (let k = 0; k < n; k++) [a[c * n + k], a[top * n + k]] = [a[top * n + k], a[c * n + k]];
    }
    result *= a[c * n + c];
    for (let r = c + 1; r < n; r++) {
      const share = a[r * n + c] / a[c * n + c];
      for (let k = c; k < n; k++) a[r * n + k] -= share * a[c * n + k];
    }
  }
  return result;
}

/** Real part of a product of complex numbers. */
function product(values) {
  return values.reduce(([a, b], [c, d]) => [a * c - b * d, a * d + b * c], [1, 0])[0];
}

/** Product over all pairs of eigenvalues of their sum; for a map of their product less 1. */
function pairs(values, largest, discrete) {
  const terms = values.flatMap(([a, b], i) =>
    values.slice(0, i).map(([c, d]) => (discrete ? [a * c - b * d - 1, a * d + b * c] : [(a + c) / largest, (b + d) / largest])));
  return product(terms);
}

/** Follows a curve from a point until it leaves the ranges, closes or cannot be followed: points with tangents. */
export function follow(curve, start, direction) {
  const points = [{ z: start, t: direction }];
  let step = LONGEST / 4;
  while (points.length < MOST_POINTS && step > SHORTEST) {
    const { z, t } = points.at(-1), guess = z.map((v, i) => v + step * t[i]);
    const next = curve.corrected(guess, t);
    // A solution far from where the tangent pointed belongs to another branch.
    if (next && Math.hypot(...next.map((v, i) => v - guess[i])) < 0.5 * step) {
      curve.look(next);
      const turned = curve.tangent(t), cosine = turned ? dot(turned, t) : -1;
      if (cosine > BENT) {
        const out = next.findIndex((v) => v < -SLACK || v > 1 + SLACK);
        if (out >= 0) {
          points.push(...cut(curve, points.at(-1), next));
          return { points, closed: false };
        }
        if (points.length > 8 && passes(z, next, start) && dot(turned, direction) > BENT) {
          points.push({ z: start, t: direction });
          return { points, closed: true };
        }
        points.push({ z: next, t: turned });
        if (cosine > STRAIGHT) step = Math.min(1.5 * step, LONGEST);
        continue;
      }
    }
    step /= 2;
  }
  return { points, closed: false };
}

/** Whether a curve meets its start between two neighbours. */
function passes(z, next, start) {
  const chord = next.map((v, i) => v - z[i]), s = dot(chord, start.map((v, i) => v - z[i])) / dot(chord, chord);
  return s > 0 && s <= 1 && Math.hypot(...start.map((v, i) => v - z[i] - s * chord[i])) < 0.1 * Math.hypot(...chord);
}

/** The point, if any, at which a curve first meets a limit between two neighbours. */
function cut(curve, { z, t }, next) {
  const first = next
    .map((v, k) => ({ k, limit: v < 0.5 ? 0 : 1, v }))
    .filter(({ v }) => v < -SLACK || v > 1 + SLACK)
    .map(({ k, limit, v }) => ({ k, limit, share: (limit - z[k]) / (v - z[k]) }))
    .sort((a, b) => a.share - b.share)[0];
  const guess = z.map((v, i) => v + first.share * (next[i] - v));
  guess[first.k] = first.limit;
  const at = curve.corrected(guess, axis(curve.size, first.k));
  if (!at || distance(at, guess) > LONGEST || distance(at, z) < SLACK) return [];
  at[first.k] = first.limit;
  curve.look(at);
  const turned = curve.tangent(t);
  return turned ? [{ z: at, t: turned }] : [];
}

/** The point between two neighbours where a measure changes its sign, or null: by false position, the ends weighed anew. */
export function located(curve, { z, t }, next, measure) {
  const at = (s) => {
    const point = curve.corrected(z.map((v, i) => v + s * t[i]), t);
    if (!point) return null;
    curve.look(point);
    return { s, point, value: measure(t) };
  };
  let a = at(0), b = at(dot(t, next.map((v, i) => v - z[i])));
  if (!a || !b || !(a.value * b.value <= 0)) return null;
  let side = 0;
  for (let round = 0; round < 100 && Math.abs(b.s - a.s) > 1e-14 && a.value !== 0 && b.value !== 0; round++) {
    const guess = round % 8 === 7 ? (a.s + b.s) / 2 : (a.s * b.value - b.s * a.value) / (b.value - a.value);
    const c = at(guess);
    if (!c) break;
    if (c.value === 0) return c.point;
    if (c.value < 0 === b.value < 0) {
      b = c;
      if (side === -1) a.value /= 2;
      side = -1;
    } else {
      a = c;
      if (side === 1) b.value /= 2;
      side = 1;
    }
  }
  return Math.abs(a.value) < Math.abs(b.value) ? a.point : b.point;
}

/** Whether a point lies on a branch. */
export function liesOn(curve, points, z) {
  return points.some(({ z: a, t }, k) => {
    if (distance(a, z) < SAME) return true;
    if (k + 1 === points.length) return false;
    const chord = points[k + 1].z.map((v, i) => v - a[i]), length = Math.hypot(...chord);
    const s = Math.min(Math.max(dot(chord, z.map((v, i) => v - a[i])) / length ** 2, 0), 1);
    if (Math.hypot(...z.map((v, i) => v - a[i] - s * chord[i])) > length / 2 + SAME) return false;
    const reach = dot(t, z.map((v, i) => v - a[i])), on = curve.corrected(a.map((v, i) => v + reach * t[i]), t);
    return on !== null && distance(on, z) < SAME;
  });
}
