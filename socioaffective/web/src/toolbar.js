import { code } from "./code.js";
import { fresh, html, put, safe, write } from "./dom.js";
import { lights } from "./lights.js";
import { short } from "./say.js";
import { copied, csv, drawing, savePng, saveText } from "./save.js";
import { calm } from "./theme.js";

// Playing takes so many seconds; a reader who wants little motion sees it in so many steps, one a second.
const SECONDS = 6;
const STEPS = 8;

/** Buttons above the views, and below them the time, the claims and the call that repeats the run. */
export function toolbar(board, views) {
  const { spec } = board;
  let state = null;
  const button = (text, title, action) => safe(html("button", { type: "button", title, onclick: action }, text));
  const name = spec.file;

  const reset = button("Reset", "Put every control back where it began", () => board.reset());
  const pin = button("Pin this run", "Keep this run in the pictures, thin, and compare others with it", () => board.pin());
  const pinned = html("span", { class: "sa-note" });
  const guessing = button("Guess first", "Hide the run, draw what you expect, then compare", () => {
    if (board.guess.active) board.guess.compare(state.run);
    else board.guess.begin();
  });
  const dropping = button("Do without a guess", "Show the run", () => {
    board.guess.drop();
    // This button goes; the keyboard stays where it was.
    guessing.focus();
  });
  const verdict = html("p", { class: "sa-note", role: "status" });
  const noted = html("span", { class: "sa-note", role: "status" });
  const tellCopied = (done) => {
    write(noted, done ? "Copied." : "This page may not write to the clipboard; select the line below instead.");
    setTimeout(() => write(noted, ""), 3000);
  };
  const line = html("code", { class: "sa-code" });
  const copy = button("Copy as code", "Copy the call that repeats this run", async () => tellCopied(await copied(line.textContent)));
  const data = button("Data (CSV)", "Download what is drawn as a table", () => saveText(`${name}.csv`, csv(state.run, spec.download), "text/csv"));
  const picture = () => {
    board.complete();
    return drawing(views, board.colours().background);
  };
  const asSvg = button("Picture (SVG)", "Download the pictures as a drawing", () => saveText(`${name}.svg`, picture().text, "image/svg+xml"));
  const asPng = button("Picture (PNG)", "Download the pictures as an image", () => savePng(`${name}.png`, picture()));

  const timeId = fresh("time");
  const time = safe(html("input", { type: "range", id: timeId, min: 0, step: 1, value: 0 }));
  const timed = html("output", { for: timeId });
  const stop = () => {
    clearInterval(playing);
    playing = 0;
    write(play, "Play");
  };
  let playing = 0;
  const play = button("Play", "Step through time", () => {
    if (playing) {
      stop();
      return;
    }
    write(play, "Pause");
    const end = board.source.times.length - 1;
    let k = board.held === undefined || board.held === null || board.held >= end ? 0 : board.held;
    const pace = calm() ? [1000, end / STEPS] : [40, end / (SECONDS * 25)];
    let place = k;
    playing = setInterval(() => {
      place = Math.min(place + pace[1], end);
      k = Math.round(place);
      board.hold(k);
      if (k >= end) stop();
    }, pace[0]);
  });
  time.addEventListener("input", () => {
    stop();
    const k = Number(time.value);
    board.hold(k === board.source.times.length - 1 ? null : k);
  });

  const claims = lights(spec.lights);

  function show(next) {
    state = next;
    write(line, code(board));
    const { guess } = board;
    write(guessing, guess.active ? "Compare" : "Guess first");
    dropping.hidden = !guess.active && !guess.values;
    write(dropping, guess.active ? "Do without a guess" : "Forget the guess");
    guess.say(verdict);
    write(pin, board.pinned ? "Unpin" : "Pin this run");
    pin.setAttribute("aria-pressed", Boolean(board.pinned));
    const apart = board.pinned ? spec.controls.filter((one) => board.pinned[one.name] !== board.values[one.name]) : [];
    const at = (value) => (typeof value === "string" ? value : short(value));
    write(pinned, board.pinned ? (apart.length ? `Pinned, thin and dotted: ${apart.map((one) => `${one.label} ${at(board.pinned[one.name])}`).join(", ")}.` : "Pinned. Now move something.") : "");
    for (const one of [asSvg, asPng]) one.disabled = !next;
    guessing.disabled = guess.active && !next;
    for (const one of [pin, data, play]) one.disabled = guess.hides || !next;
    if (!next) return;
    const last = next.run.times.length - 1;
    const k = next.cursor ?? last;
    put(time, { max: last, step: stride(last), "aria-valuetext": `${next.run.unit} ${Math.round(next.run.times[k])}` });
    if (Number(time.value) !== k) time.value = k;
    write(timed, `${next.run.unit} ${Math.round(next.run.times[k])}`);
    claims.show(next, guess.hides);
  }

  const element = html("div", { class: "sa-bar", role: "group", "aria-label": "What to do with this run" }, reset, pin, ...(board.guess.name ? [guessing, dropping] : []), pinned, verdict);
  const clock = html("div", { class: "sa-clock" }, play, html("label", { for: timeId }, "time"), time, timed);
  const saving = html("div", { class: "sa-bar" }, copy, data, asSvg, asPng, noted);
  const foot = html("div", { class: "sa-foot" }, clock, ...claims.elements, line, saving);
  return { element, foot, show, stop };
}

/** Returns how many points of a run a key of the time slider passes: about a hundredth of it, and so many that the end is reached. */
function stride(last) {
  let step = Math.max(1, Math.floor(last / 100));
  while (last % step) step -= 1;
  return step;
}
