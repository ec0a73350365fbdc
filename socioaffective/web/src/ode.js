/** Why a run could not go on: `time`, `why` in words, and the `values` of the states there. */
export class Failure extends Error {
  constructor(time, why, values) {
    super(`The integration failed near time ${Number(time.toPrecision(4))}: ${why}`);
    this.name = "Failure";
    this.time = time;
    this.why = why;
    this.values = Array.from(values);
  }
}

// Dormand and Prince (1980), order 5 with an error estimate of order 4.
const A21 = 1 / 5;
const A31 = 3 / 40, A32 = 9 / 40;
const A41 = 44 / 45, A42 = -56 / 15, A43 = 32 / 9;
const A51 = 19372 / 6561, A52 = -25360 / 2187, A53 = 64448 / 6561, A54 = -212 / 729;
const A61 = 9017 / 3168, A62 = -355 / 33, A63 = 46732 / 5247, A64 = 49 / 176, A65 = -5103 / 18656;
const B1 = 35 / 384, B3 = 500 / 1113, B4 = 125 / 192, B5 = -2187 / 6784, B6 = 11 / 84;
const E1 = 71 / 57600, E3 = -71 / 16695, E4 = 71 / 1920, E5 = -17253 / 339200, E6 = 22 / 525, E7 = -1 / 40;
// Between steps: Hairer, Nørsett and Wanner, "Solving Ordinary Differential Equations I", section II.6.
const D1 = -12715105075 / 11282082432, D3 = 87487479700 / 32700410799, D4 = -10690763975 / 1880347072;
const D5 = 701980252875 / 199316789632, D6 = -1453857185 / 822651844, D7 = 69997945 / 29380423;

const SAFETY = 0.9, LEAST = 0.2, MOST = 10, BETA = 0.04, EXPONENT = 0.2 - 0.75 * BETA;
const NO_NUMBER = "a rate is no number.";

/**
 * A run that is advanced step by step: `step(limit)` goes on by one step, at most to `limit`; `at(t, out)` gives the states
 * between the last two; `restart()` follows a change of `y` or of what `f` depends on. Fields `t`, `before`, `y`.
 */
export class Stepper {
  constructor(f, y0, p, { t = 0, rtol = 1e-6, atol = 1e-9, most = 200000 } = {}) {
    const n = y0.length;
    Object.assign(this, { f, p, n, t, rtol, atol, most, before: t, evaluations: 0 });
    this.y = Float64Array.from(y0);
    this.old = Float64Array.from(y0);
    this.next = new Float64Array(n);
    this.stage = new Float64Array(n);
    this.k = Array.from({ length: 7 }, () => new Float64Array(n));
    this.r = Array.from({ length: 4 }, () => new Float64Array(n));
    this.dense = false;
    this.restart();
  }

  restart() {
    this.h = 0;
    this.lastError = 1e-4;
    this.before = this.t;
    this.dense = false;
    this.old.set(this.y);
    this.rate(this.y, this.k[0]);
    if (!finite(this.k[0])) throw new Failure(this.t, "a rate is no number to begin with.", this.y);
  }

  rate(y, out) {
    this.evaluations++;
    this.f(y, this.p, out);
  }

  /** A first step, by the sizes of the states and of their first two derivatives. */
  first(span) {
    const { n, y, k, stage, rtol, atol } = this;
    let size = 0, speed = 0, turn = 0;
    for (let i = 0; i < n; i++) {
      const scale = atol + rtol * Math.abs(y[i]);
      size += (y[i] / scale) ** 2;
      speed += (k[0][i] / scale) ** 2;
    }
    const trial = Math.min(size > 1e-10 && speed > 1e-10 ? 0.01 * Math.sqrt(size / speed) : 1e-6, span);
    for (let i = 0; i < n; i++) stage[i] = y[i] + trial * k[0][i];
    this.rate(stage, k[1]);
    for (let i = 0; i < n; i++) turn += ((k[1][i] - k[0][i]) / (atol + rtol * Math.abs(y[i]))) ** 2;
    const steepest = Math.sqrt(Math.max(speed, turn / trial ** 2) / n);
    const guess = steepest > 1e-15 ? Math.pow(0.01 / steepest, 0.2) : Math.max(1e-6, trial * 1e-3);
    return Math.min(100 * trial, guess, span) || trial;
  }

  step(limit) {
    const { n, k, y, old, next } = this;
    const span = limit - this.t;
    if (this.h === 0) this.h = this.first(span);
    let rejected = false, wrong = false;
    for (;;) {
      if (this.evaluations > this.most) {
        throw new Failure(this.t, `still not done after ${this.most.toLocaleString("en")} evaluations.`, y);
      }
      // A last step that would leave next to nothing takes all.
      const last = this.h > 0.999 * span;
      const h = last ? span : this.h;
      if (!(h > 4e-16 * Math.abs(this.t)) || h < 1e-300) {
        throw new Failure(this.t, wrong ? NO_NUMBER : "the step became too small.", y);
      }
      const error = this.attempt(h);
      wrong = !Number.isFinite(error);
      if (error <= 1) {
        const factor = (SAFETY * Math.pow(this.lastError, BETA)) / Math.pow(error, EXPONENT);
        const room = Math.min(rejected ? 1 : MOST, Math.max(LEAST, factor));
        if (!last || h * room < this.h) this.h = h * room;
        this.lastError = Math.max(error, 1e-4);
        this.before = this.t;
        this.t = last ? limit : this.t + h;
        this.took = h;
        this.dense = false;
        old.set(y);
        y.set(next);
        // The slopes at both ends of the step; the last of one step is the first of the next.
        const begin = k[0];
        k[0] = k[6];
        k[6] = begin;
        return;
      }
      rejected = true;
      this.h = h * (wrong ? LEAST : Math.max(LEAST, SAFETY / Math.pow(error, EXPONENT)));
    }
  }

