import { eigenvalues, solve } from "./linear.js";
import { Failure, Stepper } from "./ode.js";

// As in Python: what counts as zero, as at rest, as one point, and as a continuum.
const ZERO = 1e-7, RESIDUAL = 1e-10, SAME = 1e-6, MOST_DEGENERATE = 8;
const CELLS = { 1: 400, 2: 80 }, COARSE = 8, MANY = 200;
const FAR = 20, SETTLED = 0.004;

/** The box of a model: lower ends and widths. */
export function boxOf(model) {
  return { low: model.states.map((q) => q.low), width: model.states.map((q) => q.high - q.low) };
}

/** What an absolute tolerance is a share of: one, or the narrowest range of a state where that is less. */
export const finest = (model) => Math.min(1, ...boxOf(model).width);

/** What is zero at rest, `move(y, out)`: the rates, or the change per step; and its slopes, `slope(y, out)`. */
export function motion(model, p) {
  const { n, f, J } = model, discrete = model.clock === "discrete";
  const { width } = boxOf(model), here = new Float64Array(n), ahead = new Float64Array(n), behind = new Float64Array(n);

  function apart(y, j, h) {
    here.set(y);
    here[j] = y[j] + h;
    f(here, p, ahead);
    here[j] = y[j] - h;
    f(here, p, behind);
    return ahead.map((v, i) => v - behind[i]);
  }

  function differences(y, out) {
    for (let j = 0; j < n; j++) {
      const h = 6e-6 * width[j], far = apart(y, j, h), near = apart(y, j, h / 8);
      for (let i = 0; i < n; i++) {
        // Where a formula jumps it has no slope, however steep a line can be drawn.
        const jumps = Math.abs(near[i]) > Math.max(0.6 * Math.abs(far[i]), 1e-12 * width[i]);
        out[i * n + j] = jumps ? NaN : far[i] / (2 * h);
      }
    }
  }

  const slopes = J ? (y, out) => J(y, p, out) : differences;
  if (!discrete) return { move: (y, out) => f(y, p, out), slope: slopes };
  return {
    move(y, out) {
      f(y, p, here);
      for (let i = 0; i < n; i++) out[i] = here[i] - y[i];
    },
    slope(y, out) {
      slopes(y, out);
      for (let i = 0; i < n; i++) out[i * n + i] -= 1;
    },
  };
}

/** Starts for Newton's method: where the signs on a grid allow a rest point, and a coarse grid; and the typical rate. */
function starts(model, move, cells) {
  const { n } = model, { low, width } = boxOf(model);
  const out = new Float64Array(n), found = [], speeds = [];
  const look = (y) => {
    move(y, out);
    for (let i = 0; i < n; i++) if (Number.isFinite(out[i])) speeds.push(Math.abs(out[i]) / width[i]);
  };
  if (n > 2) {
    // A sequence that fills a box of any dimension evenly: Roberts (2018), after Kronecker.
    let root = 2;
    for (let k = 0; k < 60; k++) root = Math.pow(1 + root, 1 / (n + 1));
    for (let k = 1; k <= MANY; k++) found.push(low.map((a, i) => a + ((0.5 + k * root ** -(i + 1)) % 1) * width[i]));
    found.forEach(look);
    return { found, pace: median(speeds) };
  }
  const side = cells + 1, rows = n === 2 ? side : 1;
  // One bit each for "some corner is not above zero" and "not below", for one rate and the other.
  const signs = new Uint8Array(side * rows), y = new Float64Array(n);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < side; c++) {
      y[0] = low[0] + (c / cells) * width[0];
      if (n === 2) y[1] = low[1] + (r / cells) * width[1];
      move(y, out);
      let bits = 0;
      for (let i = 0; i < n; i++) bits |= ((out[i] > 0 ? 0 : 1) | (out[i] < 0 ? 0 : 2)) << (2 * i);
      signs[r * side + c] = bits;
      if (c % COARSE === 0 && r % COARSE === 0) {
        found.push(Array.from(y));
        look(y);
      }
    }
  }
  const all = n === 2 ? 15 : 3, over = n === 2 ? side : 0, candidates = [];
  for (let r = 0; r < (n === 2 ? cells : 1); r++) {
    for (let c = 0; c < cells; c++) {
      const k = r * side + c;
      if ((signs[k] | signs[k + 1] | signs[k + over] | signs[k + over + 1]) !== all) continue;
      const middle = [low[0] + ((c + 0.5) / cells) * width[0]];
      if (n === 2) middle.push(low[1] + ((r + 0.5) / cells) * width[1]);
      candidates.push(middle);
    }
  }
  const every = Math.ceil(candidates.length / 400);
  found.push(...candidates.filter((_, k) => k % every === 0));
  return { found, pace: median(speeds) };
}

function median(values) {
  values.sort((a, b) => a - b);
  return values.length ? (values[(values.length - 1) >> 1] + values[values.length >> 1]) / 2 : 0;
}

