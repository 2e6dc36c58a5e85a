/**
 * Seeded chance that is the same on every machine: xmur3 turns the seed's text into state, sfc32 draws from it
 * (both public domain, Bob Jenkins and Chris Doty-Humphrey's designs). Not for secrets.
 */
export function random(seed: string): () => number {
  const mix = xmur3(seed);
  let [a, b, c, d] = [mix(), mix(), mix(), mix()] as [number, number, number, number];
  const draw = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round++) draw();
  return draw;
}

/** A shuffled copy (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], draw: () => number): T[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = Math.floor(draw() * (last + 1));
    [copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
  }
  return copy;
}

function xmur3(text: string): () => number {
  let hash = 1_779_033_703 ^ text.length;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 3_432_918_353);
    hash = (hash << 13) | (hash >>> 19);
  }
  return () => {
    hash = Math.imul(hash ^ (hash >>> 16), 2_246_822_507);
    hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909);
    hash ^= hash >>> 16;
    return hash >>> 0;
  };
}
