import { labellerRepository } from "@anyone/db/labellers";
import { reportId, reports } from "@anyone/db/reports";
import { done, type Outcome } from "@anyone/queues/job";
import type { TrainerContext } from "../context.ts";

/** How every checkpoint of a version is measured: the same pictures, noise, captions and seeds for all. */
const SETTINGS = { seed: 0, n_validation: 48, n_images: 32, sampler_steps: 16, guidance: 3 } as const;

/** Plans a checkpoint's evaluation on a version; a GPU worker measures. */
export async function evaluateCheckpoint(
  { checkpointId, version }: { checkpointId: string; version: number },
  { db, versions, runs }: TrainerContext,
): Promise<Outcome> {
  const [checkpoint, dataset] = await Promise.all([runs.checkpoint(checkpointId), versions.get(version)]);
  const labeller = await labellerRepository(db).promoted(dataset.protocolId);
  const id = reportId(checkpointId, version);
  return done({
    write: async (tx) => {
      await reports.plan(tx, { checkpointId, version, settings: SETTINGS });
      await runs.plan(tx, [
        {
          id: `evaluate-${id}`,
          kind: "evaluation",
          recipe: checkpoint.recipe,
          arm: checkpoint.arm ?? undefined,
          seed: checkpoint.seed,
          version,
          config: {
            ...SETTINGS,
            report_id: id,
            checkpoint_id: checkpointId,
            dataset: { key: dataset.manifestKey, sha256: dataset.manifestSha256 },
            checkpoint: { key: checkpoint.manifestKey, sha256: checkpoint.sha256 },
            labeller:
              labeller?.objectKey && labeller.sha256
                ? { id: labeller.id, key: labeller.objectKey, sha256: labeller.sha256 }
                : null,
          },
        },
      ]);
    },
  });
}
