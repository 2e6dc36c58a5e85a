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
 * A block holds so many entries of one bucket in three lines of a cache. The first has the bucket's block before it, and of each entry the half
 * that the bucket's band is not in; the second has the halves that it is in, the third the numbers.
 */
const BLOCK = 15;
const FIRST = 1;
const OWN = 15;
const NUMBER = 31;
const BLOCK_WORDS = 48;
/** Blocks are taken from pages of 2¹², so that growing never copies: a page is 768 KiB. */
const PAGE_SHIFT = 12;
const PAGE_BLOCKS = 1 << PAGE_SHIFT;
const IN_PAGE = PAGE_BLOCKS - 1;

/**
 * Multi-index hashing (Norouzi, Punjani & Fleet 2012): a hash is filed under each of its four 16-bit bands. Two hashes that differ in at most
 * 7 bits differ in at most one bit of some band, so 68 buckets hold every answer. The whole hash lies in each bucket: a bucket is read from
 * memory in one go, where a list of places would miss the cache once for each. Nearly all of a bucket is refused by the half that the bucket says
 * nothing of. It costs 51 bytes a hash and up to 14 empty entries a bucket.
 */
export function hashIndex(): HashIndex {
  const pages: Uint32Array[] = [];
  const filled = new Uint32Array(BANDS * BUCKETS);
  const newest = new Uint32Array(BANDS * BUCKETS);
  let blocks = 0;
  let size = 0;

  const file = (bucket: number, other: number, own: number, number: number) => {
    const count = filled[bucket] as number;
    const place = count % BLOCK;
    if (place === 0) {
      if ((blocks & IN_PAGE) === 0) pages.push(new Uint32Array(PAGE_BLOCKS * BLOCK_WORDS));
      const page = pages.at(-1) as Uint32Array;
      page[(blocks & IN_PAGE) * BLOCK_WORDS] = newest[bucket] as number;
      newest[bucket] = blocks++;
    }
    const block = newest[bucket] as number;
    const page = pages[block >>> PAGE_SHIFT] as Uint32Array;
    const at = (block & IN_PAGE) * BLOCK_WORDS + FIRST + place;
    page[at] = other;
    page[at + OWN] = own;
    page[at + NUMBER] = number;
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
      const start = (block & IN_PAGE) * BLOCK_WORDS;
      const here = ((left - 1) % BLOCK) + 1;
      for (let at = start + FIRST; at < start + FIRST + here; at++) {
        const otherTurned = (page[at] as number) ^ other;
        const otherDistance = countBits(otherTurned);
        if (otherDistance > bits) continue;
        const ownTurned = (page[at + OWN] as number) ^ own;
        const distance = otherDistance + countBits(ownTurned);
        if (distance > bits) continue;
        const [above, below] = isUpper(band) ? [ownTurned, otherTurned] : [otherTurned, ownTurned];
        if (!isMetBefore(band, above, below, bits)) found.push({ number: page[at + NUMBER] as number, distance });
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
      return pages.length * PAGE_BLOCKS * BLOCK_WORDS * 4 + filled.byteLength + newest.byteLength;
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
        search(band, key, high, low, bits, found);
        if (turnsIn(bits) === 0) continue;
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

/** In some band, at most so many bits differ when at most `bits` do in all. */
function turnsIn(bits: number): number {
  return Math.floor(bits / BANDS);
}

function isMetBefore(band: number, above: number, below: number, bits: number): boolean {
  for (let before = 0; before < band; before++) {
    if (countBits(keyOf(before, above, below)) <= turnsIn(bits)) return true;
  }
  return false;
}

/** Set bits of a 32-bit word, added up in parallel. */
function countBits(word: number): number {
  let sum = word - ((word >>> 1) & 0x55555555);
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333);
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
