import type { Problem } from "@anyone/contracts/problem";
import { Fault, type FaultCode } from "@anyone/domain/fault";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** The one place where whatever went wrong becomes an answer. */
export function problems(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
}

/** Answers with `application/problem+json`. What lies behind a 5xx goes to the log, never to the asker. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = describe(error);
  if (problem.status >= 500)
    request.log.error({ err: error, requestId: request.id, url: request.url }, "request failed");
  const wait = (error as { retryAfter?: number }).retryAfter;
  if (wait !== undefined) reply.header("retry-after", wait);
  if (problem.status === 401) reply.header("www-authenticate", 'Bearer realm="anyone"');
  return reply
    .code(problem.status)
    .type("application/problem+json")
    .serializer(JSON.stringify)
    .send({ ...problem, ...(problem.status >= 500 ? { requestId: request.id } : {}) });
}

const TITLES: Partial<Record<number, string>> = {
  400: "Bad request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  429: "Too many requests",
  500: "Internal error",
  502: "A model failed",
  503: "Unavailable",
  504: "Took too long",
};

function describe(error: unknown): Problem {
  if (error instanceof Fault) {
    const hidden = error.status === 500;
    return problem(error.code, error.status, hidden ? INTERNAL : error.message, hidden ? undefined : error.hint);
  }
  const known = error as Partial<FastifyError> & { code?: string };
  if (known.validation) return unfit(known);
  if (known.code?.startsWith("22")) {
    // SQLSTATE class 22: a value that no column can take, for example text with a NUL character
    return problem("bad-input", 400, "The request holds a value that can't be stored or looked up.");
  }
  const status = known.statusCode ?? 500;
  if (status >= 500)
    return problem("internal", 500, INTERNAL, "Try again; the server's log names the cause by requestId.");
  return problem(codeOf(status), status, sentenceOf(known.message ?? "The request was refused"), WAYS_OUT[status]);
}

/** For what is refused before an operation reads it. */
const WAYS_OUT: Partial<Record<number, string>> = {
  400: "Send JSON that GET /v1/openapi.json describes.",
  413: "Send less at once.",
  415: "Send JSON, and say so with `content-type: application/json`.",
};

function sentenceOf(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

const INTERNAL = "Something went wrong on the server.";

function problem(code: FaultCode, status: number, detail: string, hint?: string): Problem {
  return {
    type: `urn:anyone:fault:${code}`,
    title: TITLES[status] ?? "Error",
    status,
    detail,
    ...(hint === undefined ? {} : { hint }),
  };
}

function codeOf(status: number): FaultCode {
  if (status === 404) return "not-found";
  if (status === 413) return "too-large";
  if (status === 429) return "too-many-requests";
  return "bad-payload";
}

/** A part of the request that does not fit its schema: every place with its reason, and all of them as one sentence. */
function unfit(error: Partial<FastifyError> & { validationContext?: string }): Problem {
  const part = error.validationContext === "querystring" ? "query" : (error.validationContext ?? "request");
  const errors = (error.validation ?? []).slice(0, 20).map((issue) => ({
    path: issue.instancePath.replace(/^\//, "").replaceAll("/", "."),
    message: issue.message ?? "does not fit",
  }));
  const said = errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  return {
    ...problem(
      "bad-payload",
      400,
      `The ${part} does not fit: ${said}.`,
      "GET /v1/openapi.json describes every request.",
    ),
    errors,
  };
}
