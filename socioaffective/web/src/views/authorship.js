import { axisBottom } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";

import { wide } from "../axes.js";
import { html, put, svg, write } from "../dom.js";

const [BAR, GAP, TOP] = [30, 10, 10];
const NONE = "not defined: memory decides";
const percent = (share) => `${Math.round(share * 100)} %`;

/** Who has authored the preference at rest: a bar with the person's own share and the assistant's. */
export function authorship(board, { share: name, inks }) {
  const root = svg("svg", { class: "sa-plot", "font-family": "Helvetica, Arial, sans-serif", "font-size": 12 });
  const axis = svg("g", { "aria-hidden": true });
  const title = svg("text", { "text-anchor": "middle", "font-size": 13, "aria-hidden": true });
  write(title, "share in the preference at rest");
  const bars = ["", "pinned"].map((label) => {
    const group = svg("g");
    const [own, its] = [svg("rect", { height: BAR }), svg("rect", { height: BAR })];
    const frame = svg("rect", { height: BAR, fill: "none", "stroke-dasharray": "3 3" });
    const texts = [0, 1].map(() => svg("text", { "text-anchor": "middle", "dominant-baseline": "central", "font-weight": "bold" }));
    const side = svg("text", { "text-anchor": "end", "dominant-baseline": "central" });
    write(side, label);
    group.append(own, its, frame, ...texts, side);
    return { group, own, its, frame, texts, side };
  });
  root.append(axis, title, ...bars.map((bar) => bar.group));
  const x = scaleLinear().domain([0, 1]);
  const note = html("p", { class: "sa-note" });

  const shares = ({ run, pinned, cursor }) => {
    const now = run.of(name)[cursor ?? run.times.length - 1];
    return pinned ? [now, pinned.of(name).at(-1)] : [now];
  };

  function draw(state, width) {
    const colours = board.colours();
    const shown = shares(state);
    const [left, right] = [shown.length > 1 ? 58 : 14, width - 22];
    const bottom = TOP + shown.length * (BAR + GAP);
    const height = bottom + 44;
    put(root, { width, height, viewBox: `0 0 ${width} ${height}` });
    x.range([left, right]);
    const ticks = axisBottom(x).ticks(Math.max(2, Math.min(5, width / 70))).tickFormat(percent).tickSize(TOP - bottom).tickPadding(6);
    put(axis, { transform: `translate(0,${bottom})` });
    select(axis).call(ticks).attr("font-family", null).attr("font-size", 12);
    select(axis).selectAll("line").attr("stroke", colours.grid);
    select(axis).select("path").attr("d", null);
    select(axis).selectAll("text").attr("fill", colours.ink);
    put(title, { x: (left + right) / 2, y: height - 8, fill: colours.ink });
    const ink = inks.map((pair) => pair[board.shade() === "dark" ? 1 : 0]);
    bars.forEach(({ group, own, its, frame, texts, side }, k) => {
      const hidden = k >= shown.length;
      put(group, { visibility: hidden ? "hidden" : "visible" });
      if (hidden) return;
      const [share, y] = [shown[k], TOP + GAP / 2 + k * (BAR + GAP)];
      const known = Number.isFinite(share) && !board.guess.hides;
      const middle = known ? x(1 - share) : right;
      put(side, { x: left - 8, y: y + BAR / 2, fill: colours.ink });
      put(own, { x: left, y, width: known ? middle - left : 0, fill: ink[0] });
      put(its, { x: middle, y, width: known ? right - middle : 0, fill: ink[1] });
      put(frame, { x: left, y, width: right - left, stroke: colours.ink, visibility: known || hidden ? "hidden" : "visible" });
      if (!known) {
        put(texts[0], { x: (left + right) / 2, y: y + BAR / 2, fill: colours.ink });
        write(texts[0], board.guess.hides ? "hidden until your guess is compared" : NONE);
        write(texts[1], "");
        return;
      }
      [["the person's own", left, middle, 1 - share], ["the assistant's", middle, right, share]].forEach(([whose, from, to, part], i) => {
        const fitting = [`${whose} ${percent(part)}`, percent(part), ""].find((text) => 1.1 * wide(text) < to - from - 6 || !text);
        put(texts[i], { x: (from + to) / 2, y: y + BAR / 2, fill: colours.background });
        write(texts[i], fitting);
      });
    });
    write(note, describe(state));
  }

  function describe(state) {
    if (board.guess.hides) return "Who has authored the preference at rest, hidden until your guess is compared.";
    const told = (share) => (Number.isFinite(share) ? `${percent(1 - share)}, the assistant's ${percent(share)}` : NONE);
    return shares(state)
      .map((share, k) => `The person's own share in where the preference comes to rest ${k ? "in the pinned run " : ""}is ${told(share)}.`)
      .join(" ");
  }

  return { title: "Authorship of the preference at rest", svg: root, below: note, draw, describe };
}
