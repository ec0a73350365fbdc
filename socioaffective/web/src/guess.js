import { put, safe, svg, write } from "./dom.js";
import { read } from "./run.js";
import { short, two, words } from "./say.js";

// A guess is drawn through so many points, the first of which is given.
const POINTS = 9;
const said = (value) => (typeof value === "string" ? value : short(value));
const KEYS = { ArrowUp: 0.02, ArrowDown: -0.02, PageUp: 0.2, PageDown: -0.2 };

/** The reader's guess of one curve: drawn by mouse or keys on the time course, compared once it is committed. */
export function guess(board) {
  const me = { active: false, hides: false, verdict: "", name: board.spec.guessed, values: null, at: POINTS - 1 };
  let stored = null;
  /** Takes over the guess that the trait holds, where another view or Python has put it. */
  const load = () => {
    const saved = board.traits.get("guess");
    stored = saved;
    if (saved) Object.assign(me, { name: saved.name, values: [...saved.values], settings: saved.settings, active: !saved.compared, hides: !saved.compared, verdict: saved.verdict ?? "" });
    else Object.assign(me, { active: false, hides: false, verdict: "", values: null });
  };
  load();
  me.heard = () => {
    if (board.traits.get("guess") === stored) return;
    load();
    board.redraw();
  };
  if (board.spec.predict && !me.values) Object.assign(me, { active: true, hides: true });

  const line = svg("path", { fill: "none", "stroke-width": 3, "stroke-dasharray": "1 5", "stroke-linecap": "round" });
  const handle = safe(svg("circle", { r: 8, tabindex: 0, role: "slider", class: "sa-handle", "stroke-width": 2 }));
  const catcher = svg("rect", { fill: "transparent", class: "sa-draw" });
  const group = svg("g", {}, line, catcher, handle);
  let plot = null;
  let limits = [0, 1];

  // A trait that is given the same array again does not notice that it has changed.
  const store = () => {
    stored = me.values && { name: me.name, values: [...me.values], settings: me.settings, compared: !me.active, verdict: me.verdict };
    board.tell("guess", stored);
  };
  const times = () => {
    const [begin, end] = [board.source.times[0], board.source.times.at(-1)];
    return Array.from({ length: POINTS }, (_, k) => begin + ((end - begin) * k) / (POINTS - 1));
  };
  const set = (k, value) => {
    me.values[k] = Math.min(Math.max(value, limits[0]), limits[1]);
  };

  handle.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const along = { ArrowRight: me.at + 1, ArrowLeft: me.at - 1, Home: 1, End: POINTS - 1 }[event.key];
    if (along !== undefined) me.at = Math.min(Math.max(along, 1), POINTS - 1);
    else if (event.key in KEYS) set(me.at, me.values[me.at] + KEYS[event.key] * (limits[1] - limits[0]));
    else return;
    event.preventDefault();
    store();
    board.redraw();
  });
  let drawing = false;
  let last = null;
  const paint = (event) => {
    const box = catcher.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const k = Math.min(Math.max(Math.round(share * (POINTS - 1)), 1), POINTS - 1);
    const value = plot.y.invert(event.clientY - plot.svg.getBoundingClientRect().top);
    // A quick stroke skips points: those in between lie on the stroke.
    if (last) for (let i = Math.min(k, last.k) + 1; i < Math.max(k, last.k); i += 1) set(i, last.value + ((value - last.value) * (i - last.k)) / (k - last.k));
    set(k, value);
    me.at = k;
    last = { k, value };
    store();
    board.redraw();
  };
  for (const node of [catcher, handle]) {
    node.addEventListener("pointerdown", (event) => {
      drawing = true;
      node.setPointerCapture(event.pointerId);
      event.preventDefault();
      handle.focus();
      paint(event);
    });
    node.addEventListener("pointermove", (event) => drawing && paint(event));
    node.addEventListener("pointerup", () => {
      drawing = false;
      last = null;
    });
  }

  /** Draws the guess on a time course; called by the view last, so that it lies on top. */
  me.place = (canvas, box, names, colours, run) => {
    const begun = run?.of(me.name)?.[0];
    if (!names.includes(me.name) || (plot && plot !== canvas)) return;
    plot = canvas;
    if (!me.values && !me.active) {
      group.remove();
      return;
    }
    limits = canvas.y.domain();
    if (group.parentNode !== canvas.over) canvas.over.append(group);
    if (!me.values) me.values = new Array(POINTS).fill(begun);
    const ts = times();
    const d = ts.map((t, k) => `${k ? "L" : "M"}${canvas.x(t).toFixed(1)},${canvas.y(me.values[k]).toFixed(1)}`).join("");
    const ink = board.colour(board.quantity(me.name));
    put(line, { d, stroke: ink });
    put(catcher, { x: box.left, y: box.top, width: Math.max(box.right - box.left, 0), height: box.bottom - box.top, visibility: me.active ? "visible" : "hidden" });
    const label = words(me.name);
    put(handle, {
      visibility: me.active ? "visible" : "hidden",
      cx: canvas.x(ts[me.at]),
      cy: canvas.y(me.values[me.at]),
      fill: colours.background,
      stroke: ink,
      "aria-label": `Your guess of ${label}`,
      "aria-valuemin": limits[0],
      "aria-valuemax": limits[1],
      "aria-valuenow": two(me.values[me.at]),
      "aria-valuetext": `${board.spec.unit} ${Math.round(ts[me.at])}: ${two(me.values[me.at])}`,
    });
  };
  /** Begins a guess: everything that would tell is hidden until it is compared. */
  me.begin = () => {
    Object.assign(me, { active: true, hides: true, verdict: "", values: null, at: POINTS - 1 });
    board.redraw();
    requestAnimationFrame(() => requestAnimationFrame(() => handle.focus()));
  };
  /** Shows what the model does, and says how far the guess lies from it. */
  me.compare = (run) => {
    Object.assign(me, { active: false, hides: false, settings: { ...board.values } });
    const values = run.of(me.name);
    const there = times().map((t) => read(run.times, values, t));
    const off = there.slice(1).reduce((sum, value, k) => sum + Math.abs(value - me.values[k + 1]), 0) / (POINTS - 1);
    const way = (list) => {
      const change = list.at(-1) - list[0];
      return Math.abs(change) < 0.02 * (limits[1] - limits[0]) ? "ends where it began" : change > 0 ? "ends higher" : "ends lower";
    };
    const [mine, its] = [way(me.values), way(there)];
    me.verdict =
      `Your guess ends at ${two(me.values.at(-1))}, the model at ${two(there.at(-1))}; on average they are ${two(off)} apart. ` +
      (mine === its ? `Both say: ${words(me.name)} ${its} than it began.`.replace("ends where it began than it began", "ends where it began") : `You said it ${mine}; here it ${its}.`);
    store();
    board.redraw();
  };
  me.drop = () => {
    Object.assign(me, { active: false, hides: false, verdict: "", values: null });
    store();
    board.redraw();
  };
  /** What was compared belongs to the settings of then: once they have moved, it is said of them. */
  const then = () => {
    const moved = board.spec.controls.filter(({ name }) => me.settings && me.settings[name] !== board.values[name]);
    return me.verdict && moved.length ? `When it was compared (${moved.map(({ name, label }) => `${label} ${said(me.settings[name])}`).join(", ")}): ` : "";
  };
  me.say = (node) => write(node, me.active ? `Draw what ${words(me.name)} will do: drag across the time course, or use the arrow keys on its handle.` : then() + me.verdict);
  return me;
}
