/** Host: shows the saved widgets of a notebook in a page, without a kernel and without a request. */
import { Model, connect, modelId } from "./host_model.js";

const COLUMN = ["VBoxModel", "BoxModel", "AccordionModel", "TabModel", "StackModel"];
const ROW = ["HBoxModel"];
const TEXT = { HTMLModel: "innerHTML", HTMLMathModel: "innerHTML", LabelModel: "textContent" };

/** One anywidget: its front-end module, loaded and initialised once, and what it exports. */
class Widget {
  constructor(model, signal) {
    this.model = model;
    this.signal = signal;
    this.ready = this.#start();
    // Who waits for it says what went wrong; nobody else is bothered.
    this.ready.catch(() => {});
  }

  async #start() {
    addStyle(this.model.get("_css"), this.model.get("_anywidget_id"));
    const module = await load(this.model.get("_esm"));
    const found = typeof module.default === "function" ? await module.default() : module.default;
    this.definition = found ?? { render: module.render };
    const { signal } = this;
    const model = this.model.facade(signal);
    const result = await this.definition.initialize?.({ model, signal, experimental: { invoke: refuse } });
    this.exports = typeof result === "object" && result !== null ? result : undefined;
    if (typeof result === "function") signal.addEventListener("abort", () => result());
  }

  async render(el, host, signal) {
    await this.ready;
    const model = this.model.facade(signal);
    const done = await this.definition.render?.({ model, el, host, signal, experimental: { invoke: refuse } });
    if (typeof done === "function") signal.addEventListener("abort", () => done());
  }
}

async function load(source) {
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return await import(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function addStyle(text, id) {
  if (!text || document.querySelector(`style[data-widget="${CSS.escape(id)}"]`)) return;
  const style = document.createElement("style");
  style.dataset.widget = id;
  style.textContent = text;
  document.head.append(style);
}

async function refuse() {
  throw new Error("This needs a running notebook: a page has no kernel to ask.");
}

/** The models of a saved state, their widgets and the links between them. */
export class Page {
  constructor(state, signal) {
    this.signal = signal;
    this.models = new Map(Object.entries(state).map(([id, entry]) => [id, new Model(id, entry, this)]));
    this.widgets = new Map();
    for (const model of this.models.values()) {
      if (model.module === "anywidget") this.widgets.set(model.id, new Widget(model, signal));
      if (model.name === "LinkModel") connect(this, model, true);
      if (model.name === "DirectionalLinkModel") connect(this, model, false);
    }
  }

  find(reference) {
    const model = this.models.get(modelId(reference));
    if (!model) throw new Error(`The page has no widget '${reference}'.`);
    return model;
  }

  /** What a module is given to reach other widgets: anywidget's own two functions. */
  host(signal) {
    return {
      getModel: async (reference) => this.find(reference).facade(signal),
      getWidget: async (reference) => {
        const widget = this.widgets.get(this.find(reference).id);
        await widget.ready;
        const render = ({ el, signal: own }) => widget.render(el, this.host(own ?? signal), own ?? signal);
        return { exports: widget.exports, render };
      },
    };
  }

  /** Shows a model in an element: an anywidget alive, boxes with what is in them, text as it was saved. */
  async show(model, el) {
    lay(el, model, this);
    const widget = this.widgets.get(model.id);
    if (widget) return widget.render(el, this.host(this.signal), this.signal);
    if (COLUMN.includes(model.name) || ROW.includes(model.name)) return this.#box(model, el);
    if (model.name in TEXT) return write(model, el);
    el.append(note(model));
  }

  async #box(model, el) {
    el.classList.add(ROW.includes(model.name) ? "row" : "column");
    const children = model.get("children").map((reference) => {
      const place = document.createElement("div");
      el.append(place);
      return this.attempt(this.find(reference), place);
    });
    await Promise.all(children);
  }

  /** Shows a model, or says in its place what went wrong. */
  async attempt(model, el) {
    try {
      await this.show(model, el);
    } catch (error) {
      console.error(error);
      el.append(paragraph(`This part of the page failed: ${error.message}`, "alert"));
    }
  }
}

function write(model, el) {
  const put = () => {
    el[TEXT[model.name]] = model.get("value");
  };
  put();
  model.on("change:value", put);
}

function note(model) {
  const name = model.get("description") || model.name.replace(/Model$/, "");
  return paragraph(`The control “${name}” needs a running notebook.`, "note");
}

function paragraph(text, role) {
  const made = document.createElement("p");
  made.setAttribute("role", role);
  made.textContent = text;
  return made;
}

function lay(el, model, page) {
  el.classList.add(...(model.get("_dom_classes") ?? []));
  const layout = model.get("layout");
  if (!layout) return;
  for (const [key, value] of page.find(layout).entries()) {
    if (!key.startsWith("_") && value !== null) el.style.setProperty(key.replaceAll("_", "-"), value);
  }
}

/** Shows every saved widget of the document in its place; resolves when all are drawn. */
export async function boot(root = document) {
  const saved = root.querySelector('script[type="application/vnd.jupyter.widget-state+json"]');
  if (!saved) return;
  const page = new Page(JSON.parse(saved.textContent), new AbortController().signal);
  await Promise.all(
    [...root.querySelectorAll("[data-model]")].map((el) => {
      el.replaceChildren();
      return page.attempt(page.find(el.dataset.model), el);
    }),
  );
}
