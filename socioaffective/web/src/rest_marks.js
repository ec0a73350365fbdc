import { put, svg, write } from "./dom.js";
import { haloed } from "./labels.js";

/** Rest points in a plot: filled where stable, open elsewhere, each with its kind; `draw` takes where each stands in pixels. */
export function restMarks(canvas) {
  const [dots, texts] = [svg("g"), svg("g")];
  canvas.over.append(dots, texts);

  function draw(rest, seats, labels, colours, words = named(rest), far = false) {
    while (dots.childNodes.length < rest.length) {
      dots.append(svg("circle", { r: 5.5, "stroke-width": 2 }));
      texts.append(haloed({ "font-weight": "bold" }));
    }
    seats.forEach(([x, y]) => labels.line(1, () => x, () => y));
    [...dots.childNodes].forEach((dot, k) => {
      const [point, text] = [rest[k], texts.childNodes[k]];
      put(dot, { visibility: point ? "visible" : "hidden" });
      put(text, { visibility: point && words[k] ? "visible" : "hidden" });
      if (!point) return;
      const [x, y] = seats[k];
      put(dot, { cx: x, cy: y, fill: point.stable ? colours.ink : colours.background, stroke: colours.ink });
      if (!words[k]) return;
      put(text, { ...labels.place(`rest ${k}`, x, y, words[k], far), fill: colours.ink, stroke: colours.background });
      write(text, words[k]);
    });
  }
  return { draw };
}

/** Returns the kind of each rest point; samples of a line of rest points have one label. */
export function named(rest) {
  const line = rest.filter((point) => point.continuum);
  return rest.map((point) => (point.continuum ? (point === line[line.length >> 1] ? "a line of rest points" : "") : point.kind));
}

/** Returns the kinds as `named`, in one word each where there is one state: every rest point is then a node, if any kind. */
export const briefly = (rest) => named(rest).map((kind) => kind.replace(/^((un)?stable) node$/, "$1"));

/** Returns in words how many rest points there are of each kind. */
export function counted(rest) {
  const stable = rest.filter((point) => point.stable).length;
  const others = new Map();
  for (const { kind } of rest.filter((point) => !point.stable && !point.continuum)) others.set(kind, (others.get(kind) ?? 0) + 1);
  const line = rest.some((point) => point.continuum) ? ["a line of rest points"] : [];
  return [`${stable} stable state${stable === 1 ? "" : "s"}`, ...line, ...[...others].map(([kind, n]) => `${n} ${kind}${n > 1 ? "s" : ""}`)].join(" and ");
}
