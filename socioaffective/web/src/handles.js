import { put, safe, svg } from "./dom.js";

const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 10], PageDown: [0, -10] };

/** Returns the number on a control's grid that is nearest to a value, inside its bounds. */
export function onGrid({ low, high, step }, value) {
  const near = Number((low + Math.round((value - low) / step) * step).toPrecision(12));
  return Math.min(Math.max(near, low), high);
}

// What surrounds a mark is wide enough to take hold of, and shows as a ring while the keyboard is there.
const GRIP = 13;

/** Returns a mark to drag, drawn around 0, 0 and put in place by its `transform`. */
export const knob = (shape) => svg("g", {}, svg("circle", { r: GRIP, fill: "transparent" }), shape);

/** Lets a node of a plot be dragged: `go(x, y)` takes it there, in the plot's own numbers. */
export function pulled(node, canvas, go, focus = node) {
  node.classList.add("sa-handle");
  node.addEventListener("pointerdown", (event) => {
    node.setPointerCapture(event.pointerId);
    event.preventDefault();
    focus.focus();
  });
  node.addEventListener("pointermove", (event) => {
    if (!node.hasPointerCapture(event.pointerId)) return;
    const box = canvas.svg.getBoundingClientRect();
    go(canvas.x.invert(event.clientX - box.left), canvas.y.invert(event.clientY - box.top));
  });
}

/** Makes a node a handle for mouse and keys: `seat()` is where it stands, `step` how far a key takes it each way, `ends` the far
 * corners; with `flat` it moves across alone, and up and down do as right and left. */
export function handle(node, canvas, { seat, step, ends, go, flat = false }) {
  put(safe(node), { tabindex: 0, role: "slider" });
  pulled(node, canvas, go);
  node.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = seat();
    if (!at) return;
    if (event.key in STEPS) {
      const [a, b] = STEPS[event.key];
      if (flat) go(at[0] + (a + b) * step[0], at[1]);
      else go(at[0] + a * step[0], at[1] + b * step[1]);
    } else if (event.key === "Home" || event.key === "End") go(...ends()[event.key === "Home" ? 0 : 1]);
    else return;
    event.preventDefault();
  });
}

/** Makes a node the handle of one control, which moves along a plot's horizontal axis. */
export function slideHandle(node, canvas, board, control, seat) {
  const go = (x) => board.move({ [control.name]: onGrid(control, x) });
  // Keys may come faster than frames: they go on from where the control stands, not from where it was drawn last.
  const now = () => seat() && [board.values[control.name], 0];
  handle(node, canvas, { seat: now, step: [control.step, 0], ends: () => [[control.low], [control.high]], go, flat: true });
  return go;
}

/** Makes a node the handle of two quantities, which moves the controls there are for them; returns whether there is one. */
export function pairHandle(node, canvas, board, names, seat) {
  const pair = names.map((name) => board.control(name));
  if (!pair.some(Boolean)) return false;
  const go = (...to) => board.move(Object.fromEntries(pair.flatMap((one, k) => (one ? [[one.name, onGrid(one, to[k])]] : []))));
  const edge = (side) => pair.map((one, k) => one?.[side] ?? seat()[k]);
  const now = () => seat()?.map((drawn, k) => (pair[k] ? board.values[names[k]] : drawn));
  handle(node, canvas, { seat: now, step: pair.map((one) => one?.step ?? 0), ends: () => [edge("low"), edge("high")], go });
  return true;
}
