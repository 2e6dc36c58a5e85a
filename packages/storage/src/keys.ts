import { fault } from "@anyone/domain/fault";

/** Every object key is made here. Content comes first by its hash, so the same bytes have one place. */

/** What kinds of content are stored under their own hash. */
export type ContentKind = "original" | "asset" | "part-map" | "mask" | "thumbnail" | "model" | "document";

/** `<kind>/ab/abcdef….<extension>`: two hex digits of fan-out keep folders small. */
export function contentKey(kind: ContentKind, sha256: string, extension: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw fault("bad-input", `"${sha256}" is not the sha256 of an object.`);
  if (!/^[a-z0-9]{1,16}$/.test(extension)) throw fault("bad-input", `"${extension}" is not a file extension.`);
  return `${kind}/${sha256.slice(0, 2)}/${sha256}.${extension}`;
}

/** What a start writes to see whether it may. */
export const CHECK_KEY = "check/may-write.txt";

/** A file of a dataset version: its shards, its manifest. */
export function versionKey(version: number, file: string): string {
  return `version/${number(version)}/${segment(file)}`;
}

/** A shard of a dataset version's split, numbered from 0. */
export function shardKey(version: number, split: string, shard: number): string {
  return versionKey(version, `${segment(split)}-${String(shard).padStart(5, "0")}.tar`);
}

/** What a GPU worker writes in one attempt of a run lies below this: what an attempt left that is over harms no other. */
export function attemptPrefix(runId: string, attempt: number): string {
  return `run/${segment(runId)}/attempt-${number(attempt)}`;
}

/** Refuses what no store could hold, or what would leave its folder. */
export function assertKey(key: string): void {
  const segments = key.split("/");
  const legal = key.length <= 512 && segments.every((part) => LEGAL_SEGMENT.test(part));
  if (!legal) throw fault("bad-input", `"${key.slice(0, 80)}" is not an object key.`, { hint: KEY_HINT });
}

const LEGAL_SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,200}$/;
const KEY_HINT = "Keys are relative paths of letters, digits, dots, dashes and underscores.";

function segment(text: string): string {
  if (LEGAL_SEGMENT.test(text)) return text;
  throw fault("bad-input", `"${text.slice(0, 80)}" can't be part of an object key.`, { hint: KEY_HINT });
}

function number(ordinal: number): string {
  if (Number.isSafeInteger(ordinal) && ordinal >= 0) return String(ordinal);
  throw fault("bad-input", `${ordinal} can't be part of an object key.`, { hint: "A whole number is needed." });
}
