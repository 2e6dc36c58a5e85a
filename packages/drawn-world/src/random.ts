/** A seeded stream of numbers: the same seed and label give the same stream on every machine. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  between(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
  chance(probability: number): boolean;
  /** One key, with a probability in proportion to its weight. */
  weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K;
}

/** Streams with different labels are independent, so that drawing more of one thing never moves another. */
export function random(seed: number, label = ""): Random {
  let state = Math.imul(seed | 0, 2654435761) ^ hash(label);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const between = (low: number, high: number): number => low + (high - low) * next();
  return {
    next,
    between,
    pick: (list) => list[Math.floor(next() * list.length)] as (typeof list)[number],
    chance: (probability) => next() < probability,
    weighted: (weights) => weigh(weights, next()),
  };
}

function weigh<K extends string>(weights: Readonly<Partial<Record<K, number>>>, share: number): K {
  const entries = Object.entries(weights) as [K, number][];
  let rest = share * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [key, weight] of entries) {
    rest -= weight;
    if (rest <= 0 && weight > 0) return key;
  }
  return (entries.at(-1) as [K, number])[0];
}

/** FNV-1a, 32 bit. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
