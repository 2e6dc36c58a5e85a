import { either, type HostileFile, refused } from "./hostile-file.ts";
import { segmentsOf } from "./jpeg.ts";
import { chunksOf } from "./png.ts";
import type { Seeds } from "./seeds.ts";
import { riffChunksOf } from "./webp.ts";

/** Every seed cut at each of its segments or chunks, and inside of each. */
export function truncated({ jpeg, png, webp }: Seeds): HostileFile[] {
  const cuts = (
    of: Record<string, Uint8Array>,
    places: (bytes: Uint8Array) => readonly { from: number; to: number }[],
  ) => Object.entries(of).flatMap(([name, bytes]) => cut(name, bytes, places(bytes)));
  return [...cuts(jpeg, segmentsOf), ...cuts(png, chunksOf), ...cuts(webp, riffChunksOf)];
}

function cut(name: string, bytes: Uint8Array, parts: readonly { from: number; to: number }[]): HostileFile[] {
  const inside = parts.flatMap(({ from, to }) => [from, from + 1, from + 3, (from + to) >> 1, to - 1]);
  const shares = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98].map((share) => Math.round(bytes.length * share));
  const lengths = [...new Set([1, 2, 3, 8, 11, 12, 20, ...inside, ...shares])].filter(
    (length) => length < bytes.length,
  );
  // The last bytes of a file close it, and carry nothing of the picture.
  return lengths.map((length) =>
    (bytes.length - length <= 16 ? either : refused)(
      `${name} cut after ${length} of ${bytes.length} bytes`,
      bytes.slice(0, length),
    ),
  );
}
