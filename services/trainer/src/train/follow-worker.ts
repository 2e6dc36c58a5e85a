import type { OpenDatabase } from "@anyone/db/client";
import type { Runs } from "@anyone/db/runs";
import { fault } from "@anyone/domain/fault";
import type { Register, TrainerMessage, WorkerMessage } from "@anyone/grpc/generated/anyone/v1/train";
import type { Logger } from "@anyone/runtime/logger";
import { endRun } from "./end-run.ts";
import { Outbox } from "./outbox.ts";

/** A lease lasts so long without a renewal; workers renew every third of it. */
const LEASE_SECONDS = 30;
/** How often an idle worker's stream looks for a run. Polling is the truth; 200 ms is no load for one indexed query. */
const LOOK_EVERY_MS = 200;

export interface WorkerContext {
  db: OpenDatabase;
  runs: Runs;
  log: Logger;
}

/**
 * Serves one worker's stream: offers runs, extends leases, stores what it reports before confirming it. Everything it
 * says about a run counts only while its attempt holds the lease. A stream that ends loses nothing: the lease runs out,
 * or the worker dials again and renews.
 */
export async function* followWorker(
  requests: AsyncIterable<WorkerMessage>,
  context: WorkerContext,
  signal: AbortSignal,
): AsyncGenerator<TrainerMessage, void> {
  const outbox = new Outbox<TrainerMessage>();
  signal.addEventListener("abort", () => outbox.close(), { once: true });
  const reading = read(requests, context, outbox, signal).finally(() => outbox.close());
  // The failure is thrown below, after what was already said has gone out.
  reading.catch(() => {});
  yield* outbox;
  if (!signal.aborted) await reading;
}

async function read(
  requests: AsyncIterable<WorkerMessage>,
  context: WorkerContext,
  outbox: Outbox<TrainerMessage>,
  signal: AbortSignal,
): Promise<void> {
  let worker: Register | undefined;
  for await (const { kind } of requests) {
    if (kind?.$case === "register") {
      worker = kind.value;
      context.log.info({ worker: worker.worker, device: worker.device, kinds: worker.kinds }, "worker registered");
      continue;
    }
    if (!worker) throw fault("bad-input", "A worker registers before anything else.");
    if (kind?.$case === "ready") void offer(worker, context, outbox, signal);
    else if (kind) outbox.push(await answer(kind, context));
  }
}

/** Looks until there is a run for this worker, or its stream ends. */
async function offer(
  worker: Register,
  { runs, log }: WorkerContext,
  outbox: Outbox<TrainerMessage>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const run = await runs.lease(worker.worker, worker.kinds, LEASE_SECONDS);
      if (run) {
        log.info(
          { stage: "train", runId: run.id, kind: run.kind, attempt: run.attempt, worker: worker.worker },
          "leased",
        );
        outbox.push({
          kind: {
            $case: "offer",
            value: {
              runId: run.id,
              kind: run.kind,
              attempt: run.attempt,
              ttlSeconds: LEASE_SECONDS,
              configJson: JSON.stringify(run.config),
              resume: run.resume,
            },
          },
        });
        return;
      }
    } catch (error) {
      log.warn({ err: error }, "looking for a run failed; looking again");
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

type Said = Exclude<NonNullable<WorkerMessage["kind"]>, { $case: "register" } | { $case: "ready" }>;

async function answer(said: Said, context: WorkerContext): Promise<TrainerMessage> {
  const { runId, attempt } = said.value;
  const accepted = await take(said, context);
  const seq = said.$case === "renew" ? 0n : said.value.seq;
  return { kind: { $case: "ack", value: { runId, attempt, seq, accepted } } };
}

/** Stores what was said; false when the attempt does not hold the lease any more. */
async function take(said: Said, { db, runs, log }: WorkerContext): Promise<boolean> {
  const { runId, attempt } = said.value;
  switch (said.$case) {
    case "renew":
      return runs.renew(runId, attempt, LEASE_SECONDS, said.value.step);
    case "metrics":
      return runs.recordMetrics(
        runId,
        attempt,
        said.value.rows.filter(({ value }) => Number.isFinite(value)),
      );
    case "checkpoint": {
      const { step, manifestKey, sha256 } = said.value;
      return runs.commitCheckpoint(runId, attempt, { step, manifestKey, sha256 });
    }
    case "done": {
      const state = await endRun(db, runs, said.value);
      log.info(
        { stage: "train", runId, attempt, outcome: said.value.outcome, state, reason: said.value.reason },
        "run ended",
      );
      return state !== undefined;
    }
  }
}
