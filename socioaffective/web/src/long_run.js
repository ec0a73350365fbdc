import { fate, motion } from "./rest.js";
import { short } from "./say.js";

// Shares of the box by which a state at rest may move in a unit of time, at the start and once a run has nearly settled.
const STILL = 1e-9;
const SETTLED = 1e-4;

/** Returns in a sentence where a run goes in the long run; `where` says where a rest point is. */
export function longRun({ model, p, y0, of, times, unit }, rest, where) {
  const { move } = motion(model, p);
  const rates = new Float64Array(model.n);
  const speed = (y) => {
    move(y, rates);
    return Math.max(...model.states.map((q, k) => Math.abs(rates[k]) / (q.high - q.low)));
  };
  const home = fate(model, p, y0, rest);
  if (home >= 0) return `In the long run: to the ${rest[home].kind} at ${where(rest[home])}.`;
  if (speed(y0) < STILL) return "It starts at rest and stays there.";
  const end = model.states.map((q) => of(q.name).at(-1));
  if (model.states.some((q, k) => !(end[k] >= q.low && end[k] <= q.high))) return "It leaves the picture.";
  const last = `${unit} ${short(times.at(-1))}`;
  if (speed(end) > SETTLED) return `It still moves at ${last}.`;
  return rest.some((point) => point.continuum) ? "In the long run: to the line of rest points." : `It has hardly moved of late at ${last}, but there is no rest point here.`;
}
