import { Curve, LONGEST, distance, dot, follow, liesOn, located } from "./curve.js";
import { solve } from "./linear.js";
import { equilibria } from "./rest.js";

// As in Python all rest points are looked for at this many values.
const LOOKS = 9;
// Beside a branch point other branches are looked for at this share of the range.
const BESIDE = 2e-3;

/**
 * The branch point near a guess, or null: Newton's method for a point z, a direction q of the equations that no slope
 * reaches, and a number m, such that rates + m q, slopes times q and |q| - 1 all vanish (Keller 1977; Moore 1980).
 */
function branchPoint(curve, guess, t) {
  const { n, size } = curve, count = 2 * size, u = new Float64Array(count);
  u.set(guess);
  u.set(unreached(curve, guess, t), size);
  const right = new Float64Array(count), ahead = new Float64Array(count), behind = new Float64Array(count);
  const columns = new Float64Array(count * count), moved = new Float64Array(count), h = 1e-6;
  for (let round = 0; round < 20; round++) {
    for (let j = 0; j < count; j++) {
      for (const [out, sign] of [[ahead, 1], [behind, -1]]) {
        moved.set(u);
        moved[j] += sign * h;
        equations(moved, out);
      }
      for (let i = 0; i < count; i++) columns[i * count + j] = (ahead[i] - behind[i]) / (2 * h);
    }
    equations(u, right);
    if (!solve(columns, right, count)) return null;
    for (let i = 0; i < count; i++) u[i] -= right[i];
    const length = Math.max(...right.map(Math.abs));
    if (!(length < 0.5)) return null;
    if (length < 1e-10) break;
  }
  const z = Array.from(u.subarray(0, size));
  return distance(z, guess) < 2 * LONGEST && Math.abs(u[count - 1]) < 1e-8 ? z : null;

  function equations(at, out) {
    const q = at.subarray(size, size + n), m = at[count - 1];
    curve.look(Array.from(at.subarray(0, size)));
    for (let i = 0; i < n; i++) out[i] = curve.rate[i] + m * q[i];
    for (let j = 0; j < size; j++) {
      out[n + j] = 0;
      for (let i = 0; i < n; i++) out[n + j] += curve.matrix[i * size + j] * q[i];
    }
    out[count - 1] = dot(q, q) - 1;
  }
}

/** The direction of the equations that the slopes at a point reach least. */
function unreached(curve, z, t) {
  const { n, size } = curve, across = new Float64Array(size * size), q = new Float64Array(size).fill(1);
  curve.look(z);
  curve.matrix.set(t, n * size);
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) across[i * size + j] = curve.matrix[j * size + i];
  const found = solve(across, q, size), length = Math.hypot(...q.subarray(0, n));
  return found ? q.subarray(0, n).map((v) => v / length) : new Float64Array(n).fill(n ** -0.5);
}

/**
 * Every branch of rest points found while setting number `index` moves between two values: `branches` are
 * `[{value, y, stable, closed}]`, y one array a state; `folds`, `hopfs`, `flips` and `branchPoints` are `[{value, y}]`.
 */
export function continuation(model, p, index, range, { looks = LOOKS } = {}) {
  const curve = new Curve(model, p, index, range), found = [];
  const special = { branchPoints: [], folds: [], hopfs: [], flips: [] };
  const pending = Array.from({ length: looks }, (_, k) => k / (looks - 1));
  while (pending.length) {
    const share = pending.shift(), settings = Float64Array.from(p);
    settings[index] = range[0] + share * (range[1] - range[0]);
    for (const { y, continuum } of equilibria(model, settings)) {
      if (continuum) continue;
      const z = [...y.map((v, i) => (v - curve.low[i]) / curve.width[i]), share];
      if (found.some((branch) => liesOn(curve, branch.points, z))) continue;
      const t = curve.firstTangent(z);
      const branch = t && bothWays(curve, z, t);
      if (!branch || branch.points.length < 2) continue;
      found.push(branch);
      for (const at of mark(curve, branch, special)) {
        for (const s of [at[curve.n] - BESIDE, at[curve.n] + BESIDE]) if (s > 0 && s < 1) pending.push(s);
      }
    }
  }
  const told = (z) => {
    const y = Array.from(curve.real(z)), value = y.pop();
    return { value, y };
  };
  const inOrder = (points) => points.map(told).sort((a, b) => a.value - b.value);
  return {
    branches: found.map(({ points, closed }) => drawn(curve, points, closed)),
    ...Object.fromEntries(Object.entries(special).map(([kind, points]) => [kind, inOrder(points)])),
  };
}

function bothWays(curve, z, t) {
  const ahead = follow(curve, z, t);
  if (ahead.closed) return ahead;
  const back = follow(curve, z, t.map((v) => -v));
  // The start is left out between others: it may be a special point, which belongs between two points.
  const skip = Math.min(ahead.points.length, back.points.length) > 1 ? 1 : 0;
  const turned = back.points.slice(1).reverse().map((point) => ({ z: point.z, t: point.t.map((v) => -v) }));
  return { points: [...turned, ...ahead.points.slice(skip)], closed: false };
}

/** Finds the special points of a branch and puts each among its points; returns the new branch points. */
function mark(curve, branch, special) {
  const { points } = branch, crossings = [];
  const seen = points.map(({ z, t }) => {
    curve.look(z);
    return curve.measures(t);
  });
  const marked = [points[0]], along = (k) => (a, b) => dot(points[k].t, a.z) - dot(points[k].t, b.z);
  for (let k = 0; k + 1 < points.length; k++) {
    const between = [];
    for (const kind of Object.keys(special)) {
      if (seen[k][kind] < 0 === seen[k + 1][kind] < 0) continue;
      if (kind === "hopfs" && !(seen[k].turns && seen[k + 1].turns)) continue;
      const middle = points[k].z.map((v, i) => (v + points[k + 1].z[i]) / 2);
      const at = kind === "branchPoints"
        ? branchPoint(curve, middle, points[k].t)
        : located(curve, points[k], points[k + 1].z, (t) => curve.measures(t)[kind]);
      if (!at) continue;
      // A prong of a pitchfork turns at the branch point, which is no fold.
      if (kind === "folds" && special.branchPoints.some((other) => distance(at, other) < 1e-4)) continue;
      between.push({ z: at, t: points[k].t, special: true });
      if (special[kind].some((other) => distance(at, other) < 1e-5)) continue;
      special[kind].push(at);
      if (kind === "branchPoints") crossings.push(at);
    }
    marked.push(...between.sort(along(k)), points[k + 1]);
  }
  branch.points = marked;
  return crossings;
}

function drawn(curve, points, closed) {
  const places = points.map(({ z }) => curve.real(z)), column = (k) => Float64Array.from(places, (place) => place[k]);
  const stable = points.map(({ z, t, special }) => {
    if (special) return false;
    curve.look(z);
    return curve.measures(t).stable;
  });
  return {
    value: column(curve.n),
    y: curve.model.states.map((_, k) => column(k)),
    stable: Uint8Array.from(stable),
    closed,
  };
}
