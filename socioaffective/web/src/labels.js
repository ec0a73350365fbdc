import { wide } from "./axes.js";
import { svg } from "./dom.js";

// Where a label may stand beside its mark: shift in pixels and where the text begins, the most natural first.
const PLACES = [
  [9, 0, "start"], [-9, 0, "end"], [0, -14, "middle"], [0, 15, "middle"],
  [9, 15, "start"], [-9, -14, "end"], [9, -14, "start"], [-9, 15, "end"],
];
// Where something lies in all of these, a label may stand farther off by so much, if no other mark could be meant.
const FARTHER = 2.6;
// Half the height of a line of text. A label that has this much room stays where it was, so that it does not flicker.
const HALF = 7;
const ENOUGH = 5;

/** Returns a text that stays readable over lines, and lets through what is pointed at below it. */
export const haloed = (attributes = {}) =>
  svg("text", { "dominant-baseline": "central", "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke", "pointer-events": "none", ...attributes });

/** Returns what places labels in a box where they cover least; `keep` remembers where each stood between two draws. */
export function labeller(box, keep) {
  const taken = [];
  const room = ([x0, y0, x1, y1]) => {
    let least = Infinity;
    let covered = 0;
    for (let k = 0; k < taken.length; k += 2) {
      const dx = Math.max(x0 - taken[k], taken[k] - x1, 0);
      const dy = Math.max(y0 - taken[k + 1], taken[k + 1] - y1, 0);
      const gap = Math.hypot(dx, dy);
      if (gap < least) least = gap;
      if (gap === 0) covered += 1;
    }
    const outside = x0 < box.left + 2 || x1 > box.right - 2 || y0 < box.top + 2 || y1 > box.bottom - 2;
    return Math.min(least, 40) - covered - (outside ? 1000 : 0);
  };

  /** Keeps labels off a line through points in pixels. */
  function line(count, px, py) {
    let [a, b] = [NaN, NaN];
    for (let k = 0; k < count; k += 1) {
      const [x, y] = [px(k), py(k)];
      const far = Math.hypot(x - a, y - b);
      if (far < 3) continue;
      const [from, to] = seen(box, a, b, x, y);
      // A run that leaves the picture may be a long way off.
      const steps = Math.min(Math.ceil(((to - from) * far) / 6), 400);
      for (let i = 1; i < steps; i += 1) {
        const share = from + ((to - from) * i) / steps;
        taken.push(a + (x - a) * share, b + (y - b) * share);
      }
      if (Number.isFinite(x) && Number.isFinite(y)) taken.push(x, y);
      [a, b] = [x, y];
    }
  }

  /** Returns the attributes of a label at a mark, where it has most room. */
  const place = (key, x, y, text, far = false) => along(key, [[x, y]], text, far);

  /** Returns the attributes of a label at one of several points, at the one that leaves it most room. */
  function along(key, points, text, far = false) {
    const long = wide(text);
    const spots = (far ? [1, FARTHER] : [1]).flatMap((times) => points.flatMap(([x, y]) => PLACES.map(([dx, dy, anchor]) => ({ x: x + times * dx, y: y + times * dy, anchor }))));
    const spans = spots.map(({ x, y, anchor }) => {
      const left = x - { start: 0, end: long, middle: long / 2 }[anchor];
      return [left, y - HALF, left + long, y + HALF];
    });
    const rooms = spans.map((span, k) => (!far || k < spans.length / 2 ? room(span) : Math.min(room(span), room(span) / 100) - 1));
    const before = keep.get(key);
    let best = before !== undefined && rooms[before] >= ENOUGH ? before : 0;
    if (best !== before) rooms.forEach((size, k) => size > rooms[best] + 0.5 && (best = k));
    keep.set(key, best);
    const [x0, y0, x1, y1] = spans[best];
    for (const height of [y0, (y0 + y1) / 2, y1]) line(2, (k) => (k ? x1 : x0), () => height);
    return { x: spots[best].x, y: spots[best].y, "text-anchor": spots[best].anchor };
  }

  return { line, place, along };
}

/** Returns from which to which share of the way between two points lies in a box: from more than to, where none does. */
function seen(box, a, b, x, y) {
  let [from, to] = [0, 1];
  for (const [start, way, low, high] of [[a, x - a, box.left, box.right], [b, y - b, box.top, box.bottom]]) {
    if (way === 0 && (start < low || start > high)) return [1, 0];
    if (way === 0) continue;
    const [s, t] = [(low - start) / way, (high - start) / way];
    from = Math.max(from, Math.min(s, t));
    to = Math.min(to, Math.max(s, t));
  }
  return [from, to];
}
