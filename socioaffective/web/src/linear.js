/** Solves the n equations `a x = b` in place: `a` row by row is destroyed, `b` becomes x. False where `a` is singular. */
export function solve(a, b, n) {
  let largest = 0;
  for (let k = 0; k < n * n; k++) largest = Math.max(largest, Math.abs(a[k]));
  for (let c = 0; c < n; c++) {
    let top = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(a[r * n + c]) > Math.abs(a[top * n + c])) top = r;
    if (!(Math.abs(a[top * n + c]) > 1e-14 * largest)) return false;
    if (top !== c) {
      for (let k = c; k < n; k++) swap(a, top * n + k, c * n + k);
      swap(b, top, c);
    }
    for (let r = c + 1; r < n; r++) {
      const share = a[r * n + c] / a[c * n + c];
      if (share === 0) continue;
      for (let k = c + 1; k < n; k++) a[r * n + k] -= share * a[c * n + k];
      b[r] -= share * b[c];
    }
  }
  for (let r = n - 1; r >= 0; r--) {
    for (let k = r + 1; k < n; k++) b[r] -= a[r * n + k] * b[k];
    b[r] /= a[r * n + r];
  }
  return true;
}

function swap(a, i, k) {
  const kept = a[i];
  a[i] = a[k];
  a[k] = kept;
}

/** Eigenvalues of an n by n matrix, given row by row, as pairs [real, imaginary] in order of both. */
export function eigenvalues(matrix, n) {
  const values = n === 1 ? [[matrix[0], 0]] : n === 2 ? ofTwo(...matrix) : ofMany(Float64Array.from(matrix), n);
  return values.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

function ofTwo(a, b, c, d) {
  const middle = (a + d) / 2, half = (a - d) / 2;
  const under = half * half + b * c;
  if (under < 0) {
    const turn = Math.sqrt(-under);
    return [[middle, -turn], [middle, turn]];
  }
  // The larger one first, so that the smaller keeps its digits.
  const far = middle + (middle < 0 ? -1 : 1) * Math.sqrt(under);
  const near = far === 0 ? 0 : (a * d - b * c) / far;
  return [[far, 0], [near, 0]];
}

/** By the QR method on a Hessenberg matrix: shifts of Francis, blocks of one or two taken off at the lower end. */
function ofMany(a, n) {
  hessenberg(a, n);
  const found = [];
  let end = n - 1, tries = 0;
  while (end >= 0) {
    let begin = end;
    while (begin > 0 && !negligible(a, n, begin)) begin--;
    if (begin === end) {
      found.push([a[end * n + end], 0]);
      end -= 1;
      tries = 0;
    } else if (begin === end - 1) {
      const k = begin * n + begin;
      found.push(...ofTwo(a[k], a[k + 1], a[k + n], a[k + n + 1]));
      end -= 2;
      tries = 0;
    } else {
      if (tries > 300) return Array.from({ length: n }, () => [NaN, NaN]);
      sweep(a, n, begin, end, ++tries % 10 === 0);
    }
  }
  return found;
}

function negligible(a, n, k) {
  const below = Math.abs(a[k * n + k - 1]);
  const around = Math.abs(a[(k - 1) * n + k - 1]) + Math.abs(a[k * n + k]);
  return below <= 2.3e-16 * around || below < 1e-300;
}

function hessenberg(a, n) {
  for (let c = 0; c < n - 2; c++) reflect(a, n, c + 1, column(a, n, c + 1, c, n - c - 1));
}

function column(a, n, row, c, count) {
  return Array.from({ length: count }, (_, k) => a[(row + k) * n + c]);
}

/** Applies from both sides the reflection of the rows from `row` on that turns the vector `x` onto its first axis. */
function reflect(a, n, row, x) {
  const length = Math.hypot(...x), count = x.length;
  if (length === 0) return;
  x[0] += x[0] < 0 ? -length : length;
  const square = x.reduce((total, v) => total + v * v, 0);
  for (let c = 0; c < n; c++) {
    let dot = 0;
    for (let k = 0; k < count; k++) dot += x[k] * a[(row + k) * n + c];
    for (let k = 0; k < count; k++) a[(row + k) * n + c] -= (2 * dot * x[k]) / square;
  }
  for (let r = 0; r < n; r++) {
    let dot = 0;
    for (let k = 0; k < count; k++) dot += x[k] * a[r * n + row + k];
    for (let k = 0; k < count; k++) a[r * n + row + k] -= (2 * dot * x[k]) / square;
  }
}

/** One double step of Francis on the rows from `begin` to `end`; now and then with other shifts, against running in circles. */
function sweep(a, n, begin, end, other) {
  const at = (r, c) => a[r * n + c];
  const stray = other ? Math.abs(at(end, end - 1)) + Math.abs(at(end - 1, end - 2)) : 0;
  const sum = other ? 1.5 * stray : at(end - 1, end - 1) + at(end, end);
  const product = other ? stray * stray : at(end - 1, end - 1) * at(end, end) - at(end - 1, end) * at(end, end - 1);
  const b = begin;
  let x = [
    at(b, b) * at(b, b) + at(b, b + 1) * at(b + 1, b) - sum * at(b, b) + product,
    at(b + 1, b) * (at(b, b) + at(b + 1, b + 1) - sum),
    at(b + 1, b) * at(b + 2, b + 1),
  ];
  for (let k = begin; k < end; k++) {
    reflect(a, n, k, x);
    if (k + 1 < end) x = column(a, n, k + 1, k, Math.min(3, end - k));
  }
}
