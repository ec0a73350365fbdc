/** Sum of terms, with the rounding of each addition made up for. */
function sum(n, term) {
  let total = 0, lost = 0;
  for (let k = 0; k < n; k++) {
    const next = term(k), sum = total + next;
    lost += Math.abs(total) >= Math.abs(next) ? total - sum + next : next - sum + total;
    total = sum;
  }
  // Infinity less itself is no number.
  return Number.isFinite(total) ? total + lost : total;
}

/** Logarithm of a ratio of numbers from 0 up, also where the ratio itself is too large or too small a number. */
function logRatio(s, scale) {
  const ratio = s / scale;
  return ratio > 1e-300 && ratio < Infinity ? Math.log(ratio) : Math.log(s) - Math.log(scale);
}

/** Shares of the weights, the values that have a weight, the least of them (or greatest) and what lies above it. */
function scaled(u, parts) {
  const n = parts.length / 2;
  const total = sum(n, (k) => parts[k]);
  const weights = [], values = [];
  for (let k = 0; k < n; k++) {
    if (parts[k] > 0) {
      weights.push(parts[k] / total);
      values.push(parts[n + k]);
    }
  }
  const power = u > 0 ? (2 * u - 1) / u : -Infinity;
  const scale = power < 0 ? Math.min(...values) : Math.max(...values);
  return { power, scale, weights, values, above: values.length > 0 && scale > 0 ? above(u, power, scale, weights, values) : 0 };
}

/** How far the logarithm of the aggregate lies above that of the scale. */
function above(u, power, scale, weights, values) {
  if (power === -Infinity) return 0;
  const n = values.length;
  const logs = values.map((s) => (s === scale ? 0 : logRatio(s, scale)));
  if (u === 0.5) return sum(n, (k) => (logs[k] === 0 ? 0 : weights[k] * logs[k]));
  // What equals the scale adds nothing here, so that a part of tiny weight keeps its digits.
  const moment = sum(n, (k) => weights[k] * Math.expm1(power * logs[k]));
  if (moment > -0.5) return Math.log1p(moment) / power;
  return Math.log(sum(n, (k) => weights[k] * Math.exp(power * logs[k]))) / power;
}

/** Constant elasticity of substitution, `ces(u, ...weights, ...values)`: u is 0 for the least, 1/2 geometric, 1 linear. */
export function ces(u, ...parts) {
  const { scale, weights, values, above } = scaled(u, parts);
  if (values.length === 0) return NaN;
  if (u >= 1) return sum(values.length, (k) => weights[k] * values[k]);
  if (values.some((s) => !(s >= 0))) return NaN;
  const result = above === 0 ? scale : scale * Math.exp(above);
  return Number.isFinite(result) ? result : Math.exp(Math.log(scale) + above);
}

/** Slope of `ces` by its k-th value; where several are least in the limit they share it by weight. */
export function cesSlope(k, u, ...parts) {
  const n = parts.length / 2;
  if (!(parts[k] > 0)) return 0;
  const { scale, weights, values, above } = scaled(u, parts);
  const own = parts[k] / sum(n, (i) => parts[i]), value = parts[n + k];
  if (u >= 1) return own;
  if (u <= 0 || 1 / u === Infinity) {
    const least = Math.min(...values);
    return value === least ? own / sum(values.length, (i) => (values[i] === least ? weights[i] : 0)) : 0;
  }
  return own * Math.exp(((1 - u) / u) * (above + (Math.log(scale) - Math.log(value))));
}
