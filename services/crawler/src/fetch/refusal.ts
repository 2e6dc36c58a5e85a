import type { FetchFailure } from "@anyone/domain/source/candidate";
import type { ImageHeader } from "@anyone/domain/source/image-header";
import { OutboundRefused } from "@anyone/runtime/outbound";

/** What a refusal says beside its reason. */
export interface Told {
  /** Milliseconds the host asked us to wait. */
  retryAfterMs?: number;
  /** The header of the image that was refused by it. */
  header?: ImageHeader;
}

/** A fetch that ended with an expected no. Thrown inside the fetcher only; `safeFetch` turns it into a value. */
export class Refusal extends Error {
  readonly reason: FetchFailure;
  readonly told: Told;

  constructor(reason: FetchFailure, detail: string, told: Told = {}) {
    super(detail);
    this.name = "Refusal";
    this.reason = reason;
    this.told = told;
  }
}

/** Reads whatever a socket, a resolver or undici threw as one of our reasons. */
export function refusalOf(error: unknown): Refusal {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof Refusal) return cause;
    if (cause instanceof OutboundRefused) return new Refusal(cause.reason, cause.message);
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    if (cause.name === "TimeoutError" || TIMEOUTS.has(code)) return new Refusal("timeout", cause.message);
    if (RESOLVER.has(code)) return new Refusal("dns", cause.message);
    if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED|EPROTO)/.test(code))
      return new Refusal("tls", cause.message);
    if (CUT.has(code) || code.startsWith("ERR_HTTP2_")) return new Refusal("truncated", cause.message);
    if (code.startsWith("Z_") || code.startsWith("ERR__ERROR_FORMAT")) return new Refusal("encoding", cause.message);
    if (code === "UND_ERR_HEADERS_OVERFLOW" || code === "HPE_HEADER_OVERFLOW")
      return new Refusal("too-large", cause.message);
  }
  return new Refusal("connection", error instanceof Error ? error.message : String(error));
}

const TIMEOUTS = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ABORT_ERR",
]);
const RESOLVER = new Set(["ENOTFOUND", "EAI_AGAIN", "ENODATA", "ESERVFAIL", "EBADNAME"]);
const CUT = new Set([
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
  "UND_ERR_RESPONSE_CONTENT_LENGTH_MISMATCH",
  "ERR_STREAM_PREMATURE_CLOSE",
]);
