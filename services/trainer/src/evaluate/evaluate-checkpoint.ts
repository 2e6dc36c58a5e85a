import { checkpoints } from "@anyone/db/checkpoints";
import { labellerRepository } from "@anyone/db/labellers";
import { protocolRepository } from "@anyone/db/protocols";
import { reportId, reports } from "@anyone/db/reports";
import { fault } from "@anyone/domain/fault";
import { done, type Outcome } from "@anyone/queues/job";
import type { TrainerContext } from "../context.ts";
import { questionsOf } from "../train/fine-tune-labeller.ts";

/** How every checkpoint of a version is measured: the same pictures, noise, captions and seeds for all. */
const SETTINGS = { seed: 0, n_validation: 48, n_images: 24, sampler_steps: 12, guidance: 3 } as const;

/** Plans a checkpoint's evaluation on a version; a GPU worker measures. */
export async function evaluateCheckpoint(
  { checkpointId, version }: { checkpointId: string; version: number },
  { db, versions, runs }: TrainerContext,
): Promise<Outcome> {
  const [checkpoint, dataset] = await Promise.all([checkpoints.get(db, checkpointId), versions.get(version)]);
  if (dataset.state !== "released" || !dataset.manifestKey || !dataset.manifestSha256) {
    throw fault("conflict", `Version ${dataset.name} is ${dataset.state}; only a released one can be evaluated on.`);
  }
  // The version's own labeller judges, whoever answers by now: all checkpoints of a version have one judge.
  const labeller = dataset.labellerId ? await labellerRepository(db).get(dataset.labellerId) : undefined;
  // a large model's file holds no questions, other than a trained labeller's
  const questions =
    labeller && labeller.facts.adapter !== undefined
      ? questionsOf(await protocolRepository(db).get(labeller.protocolId))
      : undefined;
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
                ? { id: labeller.id, key: labeller.objectKey, sha256: labeller.sha256, questions }
                : null,
          },
        },
      ]);
    },
  });
}
