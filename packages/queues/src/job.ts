import { createHash } from "node:crypto";
import { fault } from "@anyone/domain/fault";
import { STAGES, type Stage } from "@anyone/domain/flywheel";
import type { NextTask } from "@anyone/domain/tasks";
import type { Transaction } from "@anyone/domain/transaction";
import type { z } from "zod";

/** A kind of task, declared once: what it carries, what makes two of them the same, and how patient the runner is with it. */
export interface Job<Name extends string = string, Schema extends PayloadSchema = PayloadSchema> {
  readonly name: Name;
  readonly stage: Stage;
  readonly payload: Schema;
  readonly key: (payload: z.infer<Schema>) => string;
  /** The payload's field that holds the chunk's items: a poison chunk is halved along it. */
  readonly chunk: string | undefined;
  /** A worker that shows no sign of life for so long has lost the task. */
  readonly leaseSeconds: number;
  /** Claims after which the task is split or dead. */
  readonly attempts: number;
  /** Work that takes longer has hung: it is told to stop and counts as failed. */
  readonly timeLimitSeconds: number;
}

// biome-ignore lint/suspicious/noExplicitAny: any object schema may describe a payload
type PayloadSchema = z.ZodType<any>;

interface JobDeclaration<Name extends string, Schema extends PayloadSchema> {
  /** `<stage>.<verb-noun>` */
  name: Name;
  payload: Schema;
  key: (payload: z.infer<Schema>) => string;
  chunk?: keyof z.infer<Schema> & string;
  leaseSeconds?: number;
  attempts?: number;
  timeLimitSeconds?: number;
}

/** Declares a job. Its queue is its stage. */
export function defineJob<Name extends `${Stage}.${string}`, Schema extends PayloadSchema>(
  declaration: JobDeclaration<Name, Schema>,
): Job<Name, Schema> {
  return {
    name: declaration.name,
    stage: stageOf(declaration.name),
    payload: declaration.payload,
    key: declaration.key,
    chunk: declaration.chunk,
    leaseSeconds: declaration.leaseSeconds ?? 12,
    attempts: declaration.attempts ?? 4,
    timeLimitSeconds: declaration.timeLimitSeconds ?? 900,
  };
}

/** The task that should follow. The payload is checked here, where the mistake is made, not where it is read. */
export function next<Schema extends PayloadSchema>(
  job: Job<string, Schema>,
  payload: z.input<Schema>,
  options: { priority?: number; notBefore?: Date; traceparent?: string } = {},
): NextTask {
  const checked = job.payload.parse(payload);
  return {
    id: taskId(job.name, job.key(checked)),
    name: job.name,
    stage: job.stage,
    payload: checked,
    priority: options.priority ?? 0,
    notBefore: options.notBefore,
    leaseSeconds: job.leaseSeconds,
    traceparent: options.traceparent,
  };
}

/** What a handler returns: the work's writes and successors, or why there was nothing to do. */
export type Outcome =
  | { outcome: "done"; write?: ((tx: Transaction) => Promise<void>) | undefined; next: readonly NextTask[] }
  | { outcome: "skipped"; reason: string }
  | { outcome: "postponed"; reason: string; delaySeconds: number };

/**
 * The work is done. `write` runs inside the transaction that ends the task, under its fence, beside the next tasks;
 * it may run again when that transaction must be repeated, so it does nothing but SQL on `tx`.
 */
export function done(result: { write?: (tx: Transaction) => Promise<void>; next?: readonly NextTask[] } = {}): Outcome {
  return { outcome: "done", write: result.write, next: result.next ?? [] };
}

/** There was nothing to do, for a short, stable, countable reason. */
export function skipped(reason: string): Outcome {
  return { outcome: "skipped", reason };
}

/** Not now: the task is offered again after `delaySeconds`, and this claim does not count as an attempt. */
export function postponed(reason: string, delaySeconds: number): Outcome {
  return { outcome: "postponed", reason, delaySeconds };
}

/** What the runner gives every handler beside the service's own context. */
export interface TaskContext {
  readonly taskId: string;
  /** Claims of this task so far, this one included. */
  readonly attempt: number;
  /** Aborted when the lease is lost or the process stops: the result could not be committed any more. */
  readonly signal: AbortSignal;
  /** Extends the lease now; the runner does so on its own as long as the event loop turns. Throws when the lease is lost. */
  readonly heartbeat: () => Promise<void>;
  readonly traceparent: string | null;
}

export type Handler<Payload, Context> = (payload: Payload, context: Context & TaskContext) => Promise<Outcome>;

/** One handler per job of a catalog; a missing one does not compile. */
export type Handlers<Jobs extends readonly Job[], Context> = {
  [J in Jobs[number] as J["name"]]: Handler<z.infer<J["payload"]>, Context>;
};

/** An id stays readable as long as it is short: what is too long for an index becomes its hash. */
function taskId(name: string, key: string): string {
  if (key === "") throw fault("bad-payload", `The key of a ${name} task is empty.`);
  const short = key.length <= 160 ? key : createHash("sha256").update(key).digest("hex");
  return `${name}:${short}`;
}

function stageOf(name: string): Stage {
  const stage = STAGES.find((word) => name.startsWith(`${word}.`));
  if (stage === undefined) throw new Error(`the job "${name}" does not begin with a stage: ${STAGES.join(", ")}`);
  return stage;
}
