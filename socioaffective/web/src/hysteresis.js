import { integrate } from "./ode.js";
import { equilibria, finest } from "./rest.js";
import { two } from "./say.js";

// As in Python: how far beyond the end of a branch, and beside it, a state is let go; what counts as a jump; how long it may take.
const ONWARDS = 1e-3;
const ASIDE = 5e-3;
const JUMPED = 0.02;
const LONGEST = 5e4;
const MOST = 20;

/** Whether a branch is stable between each point and the next. */
export const stretches = ({ stable }) => Array.from(stable.slice(1), (next, k) => Boolean(next || stable[k]));

/** Returns the jumps of a state that stays at rest while a setting moves slowly up and then down, `[{value, from, to, way}]`,
 * and where it ends early in words. */
export function hysteresis(model, p, index, { branches }) {
  const q = model.settings[index];
  const span = q.high - q.low;
  const sizes = model.states.map((s) => s.high - s.low);
  const away = (a, b) => Math.max(...a.map((v, i) => Math.abs(v - b[i]) / sizes[i]));
  const cut = branches.map(stretches);
  const at = (branch, k) => branch.y.map((column) => column[k]);
  const settings = Float64Array.from(p);

  /** Where a state comes to rest at a value of the setting, or null. */
  function settled(y, value) {
    settings[index] = value;
    const rest = equilibria(model, settings).filter((point) => point.stable);
    let now = y;
    for (let time = 10; time < LONGEST; time *= 4) {
      let path;
      try {
        path = integrate(model.f, now, settings, Float64Array.of(0, time), { atol: 1e-9 * finest(model) });
      } catch (failure) {
        if (!failure.why) throw failure;
        return null;
      }
      now = model.states.map((_, k) => path[2 * k + 1]);
      const found = rest.find((point) => away(point.y, now) < ASIDE);
      if (found) return found.y;
    }
    return null;
  }

  /** The end of the stable stretch through a point, in one sense of the setting. */
  function walked({ y, value }, sense) {
    let [best, place] = [Infinity, null];
    branches.forEach((branch, b) => {
      for (let k = 0; k < branch.value.length; k += 1) {
        if (!cut[b][k] && !cut[b][k - 1]) continue;
        const gap = Math.max(away(at(branch, k), y), Math.abs(branch.value[k] - value) / span);
        if (gap < best) [best, place] = [gap, [b, k]];
      }
    });
    if (!place) return { y, value };
    const [b, begin] = place;
    const branch = branches[b];
    const onwards = (k, step) => cut[b][step > 0 ? k : k - 1] && (branch.value[k + step] - branch.value[k]) * sense > 0;
    const step = [1, -1].find((one) => onwards(begin, one)) ?? 0;
    let k = begin;
    while (step && onwards(k, step)) k += step;
    return { y: at(branch, k), value: branch.value[k] };
  }

  const jumps = [];
  const early = [];
  function leg(start, sense) {
    let here = start;
    for (let round = 0; round < MOST; round += 1) {
      const left = walked(here, sense);
      if ((sense > 0 ? q.high - left.value : left.value - q.low) <= ONWARDS * span) return left;
      const value = left.value + sense * ONWARDS * span;
      // Of the two sides the one inside the box.
      const push = left.y.map((v, i) => v + (v + ASIDE * sizes[i] > model.states[i].high ? -1 : 1) * ASIDE * sizes[i]);
      const landed = settled(push, value);
      if (!landed) {
        early.push(`beyond ${q.name} = ${left.value.toFixed(4)} nothing comes to rest`);
        return left;
      }
      if (away(landed, left.y) > JUMPED) jumps.push({ value: left.value, from: left.y, to: landed, way: sense > 0 ? "up" : "down" });
      here = { y: landed, value };
    }
    return here;
  }

  const begin = settled(model.states.map((s) => s.value), q.low);
  if (!begin) return { jumps, note: `At ${q.name} = ${two(q.low)} there is no stable rest point to start from.` };
  leg(leg({ y: begin, value: q.low }, 1), -1);
  const said = jumps.map(({ value, from, to, way }) => {
    const k = sizes.map((size, i) => Math.abs(to[i] - from[i]) / size).reduce((most, share, i, all) => (share > all[most] ? i : most), 0);
    return `${model.states[k].name} ${to[k] < from[k] ? "falls" : "rises"} from ${two(from[k])} to ${two(to[k])} at ${q.name} = ${value.toFixed(4)} on the way ${way}`;
  });
  return { jumps, note: `${[...said, ...early].join(" and ") || `${q.name} moves the state up and down one path`}.` };
}
