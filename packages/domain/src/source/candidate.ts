import { z } from "zod";

/** Where a candidate stands between being listed and the filter's verdict. `kept` and `dropped` are written by the filter alone. */
export const CANDIDATE_STATUSES = ["listed", "fetched", "failed", "kept", "dropped"] as const;
export const CandidateStatus = z.enum(CANDIDATE_STATUSES);
export type CandidateStatus = z.infer<typeof CandidateStatus>;

/** What people annotated before us, as a dataset brings it along; nothing is made of it here. */
export const Brought = z.object({
  /** By the ids of the label protocol's categories. */
  answers: z.record(z.string(), z.string()).optional(),
  /** x and y in pixels and visibility: 2 seen, 1 hidden, 0 absent (then x and y are 0), in the dataset's own order. */
  keypoints: z.array(z.tuple([z.number(), z.number(), z.union([z.literal(0), z.literal(1), z.literal(2)])])).optional(),
  /** Where its part map lies, and which dataset's classes that map has. */
  partMap: z.object({ url: z.url().max(4096), classes: z.string().max(100) }).optional(),
});
export type Brought = z.infer<typeof Brought>;

/** What a connector tells about one image before anything of it is fetched. Sizes are in pixels and only what the source claims. */
export const Listing = z.object({
  /** The source's own, stable name of the image: found again, it is the same candidate. */
  externalId: z.string().min(1).max(1024),
  url: z.url().max(4096),
  /** The page a person would credit. */
  landingUrl: z.url().max(4096).optional(),
  licence: z.string().max(200).optional(),
  licenceUrl: z.url().max(1024).optional(),
  author: z.string().max(500).optional(),
  /** The line that is to stand beside the image where people see it: "Photo by A on B". */
  credit: z.string().max(1024).optional(),
  caption: z.string().max(4000).optional(),
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  /** The source's other claims (hash, watermark and unsafe probabilities, similarity), kept as they came. */
  claims: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  brought: Brought.optional(),
  /** Who it shows, in words that are the same for every picture of that person, wherever it is listed. */
  personKey: z.string().min(1).max(200).optional(),
});
export type Listing = z.infer<typeof Listing>;

/** Why a fetch failed: short, stable, countable. */
export const FETCH_FAILURES = [
  "bad-url",
  "scheme",
  "userinfo",
  "port",
  "address",
  "dns",
  "connection",
  "tls",
  "redirects",
  "timeout",
  "too-slow",
  "too-large",
  "encoding",
  "empty",
  "truncated",
  "not-an-image",
  "broken-header",
  "too-many-pixels",
  "too-small",
  "not-found",
  "forbidden",
  "rate-limited",
  "server-error",
  "http-status",
  "robots",
  "opted-out",
  "outside-folder",
  "not-a-file",
  "unreadable",
  /** Its crawl was cancelled before it was fetched; listed again, it is new. */
  "cancelled",
] as const;
export const FetchFailure = z.enum(FETCH_FAILURES);
export type FetchFailure = z.infer<typeof FetchFailure>;

const PASSING: ReadonlySet<FetchFailure> = new Set([
  "dns",
  "connection",
  "timeout",
  "too-slow",
  "truncated",
  "rate-limited",
  "server-error",
]);

/** Whether another try, later, may cure it. */
export function isPassing(reason: FetchFailure): boolean {
  return PASSING.has(reason);
}

/** Tries of one candidate, the first included. */
export const FETCH_ATTEMPTS = 3;
/**
 * Tries of one that is put off, by its host or because its host's turn was too far: nothing is wrong with it. Where 128 processes want 32 hosts
 * at a request a second, five of six asks are put off, and three tries would lose half of the candidates.
 */
export const MOST_ATTEMPTS = 40;

/**
 * When a failed candidate is to be tried again.
 * @param attempt tries made so far, this one included (1-based)
 * @param retryAfterMs what the host asked for, if it did
 * @returns milliseconds to wait, or undefined when the failure is final
 */
export function retryDelay(reason: FetchFailure, attempt: number, retryAfterMs?: number): number | undefined {
  const most = reason === "rate-limited" ? MOST_ATTEMPTS : FETCH_ATTEMPTS;
  if (!isPassing(reason) || attempt >= most) return undefined;
  const backOff = 2_000 * 4 ** (attempt - 1);
  return Math.min(Math.max(backOff, retryAfterMs ?? 0), 3_600_000);
}

/** By what a host recognises bytes that it gave before. */
export interface Validators {
  etag?: string;
  lastModified?: string;
}

/** Image kinds that may enter: told by their first bytes, never by name or header. */
export const IMAGE_TYPES = ["image/jpeg", "image/png", "image/webp"] as const;
export type ImageType = (typeof IMAGE_TYPES)[number];

/** The image kind that the first bytes announce, or undefined for anything else (HTML named .jpg, SVG, TIFF, PDF, HEIF ...). */
export function sniffImage(head: Uint8Array): ImageType | undefined {
  const at = (offset: number, ...bytes: number[]) => bytes.every((byte, i) => head[offset + i] === byte);
  if (at(0, 0xff, 0xd8, 0xff)) return "image/jpeg";
  if (at(0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "image/png";
  if (at(0, 0x52, 0x49, 0x46, 0x46) && at(8, 0x57, 0x45, 0x42, 0x50)) return "image/webp";
  return undefined;
}
