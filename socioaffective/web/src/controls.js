import { fresh, html, safe, write } from "./dom.js";
import { onGrid } from "./handles.js";
import { nearest } from "./run.js";
import { exact, short } from "./say.js";

/** Returns what a control stands at when it is told a value: a word that it has, a number inside its bounds, otherwise what it was. */
export function heeded(control, value, before) {
  if (control.options) return control.options.includes(value) ? value : before;
  return Number.isFinite(value) ? Math.min(Math.max(value, control.low), control.high) : before;
}

/** A slider that steps through numbers, however far apart they are. */
function steps(control, changed, attended) {
  const { name, labels } = control;
  const page = Math.max(1, Math.round(labels.length / 10));
  const places = { ...control, low: 0, high: labels.length - 1, step: 1, value: labels.indexOf(control.value), page };
  const made = slider(places, (_, k) => changed(name, labels[k]), () => attended(control), (k) => short(labels[k]));
  return { element: made.element, show: (next) => made.show(labels.indexOf(nearest(labels, next))) };
}

function slider(control, changed, attended, worded = short) {
  const id = fresh("control");
  const { name, low, high, step } = control;
  const input = safe(html("input", { type: "range", id, min: low, max: high, step: "any" }));
  const shown = html("output", { for: id });
  let value = control.value;
  // Shown at once: the next key may come before the next frame.
  const move = (next) => {
    if (next === value) return;
    show(next);
    changed(name, next);
  };
  const show = (next) => {
    value = next;
    input.value = next;
    write(shown, worded(next));
    input.setAttribute("aria-valuetext", `${worded(next)}${control.unit === "1" ? "" : ` ${control.unit}`}`);
  };
  input.addEventListener("input", () => move(onGrid(control, Number(input.value))));
  // With `any` step a value set from Python stays as it is; the keys then move along the grid.
  const keys = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: control.page ?? 10, PageDown: -(control.page ?? 10) };
  input.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const ends = { Home: low, End: high };
    const next = event.key in keys ? onGrid(control, value + keys[event.key] * step) : ends[event.key];
    if (next === undefined) return;
    event.preventDefault();
    move(next);
  });
  for (const kind of ["focus", "pointerenter"]) input.addEventListener(kind, () => attended(control));
  show(value);
  const label = html("label", { for: id, title: control.meaning }, control.label, control.unit === "1" ? "" : html("small", {}, ` (${control.unit})`));
  return { element: html("div", { class: "sa-control" }, label, input, shown), show };
}

function menu(control, changed, attended) {
  const id = fresh("control");
  const options = control.options.map((word) => html("option", { value: word }, word));
  const select = safe(html("select", { id, onchange: () => changed(control.name, select.value) }, ...options));
  for (const kind of ["focus", "pointerenter"]) select.addEventListener(kind, () => attended(control));
  const show = (next) => {
    select.value = next;
  };
  show(control.value);
  return { element: html("div", { class: "sa-control" }, html("label", { for: id }, control.label), select), show };
}

/** Returns the controls of an explorer: `.element`, and `.show(values)`, which moves them without telling anybody. */
export function controls(given, changed) {
  const meaning = html("p", { class: "sa-meaning" }, "What a control means is said here once you point at it.");
  const attended = (control) => {
    const range = control.options ? "" : ` [${exact(control.low)} to ${exact(control.high)}]`;
    write(meaning, control.meaning ? `${control.label}: ${control.meaning}${range}` : control.label);
  };
  const made = new Map(given.map((one) => [one.name, (one.options ? menu : one.labels ? steps : slider)(one, changed, attended)]));
  const of = (folded) => given.filter((one) => Boolean(one.folded) === folded).map((one) => made.get(one.name).element);
  const [open, folded] = [of(false), of(true)];
  const more = folded.length
    ? [html("details", {}, safe(html("summary", {}, "parameters")), html("div", { class: "sa-grid" }, ...folded))]
    : [];
  const element = html("div", { class: "sa-controls" }, html("div", { class: "sa-grid" }, ...open), ...more, meaning);
  return { element, show: (values) => made.forEach((one, name) => one.show(values[name])) };
}
