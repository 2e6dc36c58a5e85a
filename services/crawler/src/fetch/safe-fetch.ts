import type { FetchFailure } from "@anyone/domain/source/candidate";
import type { ImageHeader } from "@anyone/domain/source/image-header";
import { checkUrl } from "@anyone/runtime/outbound";
import { type Dispatcher, request } from "undici";
import { Deadline } from "./deadline.ts";
import { type DialRules, guardedAgent } from "./dial.ts";
import { type BodyLimits, discard, type Inspect, letGo, readBody } from "./read-body.ts";
import { Refusal, refusalOf } from "./refusal.ts";

export interface FetchLimits extends BodyLimits {
  /** Milliseconds for everything the other side does: names, redirects, headers and the last byte of the body. */
  deadlineMs: number;
}

export interface Fetched {
  ok: true;
  status: number;
  bytes: Uint8Array;
  /** Where the bytes came from after redirects. */
  url: string;
  headers: Record<string, string>;
}

export interface FetchRefused {
  ok: false;
  reason: FetchFailure;
  detail: string;
  /** The response's status, when there was one, and its headers. */
  status?: number;
  headers?: Record<string, string>;
  retryAfterMs?: number;
  /** The image's header, where that is what was refused. */
  header?: ImageHeader;
}

export interface FetchOptions extends Partial<FetchLimits> {
  /** `HEAD` asks for the headers alone. Default `GET`. */
  method?: "GET" | "HEAD";
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Called before each hop is dialled, redirects included; may wait (politeness) or throw a Refusal (robots). */
  beforeHop?: (url: URL) => Promise<void>;
  /** Called with the first decoded bytes of a good answer's body; what it refuses is not read further. */
  inspect?: Inspect;
}

export interface SafeFetcher {
  /** Fetches one URL. Never throws for what the other side does: every failure is a typed refusal. */
  fetch(url: string, options?: FetchOptions): Promise<Fetched | FetchRefused>;
  close(): Promise<void>;
}

export const MAX_REDIRECTS = 5;
const IMAGE_LIMITS: FetchLimits = {
  maxBytes: 32 * 1024 * 1024,
  deadlineMs: 30_000,
  minBytesPerSecond: 1024,
  rateWindowMs: 5_000,
};

/**
 * A fetcher for URLs that strangers wrote. Scheme, port, user information and every resolved address are checked on every hop,
 * the checked address is the one dialled, and time and decoded bytes are capped while they stream.
 * @param userAgent names the product and a contact, so that a host can complain to someone
 * @param agent replaced only to show what happens without the guard
 */
export function safeFetcher(rules: DialRules, userAgent: string, agent: Dispatcher = guardedAgent(rules)): SafeFetcher {
  return {
    async fetch(url, options = {}) {
      const limits = { ...IMAGE_LIMITS, ...options };
      const deadline = new Deadline(limits.deadlineMs);
      const signal = options.signal ? AbortSignal.any([deadline.signal, options.signal]) : deadline.signal;
      try {
        return await follow(url, { agent, rules, userAgent, limits, signal, options, deadline });
      } catch (error) {
        options.signal?.throwIfAborted();
        const refusal = deadline.signal.aborted
          ? new Refusal("timeout", `not done in ${limits.deadlineMs} ms`)
          : refusalOf(error);
        return { ok: false, reason: refusal.reason, detail: refusal.message, ...refusal.told };
      } finally {
        deadline.pause();
      }
    },
    close: () => agent.close(),
  };
}

interface Hop {
  agent: Dispatcher;
  rules: DialRules;
  userAgent: string;
  limits: FetchLimits;
  signal: AbortSignal;
  options: FetchOptions;
  deadline: Deadline;
}

async function follow(start: string, hop: Hop): Promise<Fetched | FetchRefused> {
  let target = start;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const url = checkUrl(target, hop.rules);
    hop.deadline.pause();
    await hop.options.beforeHop?.(url);
    hop.deadline.go();
    const response = await request(url, {
      method: hop.options.method ?? "GET",
      dispatcher: hop.agent,
      signal: hop.signal,
      headers: { "accept-encoding": "identity", ...hop.options.headers, "user-agent": hop.userAgent },
    });
    const location = utf8(one(response.headers.location));
    if (isRedirect(response.statusCode) && location !== undefined) {
      await letGo(response.body);
      if (!URL.canParse(location, url.href)) throw new Refusal("bad-url", "redirected to something that is not a URL");
      target = new URL(location, url.href).href;
      continue;
    }
    return await settle(url, response, hop);
  }
  throw new Refusal("redirects", `more than ${MAX_REDIRECTS} redirects`);
}

async function settle(
  url: URL,
  response: Dispatcher.ResponseData,
  { limits, options }: Hop,
): Promise<Fetched | FetchRefused> {
  const { statusCode: status, body } = response;
  const headers = flat(response.headers);
  if (status < 200 || status > 299) {
    await letGo(body);
    return { ok: false, status, headers, ...statusRefusal(status), retryAfterMs: retryAfter(headers["retry-after"]) };
  }
  if (options.method === "HEAD") {
    await body.dump();
    return { ok: true, status, bytes: new Uint8Array(), url: url.href, headers };
  }
  const length = Number(headers["content-length"]);
  if (length > limits.maxBytes) {
    discard(body);
    throw new Refusal("too-large", `says it has ${length} bytes, the limit is ${limits.maxBytes}`);
  }
  const bytes = await readBody(body, headers["content-encoding"], limits, options.inspect);
  return { ok: true, status, bytes, url: url.href, headers };
}

function statusRefusal(status: number): { reason: FetchFailure; detail: string } {
  const detail = `answered ${status}`;
  if (status === 404 || status === 410) return { reason: "not-found", detail };
  if (status === 401 || status === 403 || status === 451) return { reason: "forbidden", detail };
  if (status === 429) return { reason: "rate-limited", detail };
  if (status >= 500) return { reason: "server-error", detail };
  return { reason: "http-status", detail };
}

/** Retry-After in either of its forms (seconds or a date), as milliseconds from now; undefined when absent or unreadable. */
export function retryAfter(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined || value.trim() === "") return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Header bytes come as latin-1; hosts that write names outside ASCII into a Location mean UTF-8. */
function utf8(value: string | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value, "latin1").toString("utf8");
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  );
}
