import { createHash } from "node:crypto";
import { sortKeys } from "@anyone/domain/release/manifest";
import { done, next, type Outcome, skipped } from "@anyone/queues/job";
import { sealVersion } from "@anyone/queues/jobs/release";
import { shardKey } from "@anyone/storage/keys";
import type { TrainerContext } from "../context.ts";
import { type TarMember, tarOf } from "./tar.ts";

/** Writes one shard: per item the image, its part map and its record, in the order of asset ids. */
export async function writeShard(
  { version, shard }: { version: number; shard: number },
  { versions, store }: TrainerContext,
): Promise<Outcome> {
  const planned = (await versions.shards(version)).find(({ number }) => number === shard);
  if (!planned) return skipped("no-such-shard");
  const items = await versions.shardItems(version, shard);
  const members: TarMember[] = [];
  for (const { assetId, record, imageKey, partsKey } of items) {
    const [image, parts] = await Promise.all([store.get(imageKey), store.get(partsKey)]);
    members.push(
      { name: `${assetId}.jpg`, bytes: image },
      { name: `${assetId}.json`, bytes: new TextEncoder().encode(`${JSON.stringify(sortKeys(record))}\n`) },
      { name: `${assetId}.parts.png`, bytes: parts },
    );
  }
  const tar = await tarOf(members);
  const key = shardKey(version, planned.split, shard);
  await store.put(key, tar, { contentType: "application/x-tar" });
  const sha256 = createHash("sha256").update(tar).digest("hex");
  return done({
    write: (tx) => versions.shardWritten(tx, version, { number: shard, key, sha256, bytes: tar.byteLength }),
    next: [next(sealVersion, { version, nudge: `shard-${shard}` })],
  });
}
