import type { Stage } from "@anyone/domain/flywheel";
import { type Dispatcher, startDispatcher } from "./dispatcher.ts";
import type { Job } from "./job.ts";
import { type Reconciler, startReconciler } from "./reconciler.ts";
import { checkServer } from "./redis.ts";
import { type Runner, type RunnerOptions, startRunner } from "./runner.ts";

export interface Work {
  readonly runner: Runner;
  readonly dispatcher: Dispatcher;
  readonly reconciler: Reconciler;
  stop(): Promise<void>;
}

/**
 * All a service needs to work on its stages: a runner, and a dispatcher and reconciler for the same stages, so that no
 * single process is needed by the others. Refuses a queue server that is not fit for it.
 */
export async function startWork<const Jobs extends readonly Job[], Context extends object>(
  options: RunnerOptions<Jobs, Context>,
): Promise<Work> {
  await checkServer(options.redisUrl);
  const { tasks, redisUrl, log } = options;
  const stages: Stage[] = [...new Set(options.jobs.map((job) => job.stage))];
  const runner = startRunner(options);
  const dispatcher = startDispatcher({ tasks, redisUrl, stages, log });
  const reconciler = startReconciler({ tasks, redisUrl, stages, log });
  return {
    runner,
    dispatcher,
    reconciler,
    async stop() {
      await Promise.all([dispatcher.stop(), reconciler.stop()]);
      await runner.stop();
    },
  };
}
