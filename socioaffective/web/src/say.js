/** Returns a name in words. */
export const words = (name) => name.replaceAll("_", " ");

/** Returns what stands at the axis of a quantity: its name in words, and its unit. */
export const titled = (q) => words(q.name) + (q.unit === "1" ? "" : ` (${q.unit})`);

/** Returns a number with two decimals, never -0.00. */
export const two = (value) => (Number.isNaN(value) ? "not defined" : (Math.round(value * 100) / 100 + 0).toFixed(2));

/** Returns what stands at the end of a line: its name and its value, or a dash where it has none. */
export const label = (name, value) => `${name} ${Number.isFinite(value) ? two(value) : "–"}`;

/** Returns a number in three significant digits, as a reader would write it. */
export function short(value) {
  if (!Number.isFinite(value)) return "not a number";
  const text = Math.abs(value) >= 1000 || value === Math.round(value) ? String(Math.round(value)) : Number(value.toPrecision(3)).toString();
  return text.replace("-", "−");
}

/** Returns a number in the fewest digits, from twelve up, that are right to within a slack: a browser sums steps. */
export function exact(value, slack = 0) {
  for (let digits = 12; digits < 18; digits += 1) {
    const text = Number(value.toPrecision(digits));
    if (Math.abs(text - value) <= slack) return written(text);
  }
  return written(value);
}

/** Returns a number as Python writes it with %g: 1e-05 where JavaScript has 0.00001. */
function written(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, power] = value.toExponential().split("e");
    return `${digits}e${power[0]}${power.slice(1).padStart(2, "0")}`;
  }
  return String(value);
}

/** Returns a sentence on where a line begins and ends, and on a peak or a low in between. */
export function story(words, times, values, unit) {
  const last = values.length - 1;
  if (!values.some(Number.isFinite)) return `${words} is not defined`;
  let text = `${words} goes from ${two(values[0])} to ${two(values[last])} over ${short(times[last] - times[0])} ${unit}s`;
  let [high, low] = [0, 0];
  for (let k = 1; k <= last; k += 1) {
    if (values[k] > values[high]) high = k;
    if (values[k] < values[low]) low = k;
  }
  if (values[high] - Math.max(values[0], values[last]) >= 0.01) text += `, with a peak of ${two(values[high])} at ${unit} ${Math.round(times[high])}`;
  if (Math.min(values[0], values[last]) - values[low] >= 0.01) text += `, with a low of ${two(values[low])} at ${unit} ${Math.round(times[low])}`;
  return text;
}
