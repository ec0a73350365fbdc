/** Model: the values of one saved widget, with the events that front-end modules listen to. */

/** The identifier in a reference, written as "anywidget:<id>", "IPY_MODEL_<id>" or alone. */
export function modelId(reference) {
  return String(reference).replace(/^(anywidget:|IPY_MODEL_)/, "");
}

/** The values of a saved entry, its binary parts as DataView. */
export function decode({ state, buffers = [] }) {
  const values = structuredClone(state);
  for (const { path, data } of buffers) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const last = path.at(-1);
    const place = path.slice(0, -1).reduce((at, key) => at[key], values);
    place[last] = new DataView(bytes.buffer);
  }
  return values;
}

/** Whether two values of a model are the same, so that linked models come to rest. */
export function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof DataView || b instanceof DataView) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

export class Model {
  #values;
  #listeners = [];

  constructor(id, entry, page) {
    this.id = id;
    this.name = entry.model_name;
    this.module = entry.model_module;
    this.widget_manager = { get_model: async (wanted) => page.find(wanted) };
    this.#values = decode(entry);
  }

  get(name) {
    return this.#values[name];
  }

  entries() {
    return Object.entries(this.#values);
  }

  /** Sets one value by name, or several by an object, and tells the listeners of those that changed. */
  set(names, value) {
    const wanted = typeof names === "object" ? names : { [names]: value };
    const changed = Object.keys(wanted).filter((name) => !same(this.#values[name], wanted[name]));
    for (const name of changed) this.#values[name] = wanted[name];
    for (const name of changed) this.#tell(`change:${name}`, this.#values[name]);
    if (changed.length) this.#tell("change");
  }

  #tell(event, ...values) {
    for (const { name, callback } of [...this.#listeners]) {
      if (name === event) callback(this, ...values);
    }
  }

  on(names, callback, owner) {
    for (const name of names.split(/\s+/)) this.#listeners.push({ name, callback, owner });
  }

  /** Forgets the listeners that agree with everything given. */
  off(name, callback, owner) {
    const asked = Object.entries({ name, callback, owner }).filter(([, wanted]) => wanted !== undefined && wanted !== null);
    this.#listeners = this.#listeners.filter((listener) => !asked.every(([key, wanted]) => listener[key] === wanted));
  }

  /** What one view is given of the model: its listeners go when the signal says so. */
  facade(signal) {
    const owner = {};
    signal.addEventListener("abort", () => this.off(null, null, owner));
    return {
      get: (name) => this.get(name),
      set: (names, value) => this.set(names, value),
      on: (names, callback) => this.on(names, callback, owner),
      off: (name, callback) => this.off(name, callback, owner),
      // What would go to the kernel goes nowhere; the values themselves are kept here.
      save_changes() {},
      send() {},
      widget_manager: this.widget_manager,
    };
  }
}

/** Keeps two values the same as a saved link says, in one direction or in both. */
export function connect(page, link, both) {
  const [from, a] = end(page, link.get("source"));
  const [to, b] = end(page, link.get("target"));
  const forward = () => to.set(b, from.get(a));
  from.on(`change:${a}`, forward);
  if (both) to.on(`change:${b}`, () => from.set(a, to.get(b)));
  forward();
}

function end(page, [reference, name]) {
  return [page.find(reference), name];
}
