import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";

import { svg, write } from "./dom.js";

const MINUS = (value) => Number(value.toPrecision(12)).toString().replace("-", "−");

/** Returns a plot to draw in: `.svg` its element, `.under` and `.over` groups for marks, `.x` and `.y` scales, and `.fit`, which sets
 * size, domains, titles and theme and tells where the plot begins and ends. */
export function plot() {
  const clip = svg("rect");
  const clipId = `sa-clip-${Math.random().toString(36).slice(2, 9)}`;
  const [across, up] = [svg("g", { "aria-hidden": true }), svg("g", { "aria-hidden": true })];
  const titles = [0, 1].map(() => svg("text", { "text-anchor": "middle", "font-size": 13, "aria-hidden": true }));
  const ground = svg("rect");
  const under = svg("g", { "clip-path": `url(#${clipId})` });
  const over = svg("g");
  const root = svg("svg", { class: "sa-plot", "font-family": "Helvetica, Arial, sans-serif", "font-size": 12 });
  root.append(svg("defs", {}, svg("clipPath", { id: clipId }, clip)), ground, across, up, ...titles, under, over);
  const [x, y] = [scaleLinear(), scaleLinear()];
  let known = "";

  function fit({ width, height, xs, ys, xTitle, yTitle, colours, right = 14, top = 12, left = 52, bottom = 44 }) {
    const box = { left, top, right: width - right, bottom: height - bottom };
    x.domain(xs).range([box.left, box.right]);
    y.domain(ys).range([box.bottom, box.top]);
    const key = JSON.stringify([width, height, xs, ys, xTitle, yTitle, colours.ink, right, left, top, bottom]);
    if (key === known) return box;
    known = key;
    for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) root.setAttribute(name, value);
    for (const rect of [clip, ground]) {
      select(rect).attr("x", box.left).attr("y", box.top).attr("width", Math.max(box.right - box.left, 0)).attr("height", box.bottom - box.top);
    }
    ground.setAttribute("fill", colours.background);
    const size = { x: box.right - box.left, y: box.bottom - box.top };
    draw(across, axisBottom(x).ticks(Math.max(2, Math.min(6, size.x / 60))).tickSize(-size.y), `translate(0,${box.bottom})`, colours);
    draw(up, axisLeft(y).ticks(Math.max(2, Math.min(6, size.y / 40))).tickSize(-size.x), `translate(${box.left},0)`, colours);
    select(titles[0]).attr("x", (box.left + box.right) / 2).attr("y", height - 8).attr("fill", colours.ink);
    select(titles[1]).attr("transform", `translate(14,${(box.top + box.bottom) / 2}) rotate(-90)`).attr("fill", colours.ink);
    write(titles[0], xTitle);
    write(titles[1], yTitle);
    return box;
  }

  function draw(group, axis, transform, colours) {
    group.setAttribute("transform", transform);
    select(group).call(axis.tickFormat(MINUS).tickPadding(6));
    select(group).attr("font-family", null).attr("font-size", 12);
    select(group).selectAll("line").attr("stroke", colours.grid);
    select(group).select("path").attr("stroke", colours.quiet).attr("d", null);
    select(group).selectAll("text").attr("fill", colours.ink);
  }

  return { svg: root, under, over, x, y, fit };
}

// A coordinate farther off than this is drawn here: not every program reads larger ones.
const FAR = 1e5;
const tenth = (value) => Math.round(Math.min(Math.max(value, -FAR), FAR) * 10) / 10;

/** Returns the path of a line through points given in pixels by index. */
export function through(count, px, py) {
  let text = "";
  let open = false;
  for (let k = 0; k < count; k += 1) {
    const [a, b] = [px(k), py(k)];
    if (Number.isFinite(a) && Number.isFinite(b)) {
      text += `${open ? "L" : "M"}${tenth(a)},${tenth(b)}`;
      open = true;
    } else open = false;
  }
  return text;
}

/** Returns places for labels, a line of text from the next and as near as can be to where they belong (pool adjacent violators);
 * what belongs nowhere stands below. */
export function apart(wanted, gap, low, high) {
  const order = wanted.map((place, k) => [Number.isFinite(place) ? place : high, k]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const pools = [];
  order.forEach(([place, k], rank) => {
    pools.push({ sum: place - rank * gap, count: 1, members: [[k, rank]] });
    while (pools.length > 1 && pools.at(-2).sum / pools.at(-2).count > pools.at(-1).sum / pools.at(-1).count) {
      const last = pools.pop();
      const before = pools.at(-1);
      before.sum += last.sum;
      before.count += last.count;
      before.members.push(...last.members);
    }
  });
  const places = new Array(wanted.length);
  const most = Math.max(high - (wanted.length - 1) * gap, low);
  for (const { sum, count, members } of pools) {
    const place = Math.min(Math.max(sum / count, low), most);
    for (const [k, rank] of members) places[k] = place + rank * gap;
  }
  return places;
}

/** Returns whether a place in pixels lies in a plot. */
export const within = (box, px, py) => px >= box.left - 1 && px <= box.right + 1 && py >= box.top - 1 && py <= box.bottom + 1;

/** Returns how wide a text of size 12 is about to be, in pixels. */
export const wide = (text) => 6.3 * text.length;
