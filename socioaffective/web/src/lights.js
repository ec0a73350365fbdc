import { html, write } from "./dom.js";
import { compiled } from "./model.js";
import { equilibria } from "./rest.js";
import { read } from "./run.js";

const ANSWERS = { holds: ["✓", "Holds here:"], fails: ["✗", "Fails here:"], open: ["–", "Not defined here:"] };

/** Claims that hold or fail for the present run: `.elements`, and `.show(state)`. */
export function lights(claims) {
  const made = claims.map(({ text, samples, test }) => {
    const mark = html("span", { class: "sa-light", "aria-hidden": true });
    const word = html("span", { role: "status" });
    const holds = compiled(test);
    const [read, out] = [new Float64Array(samples.length), new Float64Array(1)];
    const show = (state, hidden) => {
      mark.hidden = hidden;
      if (hidden) {
        write(word, "Holds or fails, once you have guessed:");
        return;
      }
      samples.forEach((sample, k) => {
        read[k] = reading(state, sample);
      });
      holds(read, null, out);
      const answer = read.some(Number.isNaN) ? "open" : out[0] === 1 ? "holds" : "fails";
      mark.dataset.holds = answer;
      write(mark, ANSWERS[answer][0]);
      write(word, ANSWERS[answer][1]);
    };
    return { element: html("p", { class: "sa-claim" }, mark, word, html("span", {}, text)), show };
  });
  return { elements: made.map((one) => one.element), show: (state, hidden) => made.forEach((one) => one.show(state, hidden)) };
}

function reading(state, { name, time, alone }) {
  if (name === null) return equilibria(state.run.model, state.run.p).filter((point) => point.stable).length;
  const run = alone ? state.twin() : state.run;
  return run ? read(run.times, run.of(name), time) : NaN;
}
