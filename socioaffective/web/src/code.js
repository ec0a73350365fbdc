import { nearest } from "./run.js";
import { exact } from "./say.js";

const pythonFloat = (text) => (/[.e]/.test(text) ? text : `${text}.0`);

/** Returns a value as Python's repr writes it. */
function quoted(value) {
  if (typeof value !== "string") return exact(value);
  const text = value.replaceAll("\\", "\\\\");
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`;
}

/** Returns the Python call that repeats what is shown. */
export function code({ spec, values, source }) {
  const named = Object.entries(values).map(([name, value]) => [name, quotedOr(spec, name, value)]);
  if (spec.kind === "table") return `${spec.code.head}.sel(${named.map(([name, text]) => `${name}=${text}`).join(", ")})`;
  if (spec.kind === "figure") return `${spec.call}(${named.map(([name, text]) => `${name}=${text}`).join(", ")})`;
  const k = spec.choice ? spec.choice.options.indexOf(values[spec.choice.name]) : 0;
  const { model, y0, p } = source.settle(values);
  const known = spec.code.known[k];
  const moved = (quantities, now) =>
    quantities.map((q, i) => [q.name, now[i], slack(spec, q.name, values)]).filter(([name, value, off]) => Math.abs(value - known[name]) > off);
  const start = moved(model.states, y0).map(([name, value, off]) => `'${name}': ${pythonFloat(exact(value, off))}`);
  const rest = moved(model.settings, p).map(([name, value, off]) => `${name}=${exact(value, off)}`);
  const words = [`weeks=${exact(spec.weeks)}`, ...(start.length ? [`start={${start.join(", ")}}`] : []), ...rest, ...spec.code.tail];
  return `${spec.code.heads[k]}, ${words.join(", ")})`;
}

function quotedOr(spec, name, value) {
  if (typeof value === "string") return quoted(value);
  const { labels } = spec.controls.find((one) => one.name === name);
  return labels ? exact(nearest(labels, value)) : exact(value, slack(spec, name, { [name]: value }));
}

/** Returns by how much a number may be off in the code: a browser answers with sums of steps. */
function slack(spec, name, values) {
  const control = spec.controls.find((one) => one.name === name);
  return control && values[name] !== control.value ? 1e-9 * control.step : 0;
}
