/** A hash that was found: the number it was filed under, and in how many bits it differs from the one that was asked for. */
export interface NearHash {
  number: number;
  distance: number;
}

/** Hashes of 64 bits in memory, found by likeness. It only grows: who files a hash knows whether its picture is still there. */
export interface HashIndex {
  readonly size: number;
  /** Bytes that the index holds; it takes them as it grows. */
  readonly bytes: number;
  /** Files a hash, signed or unsigned, under a number below 2³². */
  add(hash: bigint, number: number): void;
  /** Every hash within `bits` (at most 7) of this one, the nearest first. Exact: none is missed. */
  within(hash: bigint, bits: number): NearHash[];
}

const BANDS = 4;
const BAND_BITS = 16;
const BUCKETS = 1 << BAND_BITS;
export const FARTHEST = 7;

/**
 * A block holds entries of one bucket: first the bucket's block before it, then of each entry the half that the bucket's band is not in, the
 * halves that it is in, the numbers. A bucket's first block is small, three lines of a cache, for a small pool fills few of a bucket's entries; those after
 * it are four times as long, to be read in one go.
 */
const SMALL = 15;
const LARGE = 63;
const FIRST = 1;
const UNIT = 48;
/** Blocks are taken from pages of 2¹² units, so that growing never copies: a page is 768 KiB. */
const PAGE_SHIFT = 12;
const PAGE_UNITS = 1 << PAGE_SHIFT;
const IN_PAGE = PAGE_UNITS - 1;

/**
 * Multi-index hashing (Norouzi, Punjani & Fleet 2012): a hash is filed under each of its four 16-bit bands. Two hashes that differ in at most
 * 7 bits differ in at most one bit of some band, so 68 buckets hold every answer; within 6 bits, 52. The whole hash lies in each bucket: a bucket is read from
 * memory in one go, where a list of places would miss the cache once for each. Nearly all of a bucket is refused by the half that the bucket says
 * nothing of. It costs 49 bytes a hash, and the empty entries of each bucket's newest block.
 */
export function hashIndex(): HashIndex {
  const pages: Uint32Array[] = [];
  const filled = new Uint32Array(BANDS * BUCKETS);
  const newest = new Uint32Array(BANDS * BUCKETS);
  let units = 0;
  let size = 0;

  /** Begins a bucket's next block; one never lies across two pages. */
  const begin = (bucket: number, capacity: number) => {
    const length = ((capacity + FIRST) * 3) / UNIT;
    if ((units & IN_PAGE) + length > PAGE_UNITS) units += PAGE_UNITS - (units & IN_PAGE);
    if (units >>> PAGE_SHIFT === pages.length) pages.push(new Uint32Array(PAGE_UNITS * UNIT));
    (pages.at(-1) as Uint32Array)[(units & IN_PAGE) * UNIT] = newest[bucket] as number;
    newest[bucket] = units;
    units += length;
  };

  const file = (bucket: number, other: number, own: number, number: number) => {
    const count = filled[bucket] as number;
    const capacity = count < SMALL ? SMALL : LARGE;
    const place = count < SMALL ? count : (count - SMALL) % LARGE;
    if (place === 0) begin(bucket, capacity);
    const block = newest[bucket] as number;
    const page = pages[block >>> PAGE_SHIFT] as Uint32Array;
    const at = (block & IN_PAGE) * UNIT + FIRST + place;
    page[at] = other;
    page[at + capacity] = own;
    page[at + 2 * capacity] = number;
    filled[bucket] = count + 1;
  };

  /** Adds what one bucket holds within `bits`, leaving out what a band before this one has led to already. */
  const search = (band: number, key: number, high: number, low: number, bits: number, found: NearHash[]) => {
    const bucket = band * BUCKETS + key;
    const [other, own] = isUpper(band) ? [low, high] : [high, low];
    let left = filled[bucket] as number;
    let block = newest[bucket] as number;
    while (left > 0) {
      const page = pages[block >>> PAGE_SHIFT] as Uint32Array;
      const start = (block & IN_PAGE) * UNIT;
      const capacity = left <= SMALL ? SMALL : LARGE;
      const here = left <= SMALL ? left : ((left - SMALL - 1) % LARGE) + 1;
      for (let at = start + FIRST; at < start + FIRST + here; at++) {
        const otherTurned = (page[at] as number) ^ other;
        const otherDistance = countBits(otherTurned);
        if (otherDistance > bits) continue;
        const ownTurned = (page[at + capacity] as number) ^ own;
        const distance = otherDistance + countBits(ownTurned);
        if (distance > bits) continue;
        const [above, below] = isUpper(band) ? [ownTurned, otherTurned] : [otherTurned, ownTurned];
        if (!isMetBefore(band, above, below, bits)) found.push({ number: page[at + 2 * capacity] as number, distance });
      }
      left -= here;
      block = page[start] as number;
    }
  };

  return {
    get size() {
      return size;
    },
    get bytes() {
      return pages.length * PAGE_UNITS * UNIT * 4 + filled.byteLength + newest.byteLength;
    },
    add(hash, number) {
      const [high, low] = halves(hash);
      for (let band = 0; band < BANDS; band++) {
        const [other, own] = isUpper(band) ? [low, high] : [high, low];
        file(band * BUCKETS + keyOf(band, high, low), other, own, number);
      }
      size++;
    },
    within(hash, bits) {
      if (bits > FARTHEST) throw new RangeError(`hashes are found within ${FARTHEST} bits, not ${bits}`);
      const [high, low] = halves(hash);
      const found: NearHash[] = [];
      for (let band = 0; band < BANDS; band++) {
        const key = keyOf(band, high, low);
        if (turnsIn(band, bits) < 0) continue;
        search(band, key, high, low, bits, found);
        if (turnsIn(band, bits) <= 0) continue;
        for (let bit = 0; bit < BAND_BITS; bit++) search(band, key ^ (1 << bit), high, low, bits, found);
      }
      return found.sort((a, b) => a.distance - b.distance || a.number - b.number);
    },
  };
}

/** Number of differing bits. */
export function hammingDistance(a: bigint, b: bigint): number {
  const [high, low] = halves(a ^ b);
  return countBits(high) + countBits(low);
}

function halves(hash: bigint): [high: number, low: number] {
  return [Number(BigInt.asUintN(32, hash >> 32n)), Number(BigInt.asUintN(32, hash))];
}

/** The 16 bits of a band; band 0 is the most significant. */
function keyOf(band: number, high: number, low: number): number {
  const half = isUpper(band) ? high : low;
  return band % 2 === 0 ? half >>> BAND_BITS : half & (BUCKETS - 1);
}

function isUpper(band: number): boolean {
  return band < BANDS / 2;
}

/**
 * How many bits to turn in a band: hashes that differ in at most `bits` differ, in one of the bands at least, in no more than it says. For if
 * each differed in more, the sum would be over `bits`. Below zero: the band need not be looked at.
 */
function turnsIn(band: number, bits: number): number {
  return Math.floor(bits / BANDS) - (band > bits % BANDS ? 1 : 0);
}

function isMetBefore(band: number, above: number, below: number, bits: number): boolean {
  for (let before = 0; before < band; before++) {
    if (countBits(keyOf(before, above, below)) <= turnsIn(before, bits)) return true;
  }
  return false;
}

/** Set bits of a 32-bit word, added up in parallel. */
function countBits(word: number): number {
  let sum = word - ((word >>> 1) & 0x55555555);
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333);
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
