// Hovering as near as this to a path, in pixels, reads the time there.
const NEAR = 24;

/** Lets a plot read the time at the nearest point of paths: `paths()` gives pairs of series in the plot's own numbers. */
export function hoverPaths(board, canvas, paths) {
  canvas.svg.addEventListener("pointermove", (event) => {
    // What is dragged is no path to read.
    if (board.guess.hides || event.buttons) return;
    const box = canvas.svg.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    let [best, at] = [NEAR, null];
    for (const { times, xs, ys } of paths()) {
      for (let k = 0; k < xs.length; k += 1) {
        const gap = Math.hypot(canvas.x(xs[k]) - px, canvas.y(ys[k]) - py);
        if (gap < best) [best, at] = [gap, times[k]];
      }
    }
    board.look(at);
  });
  canvas.svg.addEventListener("pointerleave", () => board.look(null));
}
