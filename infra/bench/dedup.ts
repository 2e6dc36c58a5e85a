import { type HashIndex, hashIndex } from "../../packages/domain/src/filter/hash-index.ts";
import { random } from "../../packages/domain/src/random.ts";
import type { BenchResult } from "./run.ts";

const WITHIN = 6;
const QUERIES = 20_000;
/** Queries whose answers are held against comparing with every hash. */
const CHECKED = 100;

/**
 * Files 10 million hashes in the pool's index and asks for near duplicates. Bits of perceptual hashes are not fair coins: each is set here with a
 * chance of its own between 0.3 and 0.7, which fills some buckets several times over the average. Half of the queries are hashes of
 * the pool with up to 6 bits turned, half are new pictures.
 */
export async function run(count = 10_000_000): Promise<BenchResult> {
  const chance = random("dedup");
  const chances = Array.from({ length: 64 }, () => 0.3 + 0.4 * chance());
  const hashes = new BigUint64Array(count);
  for (let number = 0; number < count; number++) hashes[number] = draw(chances, chance);
  const index = hashIndex();
  const filing = seconds(() => {
    for (let number = 0; number < count; number++) index.add(hashes[number] as bigint, number);
  });
  const queries = Array.from({ length: QUERIES }, (_, i) =>
    i % 2 === 0
      ? turn(hashes[Math.floor(chance() * count)] as bigint, i % (WITHIN + 1), chance)
      : draw(chances, chance),
  );
  let answers = 0;
  const asking = seconds(() => {
    for (const query of queries) answers += index.within(query, WITHIN).length;
  });
  const recall = recallOf(index, hashes, queries.slice(0, CHECKED));
  const figures = {
    hashes: index.size,
    inserts_per_s: Math.round(count / filing.wall),
    queries_per_s: Math.round(QUERIES / asking.wall),
    inserts_per_cpu_s: Math.round(count / filing.cpu),
    queries_per_cpu_s: Math.round(QUERIES / asking.cpu),
    recall,
    index_mib: Math.round(index.bytes / 2 ** 20),
    rss_mib: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
  return {
    table: [
      [
        "hashes",
        "inserts/s",
        "queries/s",
        "of a free core",
        "answers a query",
        `recall within ${WITHIN} bits`,
        "index",
        "process",
      ],
      [
        figures.hashes.toLocaleString("en"),
        figures.inserts_per_s.toLocaleString("en"),
        figures.queries_per_s.toLocaleString("en"),
        figures.queries_per_cpu_s.toLocaleString("en"),
        (answers / QUERIES).toFixed(2),
        `${recall} (${CHECKED} queries against every hash)`,
        `${figures.index_mib} MiB`,
        `${figures.rss_mib} MiB`,
      ],
    ],
    figures,
  };
}

function draw(chances: readonly number[], chance: () => number): bigint {
  const half = (from: number) => {
    let word = 0;
    for (let bit = from; bit < from + 32; bit++) word = word * 2 + (chance() < (chances[bit] as number) ? 1 : 0);
    return BigInt(word);
  };
  return (half(0) << 32n) | half(32);
}

function turn(hash: bigint, bits: number, chance: () => number): bigint {
  const places = new Set<number>();
  while (places.size < bits) places.add(Math.floor(chance() * 64));
  return [...places].reduce((turned, bit) => turned ^ (1n << BigInt(bit)), hash);
}

/** Share of the hashes within reach, found by comparing with every one, that the index finds too. */
function recallOf(index: HashIndex, hashes: BigUint64Array, queries: readonly bigint[]): number {
  let within = 0;
  let found = 0;
  for (const query of queries) {
    const answers = new Set(index.within(query, WITHIN).map(({ number }) => number));
    const near = allWithin(hashes, query);
    within += near.length;
    found += near.filter((number) => answers.has(number)).length;
  }
  return found / within;
}

/** Set bits of every 16-bit number. */
const SET_BITS = new Uint8Array(65_536);
for (let word = 1; word < 65_536; word++) SET_BITS[word] = (SET_BITS[word >> 1] as number) + (word & 1);

/** Compares with every hash, sharing no code with the index. */
function allWithin(hashes: BigUint64Array, query: bigint): number[] {
  const quarters = new Uint16Array(hashes.buffer);
  const [a, b, c, d] = new Uint16Array(BigUint64Array.of(query).buffer) as unknown as [number, number, number, number];
  const near: number[] = [];
  for (let at = 0; at < quarters.length; at += 4) {
    const distance =
      (SET_BITS[(quarters[at] as number) ^ a] as number) +
      (SET_BITS[(quarters[at + 1] as number) ^ b] as number) +
      (SET_BITS[(quarters[at + 2] as number) ^ c] as number) +
      (SET_BITS[(quarters[at + 3] as number) ^ d] as number);
    if (distance <= WITHIN) near.push(at / 4);
  }
  return near;
}

/** Seconds that went by, and those that this process ran in them: what else the machine does only adds to the first. */
function seconds(work: () => void): { wall: number; cpu: number } {
  const [started, before] = [performance.now(), process.cpuUsage()];
  work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}
