import { put, safe } from "./dom.js";

const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 10], PageDown: [0, -10] };

/** Returns the number on a control's grid that is nearest to a value, inside its bounds. */
export function onGrid(control, value) {
  const { low, high, step } = control;
  const near = Number((low + Math.round((value - low) / step) * step).toPrecision(12));
  return Math.min(Math.max(near, low), high);
}

/** Makes a node of a plot a handle: `seat()` tells where it is in the plot's own numbers, `step(seat)` how far a key takes it, and
 * `go(x, y)` takes it there. */
export function handle(node, canvas, { seat, step, ends, go }) {
  put(safe(node), { tabindex: 0, role: "slider", class: "sa-handle" });
  node.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = seat();
    if (!at) return;
    if (event.key in STEPS) {
      const [dx, dy] = step();
      const [a, b] = STEPS[event.key];
      go(at[0] + a * dx, at[1] + b * dy);
    } else if (event.key === "Home" || event.key === "End") {
      const [x, y] = ends()[event.key === "Home" ? 0 : 1];
      go(x, y);
    } else return;
    event.preventDefault();
  });
  node.addEventListener("pointerdown", (event) => {
    node.setPointerCapture(event.pointerId);
    event.preventDefault();
    node.focus();
  });
  node.addEventListener("pointermove", (event) => {
    if (!node.hasPointerCapture(event.pointerId)) return;
    const box = canvas.svg.getBoundingClientRect();
    go(canvas.x.invert(event.clientX - box.left), canvas.y.invert(event.clientY - box.top));
  });
}

/** Makes a node the handle of two quantities, which moves the controls there are for them; returns whether there is one. */
export function pairHandle(node, canvas, board, names, seat) {
  const pair = names.map((name) => board.control(name));
  if (!pair.some(Boolean)) return false;
  const [across, up] = pair;
  const go = (x, y) => board.move(Object.fromEntries([[across, x], [up, y]].filter(([one]) => one).map(([one, value]) => [one.name, onGrid(one, value)])));
  const edge = (side) => pair.map((one, k) => one?.[side] ?? seat()[k]);
  handle(node, canvas, { seat, step: () => pair.map((one) => one?.step ?? 0), ends: () => [edge("low"), edge("high")], go });
  return true;
}
