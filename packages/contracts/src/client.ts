import type { z } from "zod";
import type { AnyOperation } from "./operation.ts";
import { Problem } from "./problem.ts";

/** What an operation takes: only the parts it declares. */
export type Input<Op extends AnyOperation> = Part<"params", Op["params"]> &
  Part<"query", Op["query"]> &
  Part<"headers", Op["headers"]> &
  Part<"body", Op["body"]>;

type Part<Name extends string, Schema> = Schema extends z.ZodType
  ? Record<string, never> extends z.input<Schema>
    ? { [N in Name]?: z.input<Schema> }
    : { [N in Name]: z.input<Schema> }
  : unknown;

/** What an operation answers, parsed. */
export type Answer<Op extends AnyOperation> = Op["answer"] extends z.ZodType ? z.output<Op["answer"]> : Response;

/** Thrown for every answer that is not a success; `problem.status` is 0 when the server could not be reached. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.hint ? `${problem.detail} ${problem.hint}` : problem.detail);
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): string {
    return this.problem.type.replace("urn:anyone:fault:", "");
  }
}

export interface ClientOptions {
  /** Where the API is, for example `http://127.0.0.1:7070`; empty in a browser that was served by it. */
  url?: string;
  /** An API key. A browser signs in instead and has a session cookie. */
  key?: string;
  fetch?: typeof fetch;
  signal?: AbortSignal;
}

export interface Client {
  call<Op extends AnyOperation>(operation: Op, ...input: Arguments<Op>): Promise<Answer<Op>>;
}

type Arguments<Op extends AnyOperation> =
  Record<string, never> extends Input<Op> ? [input?: Input<Op>] : [input: Input<Op>];

/** Everything that talks to the API talks through this: the dashboard, the command, simulated annotators, tests. */
export function createClient(options: ClientOptions = {}): Client {
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);

  async function call(operation: AnyOperation, input: Loose = {}): Promise<unknown> {
    const request: RequestInit = { method: operation.method, headers: headersOf(options.key, input) };
    if (input.body !== undefined) request.body = JSON.stringify(input.body);
    if (options.signal) request.signal = options.signal;
    const url = `${options.url ?? ""}${pathOf(operation, input)}`;
    const response = await send(url, request).catch((error: unknown) => {
      throw new ApiError(unreachable(options.url, error));
    });
    if (!response.ok) throw new ApiError(await problemOf(response));
    return operation.answer === undefined ? response : operation.answer.parse(await response.json());
  }

  return { call: call as Client["call"] };
}

interface Loose {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  headers?: Record<string, unknown>;
  body?: unknown;
}

/** Path and query of a call: also what an `<img>` shows. */
export function pathOf(operation: AnyOperation, input: Pick<Loose, "params" | "query"> = {}): string {
  const path = operation.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(input.params?.[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== null && value !== "") query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

function headersOf(key: string | undefined, input: Loose): Headers {
  const headers = new Headers({ accept: "application/json" });
  if (key) headers.set("authorization", `Bearer ${key}`);
  if (input.body !== undefined) headers.set("content-type", "application/json");
  for (const [name, value] of Object.entries(input.headers ?? {})) headers.set(name, String(value));
  return headers;
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  const parsed = Problem.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  return {
    type: "urn:anyone:fault:internal",
    title: "Unexpected answer",
    status: response.status,
    detail: `The server answered ${response.status} without saying why.`,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(url: string | undefined, error: unknown): Problem {
  return {
    type: "urn:anyone:fault:unavailable",
    title: "Not reachable",
    status: 0,
    ...(url
      ? {
          detail: `The API at ${url} could not be reached: ${whyNot(error)}.`,
          hint: "Is it running? `anyone status` tells.",
        }
      : { detail: "The server could not be reached." }),
  };
}

/** `fetch` itself says only that it failed; what it met stands behind it. */
function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : error.message;
}
