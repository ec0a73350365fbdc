// Steps of Gauss and Newton, and the step of a difference, as a share of a control's range.
const ROUNDS = 12;
const SHIFT = 1e-5;
const CLOSE = 1e-9;

/**
 * Returns the values of controls at which two measures have what is wanted, or come nearest to it, changed by the least there is;
 * changes count as shares of each control's range, and no control leaves its own. Nothing where there is no measure.
 */
export function nearestChange(controls, values, wanted, measure) {
  let at = controls.map(({ name, low, high }) => (values[name] - low) / (high - low));
  const named = (shares) => Object.fromEntries(controls.map(({ name, low, high }, k) => [name, low + shares[k] * (high - low)]));
  const gap = (shares) => {
    const found = measure(named(shares));
    return found && found.map((value, k) => wanted[k] - value);
  };
  let off = gap(at);
  if (!off) return null;
  const size = (pair) => Math.hypot(...pair);
  for (let round = 0; round < ROUNDS && size(off) > CLOSE; round += 1) {
    const slopes = at.map((share, k) => {
      const side = share > 0.5 ? -SHIFT : SHIFT;
      const moved = gap(at.map((other, i) => (i === k ? other + side : other)));
      return moved ? moved.map((value, i) => (off[i] - value) / side) : [0, 0];
    });
    // A control at its edge that would be pushed beyond it takes no part.
    let free = slopes.map(() => true);
    let step = leastNorm(slopes, off, free);
    const blocked = at.map((share, k) => (share <= 0 && step[k] < 0) || (share >= 1 && step[k] > 0));
    if (blocked.some(Boolean)) {
      free = blocked.map((stuck) => !stuck);
      step = leastNorm(slopes, off, free);
    }
    let better = false;
    for (let shrink = 1; shrink > 1e-3 && !better; shrink /= 2) {
      const next = at.map((share, k) => Math.min(Math.max(share + shrink * step[k], 0), 1));
      const rest = gap(next);
      if (rest && size(rest) < size(off)) [at, off, better] = [next, rest, true];
    }
    if (!better) break;
  }
  return Object.fromEntries(Object.entries(named(at)).map(([name, value]) => [name, Number(value.toPrecision(12))]));
}

/** The shortest step over the free controls that closes two gaps, as far as the slopes allow. */
function leastNorm(slopes, [u, v], free) {
  let [a, b, d] = [0, 0, 0];
  slopes.forEach(([s, t], k) => {
    if (!free[k]) return;
    a += s * s;
    b += s * t;
    d += t * t;
  });
  // A little damping, so that slopes which say the same twice lead nowhere far.
  const damp = 1e-10 * (a + d) + 1e-300;
  const det = (a + damp) * (d + damp) - b * b;
  const [x, y] = [((d + damp) * u - b * v) / det, ((a + damp) * v - b * u) / det];
  return slopes.map(([s, t], k) => (free[k] ? s * x + t * y : 0));
}
