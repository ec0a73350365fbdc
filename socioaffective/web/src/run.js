import { compile } from "./model.js";
import { integrate, iterate } from "./ode.js";
import { finest } from "./rest.js";

/** A run as a view reads it: `times`, `of(name)` for values over time, `y0` and `p`, start and settings as arrays, and `model`. */
export function simulated(model, y0, p, times, unit) {
  const { n } = model;
  const states = model.clock === "discrete" ? iterate(model.f, y0, p, times.length - 1) : integrate(model.f, y0, p, times, { atol: 1e-9 * finest(model) });
  const count = times.length;
  const series = new Map(model.states.map((q, k) => [q.name, states.subarray(k * count, (k + 1) * count)]));
  let computed = false;
  const observe = () => {
    computed = true;
    const [y, out] = [new Float64Array(n), new Float64Array(model.observables.length)];
    const columns = model.observables.map((q) => series.set(q.name, new Float64Array(count)).get(q.name));
    for (let i = 0; i < count; i += 1) {
      for (let k = 0; k < n; k += 1) y[k] = states[k * count + i];
      model.g(y, p, out);
      for (let k = 0; k < columns.length; k += 1) columns[k][i] = out[k];
    }
  };
  const of = (name) => {
    if (!series.has(name)) {
      const k = model.settings.findIndex((q) => q.name === name);
      if (k >= 0) series.set(name, new Float64Array(count).fill(p[k]));
      else if (!computed) observe();
    }
    return series.get(name);
  };
  return { model, times, y0, p, unit, of };
}

/** Returns what turns the values of controls into runs: of a model, of which there may be several to choose from. */
export function modelSource(spec) {
  const models = spec.models.map(compile);
  const times = Float64Array.from({ length: spec.points }, (_, k) => (spec.weeks * k) / (spec.points - 1));
  const chosen = (values) => models[spec.choice ? spec.choice.options.indexOf(values[spec.choice.name]) : 0];
  const settle = (values, changed = {}) => {
    const model = chosen(values);
    // Every object has a "constructor": a name counts only where it was given.
    const value = (q) => [changed, values].find((given) => Object.hasOwn(given, q.name))?.[q.name] ?? q.value;
    return { model, y0: Float64Array.from(model.states, value), p: Float64Array.from(model.settings, value) };
  };
  const run = (values, changed) => {
    const { model, y0, p } = settle(values, changed);
    return simulated(model, y0, p, times, spec.unit);
  };
  return { models, run, settle, times, quantities: (values) => [...chosen(values).states, ...chosen(values).settings, ...chosen(values).observables] };
}

/** Returns what looks runs up in a table: an array of [row][variable][time] behind the labels of its dimensions. */
export function tableSource(spec, buffer) {
  const data = new Float32Array(buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength));
  const times = Float64Array.from(spec.times);
  const size = spec.variables.length * times.length;
  const row = (values) =>
    spec.controls.reduce((at, control) => {
      const labels = control.options ?? control.labels;
      const value = values[control.name];
      return at * labels.length + labels.indexOf(control.options ? value : nearest(labels, value));
    }, 0);
  const run = (values, changed = {}) => {
    const at = row({ ...values, ...changed }) * size;
    const of = (name) => {
      const k = spec.variables.findIndex((q) => q.name === name);
      return data.subarray(at + k * times.length, at + (k + 1) * times.length);
    };
    return { model: null, times, unit: spec.unit, of };
  };
  return { run, times, quantities: () => spec.variables };
}

/** Returns the label that is nearest to a value. */
export const nearest = (labels, value) => labels.reduce((best, label) => (Math.abs(label - value) < Math.abs(best - value) ? label : best));

/** Returns what a series is at a time: on the straight line between its neighbours, however far apart they are. */
export function read(times, values, time) {
  let k = 1;
  while (k < times.length - 1 && times[k] < time) k += 1;
  return values[k - 1] + ((time - times[k - 1]) / (times[k] - times[k - 1])) * (values[k] - values[k - 1]);
}
