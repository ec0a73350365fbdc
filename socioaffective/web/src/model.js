import { ces, cesSlope } from "./ces.js";

/** A body of generated code as a function `(y, p, out)`. */
export function compiled(body) {
  return new Function("ces", "cesSlope", `"use strict"; return function (y, p, out) {\n${body}\n};`)(ces, cesSlope);
}

/** A described model with its functions: `f` rates (or next values), `g` observables, `J` slopes row by row or null. */
export function compile(described) {
  return {
    ...described,
    n: described.states.length,
    f: compiled(described.rates),
    g: compiled(described.shown),
    J: described.slopes === null ? null : compiled(described.slopes),
  };
}