/** Newton's method as a function that moves `y` to a rest point and says whether it came to one. */
function newton(model, { move, slope }) {
  const { n } = model, { low, width } = boxOf(model);
  const rate = new Float64Array(n), slopes = new Float64Array(n * n), scaled = new Float64Array(n * n), step = new Float64Array(n);
  return (y) => {
    let before = Infinity;
    for (let round = 0; round < 60; round++) {
      move(y, rate);
      slope(y, slopes);
      // In shares of the box, so that units make no matrix singular.
      for (let i = 0; i < n; i++) {
        step[i] = rate[i] / width[i];
        for (let j = 0; j < n; j++) scaled[i * n + j] = (slopes[i * n + j] * width[j]) / width[i];
      }
      if (!solve(scaled, step, n)) downhill(n, width, rate, slopes, step);
      let size = 0;
      for (let i = 0; i < n; i++) size = Math.max(size, Math.abs(step[i]));
      if (!Number.isFinite(size)) return false;
      // At most a quarter of the box at once: a wild first step would skip the nearest rest point.
      const share = size > 0.25 ? 0.25 / size : 1;
      for (let i = 0; i < n; i++) {
        y[i] -= share * step[i] * width[i];
        if (Math.abs((y[i] - low[i]) / width[i] - 0.5) > 1.5) return false;
      }
      if (size < 1e-15 || (size < 1e-12 && size > before / 2)) return true;
      before = size;
    }
    return true;
  };
}

/** Fills `step`, where the slopes are singular, with the step along the gradient to the least residual. */
function downhill(n, width, rate, slopes, step) {
  let square = 0, bent = 0;
  for (let j = 0; j < n; j++) {
    step[j] = 0;
    for (let i = 0; i < n; i++) step[j] += (slopes[i * n + j] * rate[i] * width[j]) / width[i] ** 2;
    square += step[j] ** 2;
  }
  for (let i = 0; i < n; i++) {
    let along = 0;
    for (let j = 0; j < n; j++) along += (slopes[i * n + j] * step[j] * width[j]) / width[i];
    bent += along * along;
  }
  for (let j = 0; j < n; j++) step[j] = square === 0 ? 0 : (step[j] * square) / bent;
}

/** The kind of a rest point from its eigenvalues; `pace` is a typical rate, which sets what counts as zero. */
export function classify(values, clock, pace = 0) {
  const discrete = clock === "discrete";
  const scale = discrete ? 1 : Math.max(pace, ...values.map(([re, im]) => Math.hypot(re, im)));
  const growth = values.map(([re, im]) => (discrete ? Math.hypot(re, im) - 1 : re));
  const turning = values.map(([, im]) => Math.abs(im) > ZERO * scale);
  const zero = growth.map((g) => !(Math.abs(g) > ZERO * scale));
  if (zero.some(Boolean)) return zero.every((z, k) => z && turning[k]) ? "centre" : "degenerate";
  if (growth.some((g) => g > 0) && growth.some((g) => g < 0)) return "saddle";
  return `${growth[0] < 0 ? "stable" : "unstable"} ${turning.some(Boolean) ? "focus" : "node"}`;
}

/** Whether each rate is small beside its own slopes, which it is not down a tail that never ends. */
function still(model, move, y, rate, slopes) {
  const { n } = model, { width } = boxOf(model), moved = new Float64Array(n), near = new Float64Array(n);
  const noise = new Float64Array(n);
  for (const side of [-1, 1]) {
    for (let i = 0; i < n; i++) moved[i] = y[i] + side * 1e-14 * width[i];
    move(moved, near);
    for (let i = 0; i < n; i++) noise[i] = Math.max(noise[i], Math.abs(near[i] - rate[i]) || 0);
  }
  for (let i = 0; i < n; i++) {
    let steep = 0;
    for (let j = 0; j < n; j++) steep += Math.abs(slopes[i * n + j]) * width[j];
    if (!(Math.abs(rate[i]) <= Math.max(SAME * steep, 10 * noise[i]))) return false;
  }
  return true;
}

/**
 * All rest points found in the box, in order of their states: `[{y, eigenvalues, kind, stable}]`; where they are samples of
 * a continuum each has `continuum` true.
 */
