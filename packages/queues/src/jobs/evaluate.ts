import { CheckpointId, Ordinal, RunId } from "@anyone/domain/ids";
import { z } from "zod";
import { defineJob } from "../job.ts";

/** Plans the evaluation of a checkpoint on a GPU worker. */
export const evaluateCheckpoint = defineJob({
  name: "evaluate.checkpoint",
  payload: z.object({ checkpointId: CheckpointId, version: Ordinal }),
  key: ({ checkpointId, version }) => `${checkpointId}.${version}`,
});

/** Takes in a finished evaluation's metrics and decides the promotion once every arm is measured. */
export const finishEvaluation = defineJob({
  name: "evaluate.finish",
  payload: z.object({ runId: RunId }),
  key: ({ runId }) => runId,
});

/** Looks at the schedules: opens the next iteration when a clock or the pool's growth says so. */
export const watchSchedules = defineJob({
  name: "evaluate.watch-schedules",
  payload: z.object({
    at: z.iso.datetime(),
    /** The cron schedule whose moment has come; absent: the pool's growth is looked at. */
    scheduleId: z.string().max(60).optional(),
  }),
  key: ({ at, scheduleId }) => `${scheduleId ?? "growth"}.${at}`,
});
