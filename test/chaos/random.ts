/** A seeded source of chance (mulberry32): the same seed makes the same run of faults. */
export interface Random {
  /** In [0, 1). */
  share(): number;
  between(low: number, high: number): number;
  pick<Choice>(choices: readonly Choice[]): Choice;
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const share = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    share,
    between: (low, high) => low + share() * (high - low),
    pick: (choices) => choices[Math.floor(share() * choices.length)] as (typeof choices)[number],
  };
}
