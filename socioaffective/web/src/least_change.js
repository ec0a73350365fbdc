// Steps of Gauss and Newton; the step of a difference, as a share of a control's range; a gap that is none; how near an edge is on it.
const ROUNDS = 40;
const SHIFT = 1e-5;
const CLOSE = 1e-6;
const EDGE = 1e-9;

/**
 * Returns the `values` of controls at which two measures have what is wanted, or come nearest to it, changed by the least there
 * is, and what was `found` there. Changes count as shares of each control's range, and no control leaves its own.
 * `measure(values, near)` returns `{pair}` and what it wants to be given as `near` a little off; nothing where there is none.
 */
export function nearestChange(controls, values, wanted, measure) {
  const named = (shares) => Object.fromEntries(controls.map(({ name, low, high }, k) => [name, low + shares[k] * (high - low)]));
  const look = (shares, near) => {
    const found = measure(named(shares), near);
    const off = found && wanted.map((value, k) => value - found.pair[k]);
    return found && { shares, found, off, size: Math.hypot(...off) };
  };
  let at = look(controls.map(({ name, low, high }) => (values[name] - low) / (high - low)), null);
  if (!at) return null;
  for (let round = 0; round < ROUNDS && at.size > CLOSE; round += 1) {
    const next = better(at, look);
    if (!next) break;
    const gain = at.size - next.size;
    at = next;
    if (gain < 1e-4 * at.size) break;
  }
  return { values: named(at.shares), found: at.found };
}

/** Returns what is nearer to what is wanted after one step, or nothing. */
function better(at, look) {
  const slopes = at.shares.map((share, k) => {
    const side = share > 0.5 ? -SHIFT : SHIFT;
    const moved = look(at.shares.map((other, i) => (i === k ? other + side : other)), at.found);
    return moved ? moved.off.map((value, i) => (at.off[i] - value) / side) : [0, 0];
  });
  // The shortest step, if it leads half of the way; else, as where the slopes nearly say the same twice, what leads farthest.
  let best = null;
  for (let damp = 1e-10; damp < 1e4; damp *= 20) {
    const step = inside(at, slopes, damp);
    const next = look(at.shares.map((share, k) => Math.min(Math.max(share + step[k], 0), 1)), at.found);
    if (next && next.size < (best ?? at).size) best = next;
    if (best && best.size < at.size / 2) break;
  }
  return best;
}

/** Returns a step in which a control at its edge that would be pushed beyond it takes no part: without it others may be. */
function inside(at, slopes, damp) {
  const free = slopes.map(() => true);
  for (;;) {
    const step = leastNorm(slopes, at.off, free, damp);
    const stuck = at.shares.findIndex((share, k) => free[k] && ((share <= EDGE && step[k] < 0) || (share >= 1 - EDGE && step[k] > 0)));
    if (stuck < 0) return step;
    free[stuck] = false;
  }
}

/** The shortest step over the free controls that closes two gaps, as far as the slopes and some damping allow. */
function leastNorm(slopes, [u, v], free, share) {
  let [a, b, d] = [0, 0, 0];
  slopes.forEach(([s, t], k) => {
    if (!free[k]) return;
    a += s * s;
    b += s * t;
    d += t * t;
  });
  const damp = share * (a + d) + 1e-300;
  const det = (a + damp) * (d + damp) - b * b;
  const [x, y] = [((d + damp) * u - b * v) / det, ((a + damp) * v - b * u) / det];
  return slopes.map(([s, t], k) => (free[k] ? s * x + t * y : 0));
}
