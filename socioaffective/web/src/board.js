import { controls, heeded } from "./controls.js";
import { fresh, html, put, write } from "./dom.js";
import { guess } from "./guess.js";
import { modelSource, tableSource } from "./run.js";
import { exact, short } from "./say.js";
import { shade, watchTheme } from "./theme.js";
import { toolbar } from "./toolbar.js";
import { VIEWS } from "./views/index.js";

// What takes longer than a frame waits until the reader has been still for so many milliseconds, and is then done in slices.
const STILL = 120;
const SLICE = 8;
// How often the kernel is told where the controls stand.
const TOLD = 80;
const GAP = 16;
// Views stand beside each other where each has so many pixels.
const NARROW = 350;
// A view for itself is as wide as two others side by side.
const WIDEST = 2 * 480 + GAP;

/** Shows an explorer in `el` and keeps it in step with its traits; returns what takes it down. */
export function explorer({ model: traits, el }) {
  const spec = traits.get("spec");
  const source = spec.kind === "table" ? tableSource(spec, traits.get("table")) : modelSource(spec);
  const names = spec.controls.map((control) => control.name);
  const values = Object.fromEntries(names.map((name) => [name, traits.get(trait(name))]));
  const board = { spec, source, values, traits, pinned: null, cursor: null };

  function trait(name) {
    return spec.traits[name];
  }

  let telling = 0;
  const tell = () => {
    telling ||= setTimeout(() => {
      telling = 0;
      traits.save_changes();
    }, TOLD);
  };
  board.tell = (name, value) => {
    traits.set(name, value);
    tell();
  };
  /** Moves controls, as the reader or a view does. */
  board.move = (moved) => {
    Object.assign(values, moved);
    for (const name of Object.keys(moved)) traits.set(trait(name), values[name]);
    tell();
    later();
  };
  board.reset = () => board.move(Object.fromEntries(spec.controls.map((control) => [control.name, control.value])));
  board.quantity = (name) => {
    const found = source.quantities(values).find((q) => q.name === name);
    if (!found) throw new Error(`There is no quantity '${name}' to draw.`);
    return found;
  };
  board.control = (name) => spec.controls.find((control) => control.name === name);
  board.shade = () => shade(traits.get("theme"));
  board.colours = () => spec.scheme[board.shade()];
  board.colour = (q) => q.colour[board.shade() === "dark" ? 1 : 0];
  /** Reads the views at a time, or at the end again. */
  board.look = (time) => {
    const times = state?.run?.times;
    const next = time === null || !times ? board.held ?? null : nearest(times, time);
    if (next === board.cursor) return;
    board.cursor = next;
    later();
  };
  board.hold = (k) => {
    board.held = board.cursor = k;
    later();
  };
  board.pin = () => {
    board.pinned = board.pinned ? null : { ...values };
    later();
  };
  board.redraw = later;

  const given = controls(spec.controls, (name, value) => board.move({ [name]: value }));
  board.guess = guess(board);
  const views = spec.views.map((view) => VIEWS[view.kind](board, view));
  const said = views.map(() => html("p", { class: "sa-said", id: fresh("said") }));
  const figures = views.map((view, k) => {
    view.svg.setAttribute("aria-label", view.title);
    view.svg.setAttribute("aria-describedby", said[k].id);
    return html("div", { class: `sa-view${view.whole ? " sa-whole" : ""}` }, view.svg, ...(view.below ? [view.below] : []), said[k]);
  });
  const trouble = html("p", { class: "sa-trouble", role: "alert", hidden: true });
  const left = html("p", { class: "sa-note", role: "status" });
  const news = html("p", { class: "sa-said", role: "status" });
  const bar = toolbar(board, views);
  const stage = html("div", { class: "sa-stage" }, ...figures);
  const root = html("div", { class: "sa-root", role: "group", "aria-label": `Explorer: ${spec.title}` }, given.element, bar.element, trouble, stage, left, bar.foot, news);
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") event.stopPropagation();
  });
  el.append(root);

  let state = null;
  let frame = 0;
  function later() {
    frame ||= requestAnimationFrame(draw);
  }

  /** Returns the run at given values, or none with the reason shown. */
  function attempt(at, changed) {
    try {
      return source.run(at, changed);
    } catch (failure) {
      if (!failure.why) throw failure;
      write(trouble, failure.message);
      return null;
    }
  }

  let width = 0;
  function draw() {
    frame = 0;
    if (!width) return;
    root.dataset.theme = board.shade();
    given.show(values);
    const run = attempt(values);
    trouble.hidden = Boolean(run);
    // The last run stays in sight, faded, so that a handle that was dragged too far can be dragged back.
    stage.hidden = !run && !state;
    stage.classList.toggle("sa-stale", !run);
    if (run) {
      let other;
      const twin = () => (other === undefined ? (other = spec.switch ? attempt(values, { [spec.switch]: 0 }) : null) : other);
      state = { run, values, twin, pinned: board.pinned && attempt(board.pinned), cursor: board.cursor === null ? null : Math.min(board.cursor, run.times.length - 1) };
      views.forEach((view, k) => {
        view.draw(state, view.whole ? wholeWidth() : viewWidth());
        // What holds something to focus is no image to whoever cannot see it.
        put(view.svg, { role: view.handles ? "group" : "img" });
        write(said[k], view.describe(state));
      });
      write(left, board.guess.hides ? "" : leaving(run));
    } else if (state) {
      write(left, "The pictures, faded, show the last run that there was.");
      for (const one of said) write(one, left.textContent);
    }
    bar.show(run ? state : null);
    settle();
  }

  const few = views.filter((view) => !view.whole).length || 1;
  const columns = () => Math.max(1, Math.min(few, Math.floor((width + GAP) / (NARROW + GAP))));
  const viewWidth = () => Math.floor(Math.min(480, (width - GAP * (columns() - 1)) / columns()));
  const wholeWidth = () => Math.min(width, WIDEST);

  let waiting = 0;
  let round = 0;
  /** Once the reader is still, says what is shown and lets the views work out what takes longer, a slice at a time. */
  function settle() {
    clearTimeout(waiting);
    round += 1;
    const mine = round;
    waiting = setTimeout(() => {
      write(news, state && trouble.hidden ? views[0].describe(state) : "");
      if (!trouble.hidden) return;
      const work = views.map((view, k) => ({ k, steps: view.refine && state ? view.refine(state) : null })).filter(({ steps }) => steps);
      const finished = ({ k }) => {
        write(said[k], views[k].describe(state));
        if (k === 0) write(news, said[k].textContent);
      };
      const slice = () => {
        if (mine !== round) return;
        const until = performance.now() + SLICE;
        while (work.length && performance.now() < until) if (work[0].steps.next().done) finished(work.shift());
        if (work.length) waiting = setTimeout(slice);
      };
      slice();
    }, STILL);
  }

  /** Works out at once what would wait until the reader is still, so that a picture that is saved is whole. */
  board.complete = () => {
    clearTimeout(waiting);
    round += 1;
    if (frame) {
      cancelAnimationFrame(frame);
      draw();
      clearTimeout(waiting);
    }
    if (!state || !trouble.hidden) return;
    for (const view of views) if (view.refine) for (const step of view.refine(state)) void step;
    settle();
  };

  const sized = new ResizeObserver(([entry]) => {
    const next = Math.floor(entry.contentRect.width);
    if (next === width || !next) return;
    width = next;
    later();
  });
  sized.observe(root);
  const unwatch = watchTheme(later);
  const heard = new Map(names.map((name) => [`change:${trait(name)}`, () => {
    const value = heeded(board.control(name), traits.get(trait(name)), values[name]);
    if (value === values[name]) return;
    values[name] = value;
    later();
  }]));
  heard.set("change:theme", later);
  heard.set("change:guess", () => board.guess.heard());
  heard.forEach((call, event) => traits.on(event, call));
  return () => {
    heard.forEach((call, event) => traits.off(event, call));
    sized.disconnect();
    unwatch();
    bar.stop();
    clearTimeout(waiting);
    clearTimeout(telling);
    cancelAnimationFrame(frame);
    round += 1;
    root.remove();
  };
}

/** Returns where a run leaves the bounds that its model gives a state, or nothing. */
function leaving(run) {
  for (const q of run.model?.states ?? []) {
    const slack = 1e-6 * (q.high - q.low);
    const values = run.of(q.name);
    const k = values.findIndex((value) => value < q.low - slack || value > q.high + slack);
    if (k >= 0) return `${q.label} leaves its bounds, ${exact(q.low)} to ${exact(q.high)}, at ${run.unit} ${short(run.times[k])}.`;
  }
  return "";
}

function nearest(times, time) {
  let best = 0;
  times.forEach((one, k) => {
    if (Math.abs(one - time) < Math.abs(times[best] - time)) best = k;
  });
  return best;
}
