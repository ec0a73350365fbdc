// Answers, in JSON on standard output, questions in JSON on standard input: {"model": a described model, "ask": {...}}.
import { readFileSync } from "node:fs";
import { ces, cesSlope } from "../../socioaffective/web/src/ces.js";
import { continuation } from "../../socioaffective/web/src/continuation.js";
import { eigenvalues } from "../../socioaffective/web/src/linear.js";
import { compile, compiled } from "../../socioaffective/web/src/model.js";
import { Failure, integrate, iterate } from "../../socioaffective/web/src/ode.js";
import { nullclines, separatrices } from "../../socioaffective/web/src/plane.js";
import { basins, equilibria } from "../../socioaffective/web/src/rest.js";
import { modelSource } from "../../socioaffective/web/src/run.js";

const given = JSON.parse(readFileSync(0, "utf8"));
const model = compile(given.model);

function filled(f, size, [y, p]) {
  const out = new Float64Array(size);
  f(y, p, out);
  return Array.from(out);
}

function valuesAt({ points }) {
  const sizes = { f: model.n, g: model.observables.length, J: model.n ** 2 };
  return Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => [name, points.map((point) => filled(model[name], size, point))]),
  );
}

function bodyAt({ body, size, points }) {
  const f = compiled(body);
  return points.map((point) => filled(f, size, point));
}

function runs({ draws, times, steps, options }) {
  return draws.map(([y, p]) => {
    try {
      return Array.from(steps ? iterate(model.f, y, p, steps, options) : integrate(model.f, y, p, times, options));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { time: error.time, why: error.why, message: error.message, values: error.values };
    }
  });
}

/** What an explorer of the model shows for the values of its controls. */
function shownAt({ values, weeks, points, names }) {
  const run = modelSource({ models: [given.model], weeks, points, unit: "week" }).run(values);
  return names.map((name) => Array.from(run.of(name)));
}

function restAt({ draws }) {
  return draws.map((p) => equilibria(model, p));
}

function plane({ p, resolution }) {
  const rest = equilibria(model, p), saddles = rest.filter((point) => point.kind === "saddle");
  return {
    nullclines: nullclines(model, p),
    separatrices: saddles.map((saddle) => separatrices(model, p, saddle, rest)),
    basins: [...basins(model, p, rest, resolution)].map(({ fates }) => Array.from(fates)),
  };
}

function branches({ p, index, range }) {
  const { branches, ...special } = continuation(model, p, index, range);
  const plain = ({ value, y, stable }) => ({ value: Array.from(value), y: y.map((v) => Array.from(v)), stable: Array.from(stable) });
  return { branches: branches.map(plain), ...special };
}

function aggregates({ rows }) {
  return rows.map((row) => [ces(...row), cesSlope(0, ...row)]);
}

function spectra({ matrices, size }) {
  return matrices.map((matrix) => eigenvalues(matrix, size));
}

/** The least time of many repetitions, in milliseconds. */
function fastest(work) {
  let best = Infinity;
  const until = performance.now() + 400;
  while (performance.now() < until) {
    const begin = performance.now();
    work();
    best = Math.min(best, performance.now() - begin);
  }
  return best;
}

function timeOfRun({ y, p, times }) {
  return fastest(() => integrate(model.f, y, p, times));
}

function timeOfPlane({ p }) {
  return fastest(() => {
    const rest = equilibria(model, p);
    nullclines(model, p);
    for (const point of rest) if (point.kind === "saddle") separatrices(model, p, point, rest);
  });
}

function timeOfBranches({ p, index, range }) {
  return fastest(() => continuation(model, p, index, range));
}

const QUESTIONS = { aggregates, bodyAt, branches, plane, restAt, runs, shownAt, spectra, timeOfBranches, timeOfPlane, timeOfRun, valuesAt };
const answers = Object.fromEntries(Object.entries(given.ask).map(([name, ask]) => [name, QUESTIONS[name](ask)]));
// JSON has no word for what is no number.
process.stdout.write(JSON.stringify(answers, (_, v) => (typeof v === "number" && !Number.isFinite(v) ? String(v) : v)));
