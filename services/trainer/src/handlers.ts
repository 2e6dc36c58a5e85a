import type { Handlers } from "@anyone/queues/job";
import * as evaluate from "@anyone/queues/jobs/evaluate";
import * as release from "@anyone/queues/jobs/release";
import * as train from "@anyone/queues/jobs/train";
import type { TrainerContext } from "./context.ts";
import { evaluateCheckpoint } from "./evaluate/evaluate-checkpoint.ts";
import { finishEvaluation } from "./evaluate/finish-evaluation.ts";
import { cutVersion } from "./release/cut-version.ts";
import { sealVersion } from "./release/seal-version.ts";
import { writeShard } from "./release/write-shard.ts";
import { watchSchedules } from "./retrain/watch-schedules.ts";
import { fineTuneLabeller } from "./train/fine-tune-labeller.ts";
import { finishRun } from "./train/finish-run.ts";
import { startRuns } from "./train/start-runs.ts";

export const jobs = [
  release.cutVersion,
  release.writeShard,
  release.sealVersion,
  train.fineTuneLabeller,
  train.startRuns,
  train.finishRun,
  evaluate.evaluateCheckpoint,
  evaluate.finishEvaluation,
  evaluate.watchSchedules,
] as const;

export const handlers = {
  "release.cut-version": cutVersion,
  "release.write-shard": writeShard,
  "release.seal-version": sealVersion,
  "train.fine-tune-labeller": fineTuneLabeller,
  "train.start-runs": startRuns,
  "train.finish-run": finishRun,
  "evaluate.checkpoint": evaluateCheckpoint,
  "evaluate.finish": finishEvaluation,
  "evaluate.watch-schedules": watchSchedules,
} satisfies Handlers<typeof jobs, TrainerContext>;
