import { type Random, seededRandom } from "../chaos/random.ts";
import { either, type HostileFile } from "./hostile-file.ts";
import { segmentsOf } from "./jpeg.ts";
import { chunksOf } from "./png.ts";
import { makeSeeds } from "./seeds.ts";
import { riffChunksOf } from "./webp.ts";

interface Original {
  name: string;
  bytes: Buffer;
  /** Where its segments or chunks lie. */
  parts: readonly { from: number; to: number }[];
}

/** Pictures small enough that most bytes of a file mean something. */
const [WIDTH, HEIGHT] = [48, 64];

/** So many files, each a valid small picture with one to four things done to it; the same ones for the same seed. */
export async function mutants(seed: number, count: number): Promise<HostileFile[]> {
  const corpus = await originals();
  return Array.from({ length: count }, (_, i) => {
    const random = seededRandom(seed * 1_000_003 + i);
    const original = random.pick(corpus);
    let bytes = original.bytes;
    const done: string[] = [];
    for (let left = 1 + Math.floor(random.share() ** 2 * 4); left > 0; left--) {
      const [name, change] = random.pick(CHANGES);
      done.push(name);
      bytes = change(bytes, original.parts, random, random.pick(corpus));
    }
    return either(`mutant ${seed}/${i}: ${original.name}, ${done.join(", ")}`, bytes);
  });
}

async function originals(): Promise<Original[]> {
  const { jpeg, png, webp } = await makeSeeds(WIDTH, HEIGHT);
  const of = (pictures: Record<string, Uint8Array>, parts: (bytes: Uint8Array) => Original["parts"]) =>
    Object.entries(pictures).map(([name, bytes]) => ({ name, bytes: Buffer.from(bytes), parts: parts(bytes) }));
  return [...of(jpeg, segmentsOf), ...of(png, chunksOf), ...of(webp, riffChunksOf)];
}

type Change = (bytes: Buffer, parts: Original["parts"], random: Random, other: Original) => Buffer;

const within = (random: Random, below: number) => Math.floor(random.share() * below);

const CHANGES: readonly (readonly [name: string, change: Change])[] = [
  ["a bit flipped", poked((byte, random) => byte ^ (1 << within(random, 8)))],
  ["a byte by chance", poked((_byte, random) => within(random, 256))],
  ["a byte of its own", poked((_byte, random) => random.pick([0x00, 0x7f, 0x80, 0xff]))],
  [
    "a length changed",
    (bytes, parts, random) => {
      const { from } = random.pick(parts);
      const copy = Buffer.from(bytes);
      for (const at of [from, from + 2, from + 4])
        if (random.share() < 0.4 && at + 1 < copy.length)
          copy.writeUInt16BE(random.pick([0, 1, 2, 0xff, 0x7fff, 0xffff]), at);
      return copy;
    },
  ],
  [
    "two parts swapped",
    (bytes, parts, random) => {
      const [a, b] = [random.pick(parts), random.pick(parts)].sort((one, two) => one.from - two.from);
      if (!a || !b || a.to > b.from) return bytes;
      return Buffer.concat([
        bytes.subarray(0, a.from),
        bytes.subarray(b.from, b.to),
        bytes.subarray(a.to, b.from),
        bytes.subarray(a.from, a.to),
        bytes.subarray(b.to),
      ]);
    },
  ],
  [
    "a part doubled",
    (bytes, parts, random) => {
      const { from, to } = random.pick(parts);
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to)]);
    },
  ],
  [
    "a part gone",
    (bytes, parts, random) => {
      const { from, to } = random.pick(parts);
      return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
    },
  ],
  ["cut off", (bytes, _parts, random) => Buffer.from(bytes.subarray(0, within(random, bytes.length + 1)))],
  [
    "a hole",
    (bytes, _parts, random) => {
      const at = within(random, bytes.length);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + within(random, 64))]);
    },
  ],
  [
    "noise between",
    (bytes, _parts, random) => {
      const at = within(random, bytes.length);
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(Array.from({ length: within(random, 64) }, () => within(random, 256))),
        bytes.subarray(at),
      ]);
    },
  ],
  [
    "going on as another file",
    (bytes, _parts, random, other) =>
      Buffer.concat([
        bytes.subarray(0, within(random, bytes.length)),
        other.bytes.subarray(within(random, other.bytes.length)),
      ]),
  ],
];

function poked(to: (byte: number, random: Random) => number): Change {
  return (bytes, _parts, random) => {
    const copy = Buffer.from(bytes);
    for (let left = 1 + within(random, 6); left > 0 && copy.length > 0; left--) {
      const at = within(random, copy.length);
      copy[at] = to(copy[at] as number, random);
    }
    return copy;
  };
}