  /** Fills `next` with where a step of length h leads; returns its error as a multiple of what is tolerated. */
  attempt(h) {
    const { n, y, stage, next, rtol, atol } = this;
    const [k1, k2, k3, k4, k5, k6, k7] = this.k;
    for (let i = 0; i < n; i++) stage[i] = y[i] + h * A21 * k1[i];
    this.rate(stage, k2);
    for (let i = 0; i < n; i++) stage[i] = y[i] + h * (A31 * k1[i] + A32 * k2[i]);
    this.rate(stage, k3);
    for (let i = 0; i < n; i++) stage[i] = y[i] + h * (A41 * k1[i] + A42 * k2[i] + A43 * k3[i]);
    this.rate(stage, k4);
    for (let i = 0; i < n; i++) stage[i] = y[i] + h * (A51 * k1[i] + A52 * k2[i] + A53 * k3[i] + A54 * k4[i]);
    this.rate(stage, k5);
    for (let i = 0; i < n; i++) {
      stage[i] = y[i] + h * (A61 * k1[i] + A62 * k2[i] + A63 * k3[i] + A64 * k4[i] + A65 * k5[i]);
    }
    this.rate(stage, k6);
    for (let i = 0; i < n; i++) {
      next[i] = y[i] + h * (B1 * k1[i] + B3 * k3[i] + B4 * k4[i] + B5 * k5[i] + B6 * k6[i]);
    }
    this.rate(next, k7);
    let total = 0;
    for (let i = 0; i < n; i++) {
      const error = h * (E1 * k1[i] + E3 * k3[i] + E4 * k4[i] + E5 * k5[i] + E6 * k6[i] + E7 * k7[i]);
      total += (error / (atol + rtol * Math.max(Math.abs(y[i]), Math.abs(next[i])))) ** 2;
    }
    return Math.max(Math.sqrt(total / n), 1e-10);
  }

  at(t, out) {
    const { n, old, y, took, r } = this;
    if (this.t === this.before) {
      out.set(y);
      return;
    }
    if (!this.dense) this.interpolate();
    const a = (t - this.before) / took, b = 1 - a;
    const [r1, r2, r3, r4] = r;
    for (let i = 0; i < n; i++) out[i] = old[i] + a * (r1[i] + b * (r2[i] + a * (r3[i] + b * r4[i])));
  }

  /** Prepares what lies between the last two states. */
  interpolate() {
    const { n, old, y, took: h } = this;
    const [k7, , k3, k4, k5, k6, k1] = this.k;
    const [r1, r2, r3, r4] = this.r;
    for (let i = 0; i < n; i++) {
      r1[i] = y[i] - old[i];
      r2[i] = h * k1[i] - r1[i];
      r3[i] = r1[i] - h * k7[i] - r2[i];
      r4[i] = h * (D1 * k1[i] + D3 * k3[i] + D4 * k4[i] + D5 * k5[i] + D6 * k6[i] + D7 * k7[i]);
    }
    this.dense = true;
  }
}

function finite(values) {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

/** Sets states (`kind` "state") or settings at a change: `set` holds pairs of an index and a value. */
function apply(change, y, p) {
  const target = change.kind === "state" ? y : p;
  for (const [index, value] of change.set) target[index] = value;
}

/** Changes in order of time; those of one time keep their order. */
function inOrder(changes) {
  return [...changes].sort((a, b) => a.time - b.time);
}

/**
 * States at `times` (ascending) as one array, state k at time number j in [k * times.length + j].
 *
 * `changes`, `[{time, set: [[index, value], ...], kind: "state" | "setting"}]`, hold from their time on. Throws `Failure`.
 */
export function integrate(f, y0, p, times, { rtol = 1e-6, atol = 1e-9, most = 200000, changes = [] } = {}) {
  const n = y0.length, count = times.length, result = new Float64Array(n * count);
  const pending = inOrder(changes), settings = Float64Array.from(p), start = Float64Array.from(y0);
  let next = 0;
  for (; next < pending.length && pending[next].time <= times[0]; next++) apply(pending[next], start, settings);
  const run = new Stepper(f, start, settings, { t: times[0], rtol, atol, most });
  const point = new Float64Array(n), end = times[count - 1];
  for (let j = 0; j < count; j++) {
    for (;;) {
      const due = next < pending.length ? pending[next].time : Infinity;
      if (due <= run.t && run.t <= times[j]) change(due);
      else if (run.t < times[j]) run.step(Math.min(due, end));
      else break;
    }
    run.at(times[j], point);
    for (let k = 0; k < n; k++) result[k * count + j] = point[k];
  }
  return result;

  function change(time) {
    for (; next < pending.length && pending[next].time === time; next++) apply(pending[next], run.y, settings);
    run.restart();
  }
}

/** Iterates of a map from `y0`, laid out like the result of `integrate`, over steps 0 to `steps`. Throws `Failure`. */
export function iterate(f, y0, p, steps, { changes = [] } = {}) {
  const n = y0.length, count = steps + 1, result = new Float64Array(n * count);
  const pending = inOrder(changes), settings = Float64Array.from(p);
  const y = Float64Array.from(y0), following = new Float64Array(n);
  let next = 0;
  for (let j = 0; j < count; j++) {
    if (j > 0) {
      f(y, settings, following);
      y.set(following);
    }
    for (; next < pending.length && pending[next].time <= j; next++) apply(pending[next], y, settings);
    if (!finite(y)) throw new Failure(j, "a value is no longer a number.", y);
    for (let k = 0; k < n; k++) result[k * count + j] = y[k];
  }
  return result;
}
