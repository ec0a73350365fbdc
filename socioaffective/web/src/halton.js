// The first members run together in every base, so they are left out.
const SKIPPED = 20;

function primes(count) {
  const found = [];
  for (let k = 2; found.length < count; k += 1) if (found.every((p) => k % p)) found.push(k);
  return found;
}

/** Returns points that fill the unit box evenly, the same each time: Halton's sequence, `[point][dimension]`. */
export function halton(count, dimensions) {
  return Array.from({ length: count }, (_, k) =>
    primes(dimensions).map((base) => {
      let [share, value] = [1, 0];
      for (let rest = k + SKIPPED; rest > 0; rest = Math.floor(rest / base)) {
        share /= base;
        value += (rest % base) * share;
      }
      return value;
    }),
  );
}
