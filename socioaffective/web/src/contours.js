/** Curves on which a grid of values is zero, by marching squares: lists of `place(edge)`; edge 2k goes right from k, 2k + 1 up. */
export function contours(values, side, place) {
  const links = new Map();
  const join = (a, b) => {
    for (const [one, other] of [[a, b], [b, a]]) {
      const known = links.get(one);
      if (known) known.push(other);
      else links.set(one, [other]);
    }
  };
  for (let r = 0; r < side - 1; r++) {
    for (let c = 0; c < side - 1; c++) {
      const k = r * side + c, a = values[k], b = values[k + 1], d = values[k + side], e = values[k + side + 1];
      if (a !== a || b !== b || d !== d || e !== e) continue;
      const bits = (a > 0) | ((b > 0) << 1) | ((d > 0) << 2) | ((e > 0) << 3);
      if (bits === 0 || bits === 15) continue;
      const cut = [];
      if (a > 0 !== b > 0) cut.push(2 * k);
      if (b > 0 !== e > 0) cut.push(2 * (k + 1) + 1);
      if (d > 0 !== e > 0) cut.push(2 * (k + side));
      if (a > 0 !== d > 0) cut.push(2 * k + 1);
      if (cut.length === 2) join(cut[0], cut[1]);
      else if (a + b + d + e > 0 === a > 0) {
        join(cut[0], cut[1]);
        join(cut[2], cut[3]);
      } else {
        join(cut[0], cut[3]);
        join(cut[1], cut[2]);
      }
    }
  }
  const lines = [];
  const walk = (start) => {
    const line = [];
    for (let edge = start; edge !== undefined; ) {
      line.push(place(edge));
      const next = links.get(edge);
      links.delete(edge);
      edge = next.find((other) => links.has(other));
    }
    lines.push(line);
    return line;
  };
  // Open lines from their ends first; what is left is closed.
  for (const [edge, next] of [...links]) if (next.length === 1 && links.has(edge)) walk(edge);
  for (const edge of [...links.keys()]) {
    if (!links.has(edge)) continue;
    const line = walk(edge);
    line.push(line[0]);
  }
  return lines;
}
