import { Ordinal, RunId } from "@anyone/domain/ids";
import { z } from "zod";
import { defineJob } from "../job.ts";

/** Plans the fine-tuning of the labeller on the answers people gave up to an iteration. */
export const fineTuneLabeller = defineJob({
  name: "train.fine-tune-labeller",
  payload: z.object({ iteration: Ordinal }),
  key: ({ iteration }) => String(iteration),
});

/** Plans the diffusion runs of a released version: every arm and seed of the recipe. */
export const startRuns = defineJob({
  name: "train.start-runs",
  payload: z.object({ version: Ordinal, recipe: z.string().max(100) }),
  key: ({ version, recipe }) => `${version}.${recipe}`,
});

/** Takes in a finished run: its checkpoint becomes current, what waits for it goes on. */
export const finishRun = defineJob({
  name: "train.finish-run",
  payload: z.object({ runId: RunId }),
  key: ({ runId }) => runId,
});
