import { recordEvent } from "@anyone/db/events";
import { fault } from "@anyone/domain/fault";
import { armRuns, Recipe, TrainingPolicy } from "@anyone/domain/train/run";
import { done, type Outcome, skipped } from "@anyone/queues/job";
import type { TrainerContext } from "../context.ts";

/** Plans the runs of a released version: every seed of the recipe, with HOLA and with β = 0. Workers take them. */
export async function startRuns(
  { version, recipe }: { version: number; recipe: string },
  { versions, runs }: TrainerContext,
): Promise<Outcome> {
  const dataset = await versions.get(version);
  if (dataset.state !== "released" || !dataset.manifestKey || !dataset.manifestSha256) {
    throw fault("conflict", `Version ${dataset.name} is ${dataset.state}; only a released one can be trained on.`);
  }
  const known = Recipe.safeParse(recipe);
  if (!known.success) {
    throw fault("bad-payload", `There is no recipe "${recipe}".`, { hint: `There are ${Recipe.options.join(", ")}.` });
  }
  const policy = TrainingPolicy.parse({ ...(dataset.policy.training as object | null), recipe: known.data });
  const planned = armRuns(version, policy);
  if (planned.length === 0) return skipped("nothing-planned");
  const manifest = { key: dataset.manifestKey, sha256: dataset.manifestSha256 };
  return done({
    write: async (tx) => {
      await runs.plan(
        tx,
        planned.map(({ id, arm, seed, overrides }) => ({
          id,
          kind: "diffusion",
          recipe: policy.recipe,
          arm,
          seed,
          version,
          steps: policy.steps ?? 0,
          config: { dataset: manifest, recipe: policy.recipe, seed, overrides },
        })),
      );
      await recordEvent(tx, {
        stage: "train",
        kind: "runs-planned",
        text: `${planned.length} runs planned on version ${dataset.name}: ${policy.seeds} seeds, with HOLA and with β = 0`,
        data: { version, runs: planned.map(({ id }) => id) },
      });
    },
  });
}