export function equilibria(model, p, { cells = CELLS[model.n] } = {}) {
  const { n } = model, { low, width } = boxOf(model), { move, slope } = motion(model, p);
  const { found: begins, pace } = starts(model, move, cells), settle = newton(model, { move, slope });
  const rate = new Float64Array(n), slopes = new Float64Array(n * n);
  let found = [];
  const alike = (a, b, gap) => a.every((v, i) => Math.abs(v - b[i]) < gap * width[i]);
  for (const start of begins) {
    const y = start;
    if (!settle(y)) continue;
    const share = y.map((v, i) => (v - low[i]) / width[i]);
    if (share.some((s) => !(s >= -1e-9 && s <= 1 + 1e-9))) continue;
    for (let i = 0; i < n; i++) y[i] = Math.min(Math.max(y[i], low[i]), low[i] + width[i]);
    if (found.some((other) => alike(y, other.y, SAME))) continue;
    move(y, rate);
    slope(y, slopes);
    if (!slopes.every(Number.isFinite)) continue;
    if (rate.some((r, i) => !(Math.abs(r) < RESIDUAL * Math.max(1, pace * width[i])))) continue;
    if (!still(model, move, y, rate, slopes)) continue;
    found.push(restPoint(model, y, slopes, pace));
  }
  if (found.filter((point) => point.kind === "degenerate").length > MOST_DEGENERATE) {
    // A continuum: samples of it, a tenth of the box apart.
    found = found.reduce((kept, point) => (kept.some((o) => alike(point.y, o.y, 0.1)) ? kept : [...kept, point]), []);
    for (const point of found) point.continuum = true;
  }
  const place = (point) => point.y.map((v, i) => Math.round((v / width[i]) * 1e6));
  return found.map((point) => [place(point), point]).sort(([a], [b]) => firstGap(a, b)).map(([, point]) => point);
}

function firstGap(a, b) {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}

/** The rest point in the box to which Newton's method leads from a place, or nothing. */
export function restNear(model, p, from) {
  const { n } = model, { low, width } = boxOf(model), field = motion(model, p), y = Array.from(from);
  const rate = new Float64Array(n), slopes = new Float64Array(n * n);
  if (!newton(model, field)(y) || y.some((v, i) => !(Math.abs((v - low[i]) / width[i] - 0.5) <= 0.5 + 1e-9))) return null;
  field.move(y, rate);
  field.slope(y, slopes);
  if (rate.some((r, i) => !(Math.abs(r) < RESIDUAL * Math.max(1, width[i])))) return null;
  return restPoint(model, y, slopes);
}

/** A rest point from its place and the slopes of `motion` there. */
export function restPoint(model, y, slopes, pace = 0) {
  const own = Float64Array.from(slopes);
  if (model.clock === "discrete") for (let i = 0; i < model.n; i++) own[i * model.n + i] += 1;
  const values = eigenvalues(own, model.n);
  const kind = classify(values, model.clock, pace);
  return { y: Array.from(y), eigenvalues: values, slopes: own, kind, stable: kind.startsWith("stable") };
}

/** How long to wait for a start to settle, and how close to each rest point it has. */
function patience(model, rest) {
  const { width } = boxOf(model), discrete = model.clock === "discrete";
  const growth = rest.filter((point) => point.kind !== "centre").flatMap((point) =>
    point.eigenvalues.map(([re, im]) => Math.abs(discrete ? Math.log(Math.max(Math.hypot(re, im), 1e-12)) : re)));
  const fastest = discrete ? 1 : Math.max(...growth);
  const slowest = Math.min(fastest, ...growth.filter((g) => g > 1e-6 * fastest));
  const near = rest.map((point) => Math.min(SETTLED, ...rest.filter((other) => other !== point).map((other) =>
    Math.max(...other.y.map((v, i) => Math.abs(v - point.y[i]) / width[i])) / 4)));
  return { time: 30 / slowest, near };
}

/** The index among the rest points of the stable one where a start ends, or -1: it runs off, cycles or takes too long. */
export function fate(model, p, y0, rest, wait = patience(model, rest)) {
  const { low, width } = boxOf(model), goals = rest.map((_, k) => k).filter((k) => rest[k].stable);
  if (!goals.length) return -1;
  const close = (y, k) => rest[k].y.every((v, i) => Math.abs(y[i] - v) < wait.near[k] * width[i]);
  const gone = (y) => y.some((v, i) => !(Math.abs(v - low[i] - width[i] / 2) < FAR * width[i]));
  const arrived = (y) => goals.find((k) => close(y, k));
  if (model.clock === "discrete") {
    let y = Float64Array.from(y0), following = new Float64Array(model.n);
    for (let k = 0; k < Math.min(wait.time, 1e5) && !gone(y); k++) {
      if (arrived(y) !== undefined) return arrived(y);
      model.f(y, p, following);
      [y, following] = [following, y];
    }
    return -1;
  }
  try {
    const run = new Stepper(model.f, y0, p, { rtol: 1e-6, atol: 1e-8 * Math.min(...width), most: 30000 });
    for (;;) {
      const k = arrived(run.y);
      if (k !== undefined) return k;
      if (run.t >= wait.time || gone(run.y)) return -1;
      run.step(wait.time);
    }
  } catch (error) {
    if (error instanceof Failure) return -1;
    throw error;
  }
}

/** Where starts on a grid of cell centres end, row by row: yields `{row, fates}`, row over the second state, fates over the first. */
export function* basins(model, p, rest, resolution = 40) {
  const { low, width } = boxOf(model), wait = patience(model, rest);
  const centre = (i, k) => low[i] + ((k + 0.5) / resolution) * width[i];
  for (let row = 0; row < resolution; row++) {
    const fates = new Int16Array(resolution);
    for (let k = 0; k < resolution; k++) fates[k] = fate(model, p, [centre(0, k), centre(1, row)], rest, wait);
    yield { row, fates };
  }
}
