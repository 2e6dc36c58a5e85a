import { z } from "zod";
import { SPLITS } from "./split.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** One tar of a version; members in the order of their asset ids. */
export const ManifestShard = z.strictObject({
  number: z.int().nonnegative(),
  split: z.enum(SPLITS),
  key: z.string(),
  sha256,
  bytes: z.int().nonnegative(),
  count: z.int().nonnegative(),
});

/** What a dataset version is: everything a reader needs to check that it holds the same bytes. No clock, no host, no path. */
export const Manifest = z.strictObject({
  format: z.literal("annotate-anyone/1"),
  version: z.int().positive(),
  name: z.string(),
  seed: z.int(),
  protocol: z.strictObject({ id: z.string(), sha256 }),
  labeller: z.string().nullable(),
  /** Whether perceived-appearance answers were left out. */
  without_sensitive: z.boolean(),
  /** Whether everything in it may be given to others; otherwise only trained on. By which table of terms that was decided. */
  redistributable: z.boolean(),
  terms: z.string(),
  counts: z.record(z.string(), z.int().nonnegative()),
  shards: z.array(ManifestShard),
});
export type Manifest = z.infer<typeof Manifest>;

/** An item's place: which shard of its split. */
export interface Placed {
  assetId: string;
  split: (typeof SPLITS)[number];
  shard: number;
}

/**
 * Puts assets into shards of at most `size`, split by split, in the order of their ids: the same items always give the
 * same shards. Shards are numbered through the whole version.
 */
export function placeItems(items: readonly { assetId: string; split: Placed["split"] }[], size: number): Placed[] {
  let shard = -1;
  return SPLITS.flatMap((split) => {
    const own = items.filter((item) => item.split === split).sort((a, b) => (a.assetId < b.assetId ? -1 : 1));
    return own.map(({ assetId }, index) => {
      if (index % size === 0) shard++;
      return { assetId, split, shard };
    });
  });
}

/** The manifest's bytes: checked, keys sorted, two spaces, a newline at the end. Its sha256 is the version's hash. */
export function manifestText(manifest: Manifest): string {
  const checked = Manifest.parse({ ...manifest, shards: [...manifest.shards].sort((a, b) => a.number - b.number) });
  return `${JSON.stringify(sortKeys(checked), null, 2)}\n`;
}

/** The same value with the keys of every object in order: equal values give equal text. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
