import { createHash } from "node:crypto";
import { recordEvent } from "@anyone/db/events";
import { manifestText } from "@anyone/domain/release/manifest";
import { releasePolicy } from "@anyone/domain/release/policy";
import type { Split } from "@anyone/domain/release/split";
import { TERMS_VERSION } from "@anyone/domain/source/terms";
import { done, next, type Outcome, skipped } from "@anyone/queues/job";
import { startRuns } from "@anyone/queues/jobs/train";
import { versionKey } from "@anyone/storage/keys";
import type { TrainerContext } from "../context.ts";

/** Writes the manifest once every shard is there, and releases the version. */
export async function sealVersion({ version }: { version: number }, context: TrainerContext): Promise<Outcome> {
  const { db, versions, store } = context;
  const dataset = await versions.get(version);
  if (dataset.state === "released") return skipped("version-released");
  const shards = await versions.shards(version);
  const written = shards.flatMap(({ number, split, key, sha256, bytes, count }) =>
    key && sha256 && bytes != null ? [{ number, split: split as Split, key, sha256, bytes, count }] : [],
  );
  if (written.length < shards.length) return skipped("shards-missing");

  const policy = releasePolicy(dataset.policy);
  const [protocol] = await db.query<{ sha256: string }>("SELECT sha256 FROM protocols WHERE id = $1", [
    dataset.protocolId,
  ]);
  const text = manifestText({
    format: "annotate-anyone/1",
    version,
    name: dataset.name,
    seed: dataset.seed,
    protocol: { id: dataset.protocolId, sha256: protocol?.sha256 ?? "" },
    labeller: dataset.labellerId,
    without_sensitive: policy.withoutSensitive,
    redistributable: policy.redistributed,
    terms: TERMS_VERSION,
    counts: dataset.counts as Record<string, number>,
    shards: written,
  });
  const bytes = new TextEncoder().encode(text);
  const key = versionKey(version, "manifest.json");
  await store.put(key, bytes, { contentType: "application/json" });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const trainable = policy.training !== null && Number(dataset.counts.train ?? 0) > 0;
  return done({
    write: async (tx) => {
      // The last two shards may have been written at once: both see all of them, one releases.
      if (!(await versions.release(tx, version, { key, sha256 }))) return;
      await recordEvent(tx, {
        stage: "release",
        kind: "version-released",
        text: `Version ${dataset.name} is released: ${dataset.counts.items ?? 0} items in ${written.length} shards`,
        data: { version, sha256 },
      });
    },
    next: trainable && policy.training ? [next(startRuns, { version, recipe: policy.training.recipe })] : [],
  });
}
