import { createHash } from "node:crypto";
import { type FetchFailure, isPassing, type Validators } from "@anyone/domain/source/candidate";
import { type Heard, optOut } from "@anyone/domain/source/consent";
import type { Politeness } from "@anyone/domain/source/source";
import { asImage, heardWith, IMAGE_REQUEST } from "../connectors/read-image.ts";
import type { PoliteFetch } from "../polite-fetch.ts";
import { conditional, refreshed, sameBy, validatorsOf } from "./refresh.ts";
import type { Fetched, FetchRefused } from "./safe-fetch.ts";

/** A picture that was fetched before: where, and by what it is told apart from another one. */
export interface Known {
  url: string;
  sha256: string | null;
  bytes: number | null;
  validators: Validators | null;
}

/** What a host says of a picture that it gave before. */
export type AskedAgain = Finding & { heard: Heard; headers?: Readonly<Record<string, string>> };

type Finding =
  /** `read`: what its bytes came with, where those were read and are the ones we hold; absent where its headers alone say so. */
  | { found: "unchanged"; read?: Validators }
  /** Another picture lies there now; its bytes are those that were read. */
  | { found: "changed"; bytes: Uint8Array; url: string; validators: Validators }
  /** Whoever speaks for it does not want it used for training any more; nothing further was asked. */
  | { found: "opted-out"; reason: FetchFailure }
  /** No such picture is there any more, and asking again will not help. */
  | { found: "gone"; reason: FetchFailure }
  /** It could not be asked for now. */
  | { found: "unanswered"; reason: FetchFailure; retryAfterMs?: number };

export interface AskOptions {
  fetch: PoliteFetch;
  politeness: Politeness;
  signal?: AbortSignal;
}

type Answer = (Fetched | FetchRefused) & Partial<Heard>;

/**
 * Asks the host of a fetched picture again: its robots.txt, tdmrep.json and ai.txt (once a day and process), then the picture's headers. A HEAD
 * gives all of them, which a 304 need not (RFC 9110 §15.4.5); the picture itself is asked for only where the headers do not show that it is the
 * same, or where a host answers no HEAD, and then on condition that it changed.
 */
export async function askAgain(known: Known, { fetch, politeness, signal }: AskOptions): Promise<AskedAgain> {
  const head: Answer = await fetch(known.url, { politeness, signal, method: "HEAD", forTraining: true });
  if (!head.ok && (head.status === undefined || isPassing(head.reason))) return refusedBy(head);
  const heard = head.ok ? heardWith(head, head.url) : undefined;
  const against = heard && optOut(heard.evidence);
  if (heard && against) return { found: "opted-out", reason: "opted-out", heard, headers: head.headers };
  if (heard && head.ok && isSame(known, head.headers)) return { found: "unchanged", heard, headers: head.headers };
  return askForPicture(known, { fetch, politeness, signal }, heard);
}

async function askForPicture(
  known: Known,
  { fetch, politeness, signal }: AskOptions,
  before: Heard | undefined,
): Promise<AskedAgain> {
  const headers = { ...IMAGE_REQUEST.headers, ...conditional(known.validators ?? {}) };
  const answer: Answer = await fetch(known.url, { ...IMAGE_REQUEST, politeness, signal, headers });
  const again = refreshed(answer);
  if ("unchanged" in again) {
    const heard = before ?? heardOn304(known.url, answer);
    if (optOut(heard.evidence)) return { found: "opted-out", reason: "opted-out", heard, headers: answer.headers };
    return { found: "unchanged", heard, headers: answer.headers };
  }
  if (!answer.ok) return refusedBy(answer, before);
  const onTheWay = heardWith(answer, answer.url);
  if (createHash("sha256").update(answer.bytes).digest("hex") === known.sha256) {
    return { found: "unchanged", read: validatorsOf(answer.headers), heard: onTheWay, headers: answer.headers };
  }
  const image = asImage(answer.bytes, answer.url, onTheWay);
  const heard = { asked: image.asked ?? onTheWay.asked, evidence: image.evidence ?? onTheWay.evidence };
  if (!image.ok) return refusedBy({ ...image, ...heard, headers: answer.headers });
  const { bytes, url } = image;
  return { found: "changed", bytes, url, validators: validatorsOf(answer.headers), heard, headers: answer.headers };
}

/** What it means that a picture was not given. */
export function refusedBy(answer: FetchRefused & Partial<Heard>, before?: Heard): AskedAgain {
  const { reason, retryAfterMs, headers, asked = [], evidence = [] } = answer;
  const heard = before && asked.length <= before.asked.length ? before : { asked, evidence };
  if (optOut(heard.evidence)) return { found: "opted-out", reason, heard, headers };
  if (isPassing(reason)) return { found: "unanswered", reason, retryAfterMs, heard, headers };
  return { found: "gone", reason, heard, headers };
}

/** A 304 may leave headers out: what it says counts, but what it does not say is no silence. */
function heardOn304(url: string, { headers = {}, asked, evidence }: Answer): Heard {
  const all = heardWith({ headers, asked, evidence }, url);
  return { ...all, asked: asked ?? [] };
}

/** By what both sides recognise it by, or by the mere length where the host gives nothing else. */
function isSame({ validators, bytes }: Known, headers: Readonly<Record<string, string>>): boolean {
  const same = sameBy(validators, validatorsOf(headers));
  return same ?? (bytes !== null && headers["content-length"] === String(bytes));
}
