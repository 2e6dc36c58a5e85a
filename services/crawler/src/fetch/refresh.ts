import type { Validators } from "@anyone/domain/source/candidate";
import type { Fetched, FetchRefused } from "./safe-fetch.ts";

/** What a host gave is what it still gives; no byte of it was sent again. */
export interface Unchanged {
  ok: true;
  unchanged: true;
}

/** What a response says by which it can be recognised later (RFC 9110 §8.8); empty when the host gives nothing. */
export function validatorsOf(headers: Readonly<Record<string, string>>): Validators {
  const { etag, "last-modified": lastModified } = headers;
  return { ...(etag && short(etag) ? { etag } : {}), ...(lastModified && short(lastModified) ? { lastModified } : {}) };
}

/** The request headers that ask only for what has changed since. */
export function conditional({ etag, lastModified }: Validators): Record<string, string> {
  return {
    ...(etag === undefined ? {} : { "if-none-match": etag }),
    ...(lastModified === undefined ? {} : { "if-modified-since": lastModified }),
  };
}

/** Whether validators of two moments are of the same bytes, by the strongest that both have: ETag, or Last-Modified. Undefined where both have none. */
export function sameBy(before: Validators | null, now: Validators): boolean | undefined {
  const strong = (etag: string) => etag.replace(/^W\//, "");
  if (before?.etag && now.etag) return strong(before.etag) === strong(now.etag);
  if (before?.lastModified && now.lastModified) return before.lastModified === now.lastModified;
  return undefined;
}

/** Reads the answer to a conditional request: 304 says that nothing changed, and is no failure. */
export function refreshed(answer: Fetched | FetchRefused): Fetched | FetchRefused | Unchanged {
  return !answer.ok && answer.status === 304 ? { ok: true, unchanged: true } : answer;
}

/** A validator is kept as it came or not at all: half an ETag matches nothing. */
function short(value: string): boolean {
  return value.length <= 500;
}
