import type { z } from "zod";

/**
 * Every fault the platform throws, with the HTTP status of the API's answer and whether trying again can help.
 * An expected "no" (a dropped candidate, a refused promotion) is a value with a reason, never a fault.
 */
const FAULTS = {
  "bad-input": { status: 400, retry: false },
  "bad-payload": { status: 400, retry: false },
  unauthenticated: { status: 401, retry: false },
  forbidden: { status: 403, retry: false },
  "not-found": { status: 404, retry: false },
  conflict: { status: 409, retry: false },
  "lease-lost": { status: 409, retry: false },
  "too-large": { status: 413, retry: false },
  "too-many-requests": { status: 429, retry: true },
  "bad-environment": { status: 500, retry: false },
  "bad-protocol": { status: 422, retry: false },
  "altered-object": { status: 500, retry: false },
  "missing-object": { status: 500, retry: true },
  internal: { status: 500, retry: true },
  "illegal-edge": { status: 500, retry: false },
  "bad-migration": { status: 500, retry: false },
  "model-failed": { status: 502, retry: true },
  unavailable: { status: 503, retry: true },
  timeout: { status: 504, retry: true },
} as const satisfies Record<string, { status: number; retry: boolean }>;

/** What does not fit, place by place, in words that follow a colon. */
export function whatDoesNotFit({ issues }: Pick<z.ZodError, "issues">): string {
  return issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}

export type FaultCode = keyof typeof FAULTS;

/** A surprise with a name: `code` is stable and countable, `message` says what is wrong, `hint` the way out. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly status: number;
  readonly retry: boolean;
  readonly hint: string | undefined;

  constructor(code: FaultCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Fault";
    this.code = code;
    this.status = FAULTS[code].status;
    this.retry = FAULTS[code].retry;
    this.hint = options.hint;
  }
}

/** Makes a {@link Fault}: `throw fault("not-found", "No asset abc.", { hint: "List them with GET /v1/assets." })`. */
export function fault(code: FaultCode, message: string, options: { cause?: unknown; hint?: string } = {}): Fault {
  return new Fault(code, message, options);
}

/** Whether trying the same work again can succeed. Unknown errors are worth another try. */
export function worthRetry(error: unknown): boolean {
  return error instanceof Fault ? error.retry : true;
}

/** One sentence for a person: the message and, when there is one, the way out. */
export function sentence(error: unknown): string {
  if (error instanceof Fault && error.hint) return `${error.message} ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}
