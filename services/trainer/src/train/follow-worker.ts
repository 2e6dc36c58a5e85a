import { setTimeout as sleep } from "node:timers/promises";
import type { OpenDatabase } from "@anyone/db/client";
import type { LeasedRun, Runs } from "@anyone/db/runs";
import { Fault, fault } from "@anyone/domain/fault";
import type { Register, TrainerMessage, WorkerMessage } from "@anyone/grpc/generated/anyone/v1/train";
import type { Logger } from "@anyone/runtime/logger";
import { attemptPrefix } from "@anyone/storage/keys";
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
  const gone = new AbortController();
  const end = () => {
    gone.abort();
    outbox.close();
  };
  signal.addEventListener("abort", end, { once: true });
  // A worker that only stops speaking has left as much as one that is cut off: nothing is leased to it any more.
  const reading = read(requests, context, outbox, gone.signal).finally(end);
  // The failure is thrown below, after what was already said has gone out.
  reading.catch(() => {});
  try {
    yield* outbox;
  } finally {
    end();
  }
  if (!signal.aborted) await reading;
}

async function read(
  requests: AsyncIterable<WorkerMessage>,
  context: WorkerContext,
  outbox: Outbox<TrainerMessage>,
  gone: AbortSignal,
): Promise<void> {
  let worker: Register | undefined;
  let looking = false;
  for await (const { kind } of requests) {
    if (kind?.$case === "register") {
      worker = kind.value;
      context.log.info({ worker: worker.worker, device: worker.device, kinds: worker.kinds }, "worker registered");
      continue;
    }
    if (!worker) throw fault("bad-input", "A worker registers before anything else.");
    if (kind?.$case === "ready") {
      // Ready said twice is one Ready: a worker holds one lease at a time.
      if (looking) continue;
      looking = true;
      void offer(worker, context, outbox, gone).finally(() => {
        looking = false;
      });
    } else if (kind) outbox.push(await answer(kind, context));
  }
}

/** Looks until there is a run for this worker, or the worker is gone. */
async function offer(
  worker: Register,
  context: WorkerContext,
  outbox: Outbox<TrainerMessage>,
  gone: AbortSignal,
): Promise<void> {
  const { runs, log } = context;
  while (!gone.aborted) {
    try {
      const run = await runs.lease(worker.worker, worker.kinds, LEASE_SECONDS);
      if (run && gone.aborted) return await giveBack(run, context);
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
              keyPrefix: attemptPrefix(run.id, run.attempt),
            },
          },
        });
        return;
      }
    } catch (error) {
      log.warn({ err: error }, "looking for a run failed; looking again");
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: gone }).catch(() => {});
  }
}

/** The worker left while its run was being leased: the next one need not wait until the lease runs out. */
async function giveBack(run: LeasedRun, { db, runs }: WorkerContext): Promise<void> {
  await db.transaction((tx) =>
    runs.end(tx, run.id, run.attempt, { outcome: "preempted", reason: "its worker left", result: null }),
  );
}

type Said = Exclude<NonNullable<WorkerMessage["kind"]>, { $case: "register" } | { $case: "ready" }>;

async function answer(said: Said, context: WorkerContext): Promise<TrainerMessage> {
  const { runId, attempt } = said.value;
  const accepted = await take(said, context).catch((error: unknown) => refuse(said, error, context));
  const seq = said.$case === "renew" ? 0n : said.value.seq;
  return { kind: { $case: "ack", value: { runId, attempt, seq, accepted } } };
}

/**
 * What can never be stored ends its run: the worker would say it again after every dial, and hold the lease for ever.
 * Anything else passes, and ends the stream: the worker dials again and says it again.
 */
async function refuse({ $case, value }: Said, error: unknown, { db, runs, log }: WorkerContext): Promise<boolean> {
  if (!isUnstorable(error)) throw error;
  const { runId, attempt } = value;
  log.error({ stage: "train", runId, attempt, said: $case, err: error }, "what the worker said cannot be stored");
  const reason = `the worker's ${$case} cannot be stored: ${error.message}`;
  await endRun(db, runs, { runId, attempt, outcome: "user_error", reason, resultJson: "", seq: 0n });
  return false;
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity): the same row fails again. */
function isUnstorable(error: unknown): error is Error {
  return error instanceof Error && !(error instanceof Fault) && "code" in error && /^2[23]/.test(String(error.code));
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
