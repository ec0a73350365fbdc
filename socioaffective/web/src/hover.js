// Hovering as near as this to a path, in pixels, reads the time there.
const NEAR = 24;

/** Lets a plot read the time at the nearest point of paths: `paths()` gives pairs of series in the plot's own numbers. */
export function hoverPaths(board, canvas, paths) {
  canvas.svg.addEventListener("pointermove", (event) => {
    if (board.guess.hides) return;
    let [best, at] = [NEAR, null];
    for (const { times, xs, ys } of paths()) {
      for (let k = 0; k < xs.length; k += 1) {
        const gap = Math.hypot(canvas.x(xs[k]) - event.offsetX, canvas.y(ys[k]) - event.offsetY);
        if (gap < best) [best, at] = [gap, times[k]];
      }
    }
    board.look(at);
  });
  canvas.svg.addEventListener("pointerleave", () => board.look(null));
}
