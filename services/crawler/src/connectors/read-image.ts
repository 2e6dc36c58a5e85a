import { type Gates, gates } from "@anyone/domain/filter/gate";
import { sniffImage } from "@anyone/domain/source/candidate";
import { type Heard, optOut } from "@anyone/domain/source/consent";
import type { Politeness } from "@anyone/domain/source/source";
import { readHeaders } from "../consent/headers.ts";
import { readPicture } from "../consent/read-picture.ts";
import { inspectImage } from "../fetch/inspect-image.ts";
import { validatorsOf } from "../fetch/refresh.ts";
import type { Fetched, FetchRefused } from "../fetch/safe-fetch.ts";
import { PRODUCT } from "../polite-fetch.ts";
import type { ImageBytes, ImageRefused, Reach } from "./connector.ts";

const anySize: Gates = { ...gates, shortSide: 0, longSide: 0 };

/** How a picture is asked for: for training, and no further than its header where that is no image's, whatever its size. */
export const IMAGE_REQUEST = {
  headers: { accept: "image/jpeg, image/png, image/webp" },
  inspect: inspectImage(anySize),
  forTraining: true,
} as const;

/**
 * Fetches an image from a web host: politely, no further than its header where that is no image's or one too small to be kept under the
 * thresholds in force, and only if nobody keeps it out of training: not the host in its files, not the answer's headers, not the picture itself.
 */
export async function readImage(
  { fetch, thresholds }: Pick<Reach, "fetch" | "thresholds">,
  url: string,
  politeness: Politeness,
  signal?: AbortSignal,
): Promise<ImageBytes | ImageRefused> {
  const answer = await fetch(url, { ...IMAGE_REQUEST, politeness, signal, inspect: inspectImage(thresholds) });
  if (!answer.ok) return answer;
  const image = asImage(answer.bytes, answer.url, heardWith(answer, answer.url));
  return image.ok ? { ...image, validators: validatorsOf(answer.headers) } : image;
}

/** What was heard on the way to an answer, with what its headers say. */
export function heardWith(answer: Pick<Fetched, "headers"> & Partial<Heard>, url: string): Heard {
  const here = readHeaders(answer.headers, PRODUCT).map((one) => ({
    ...one,
    place: "headers" as const,
    readFrom: url,
  }));
  return { asked: [...(answer.asked ?? []), "headers"], evidence: [...(answer.evidence ?? []), ...here] };
}

/**
 * Judges bytes by their first ones; what a name or a Content-Type says is not asked. What the picture says of training joins
 * what was heard `before`, and may keep it out.
 */
export function asImage(
  bytes: Uint8Array,
  url: string,
  before: Heard = { asked: [], evidence: [] },
): ImageBytes | ImageRefused {
  if (bytes.length === 0) return refuse("empty", "no bytes");
  const type = sniffImage(bytes);
  if (type === undefined) return refuse("not-an-image", "the first bytes are not those of a JPEG, PNG or WebP");
  const evidence = [...before.evidence, ...readPicture(bytes).map((one) => ({ ...one, readFrom: url }))];
  const heard = { asked: [...before.asked, "xmp", "c2pa"] as const, evidence };
  const against = optOut(evidence);
  if (against) return { ...refuse("opted-out", `${against.signal}: ${against.value}`), ...heard };
  return { ok: true, bytes, type, url, ...heard };
}

function refuse(reason: FetchRefused["reason"], detail: string): FetchRefused {
  return { ok: false, reason, detail };
}
