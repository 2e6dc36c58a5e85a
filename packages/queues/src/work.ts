import type { Health } from "@anyone/runtime/health";
import { stagesOf } from "./catalog.ts";
import { type Dispatcher, startDispatcher } from "./dispatcher.ts";
import type { Job } from "./job.ts";
import { type Reconciler, startReconciler } from "./reconciler.ts";
import { checkServer } from "./redis.ts";
import { type Runner, type RunnerOptions, startRunner } from "./runner.ts";

export interface Work {
  readonly runner: Runner;
  readonly dispatcher: Dispatcher;
  readonly reconciler: Reconciler;
  /** Not well when tasks have been due for a minute and this process, though it had room, took none. */
  health(): Promise<Health>;
  stop(): Promise<void>;
}

/** Work that waits for so long while nobody takes it has stalled. */
const STALL_SECONDS = 60;

/**
 * All a service needs to work on its stages: a runner, and a dispatcher and reconciler for the same stages, so that no
 * single process is needed by the others. Refuses a queue server that is not fit for it.
 */
export async function startWork<const Jobs extends readonly Job[], Context extends object>(
  options: RunnerOptions<Jobs, Context>,
): Promise<Work> {
  await checkServer(options.redisUrl);
  const { tasks, redisUrl, log } = options;
  const stages = stagesOf(options.jobs);
  const runner = startRunner(options);
  const dispatcher = startDispatcher({ tasks, redisUrl, stages, log });
  const reconciler = startReconciler({ tasks, redisUrl, stages, log });
  return {
    runner,
    dispatcher,
    reconciler,
    async health() {
      const idleSeconds = runner.idleSeconds();
      const waitedSeconds = await tasks.oldestReady(stages);
      const details = { stages, idleSeconds, waitedSeconds, ...runner.counters };
      if (Math.min(idleSeconds, waitedSeconds) <= STALL_SECONDS) return { ok: true, ...details };
      const reason = `Tasks of ${stages.join(", ")} wait for ${Math.round(waitedSeconds)} s and none was taken.`;
      return { ok: false, reason, ...details };
    },
    async stop() {
      await Promise.all([dispatcher.stop(), reconciler.stop()]);
      await runner.stop();
    },
  };
}
