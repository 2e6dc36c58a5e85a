import { gates } from "@anyone/domain/filter/gate";
import { sniffImage } from "@anyone/domain/source/candidate";
import type { Politeness } from "@anyone/domain/source/source";
import { inspectImage } from "../fetch/inspect-image.ts";
import { validatorsOf } from "../fetch/refresh.ts";
import type { FetchRefused } from "../fetch/safe-fetch.ts";
import type { PoliteFetch } from "../polite-fetch.ts";
import type { ImageBytes } from "./connector.ts";

const inspect = inspectImage(gates);

/** Directives of X-Robots-Tag by which a host keeps an image out of training. */
const OPT_OUT = /\b(noai|noimageai|noml|noindex|none)\b/i;

/** Fetches an image from a web host: politely, and no further than its header where that is no image's, or one too small to be kept. */
export async function readImage(
  fetch: PoliteFetch,
  url: string,
  politeness: Politeness,
  signal?: AbortSignal,
): Promise<ImageBytes | FetchRefused> {
  const headers = { accept: "image/jpeg, image/png, image/webp" };
  const answer = await fetch(url, { politeness, signal, headers, inspect });
  if (!answer.ok) return answer;
  const optOut = answer.headers["x-robots-tag"];
  if (optOut !== undefined && OPT_OUT.test(optOut)) return refuse("opted-out", `X-Robots-Tag: ${optOut}`);
  const image = asImage(answer.bytes, answer.url);
  return image.ok ? { ...image, validators: validatorsOf(answer.headers) } : image;
}

/** Judges bytes by their first ones; what a name or a Content-Type says is not asked. */
export function asImage(bytes: Uint8Array, url: string): ImageBytes | FetchRefused {
  if (bytes.length === 0) return refuse("empty", "no bytes");
  const type = sniffImage(bytes);
  if (type === undefined) return refuse("not-an-image", "the first bytes are not those of a JPEG, PNG or WebP");
  return { ok: true, bytes, type, url };
}

function refuse(reason: FetchRefused["reason"], detail: string): FetchRefused {
  return { ok: false, reason, detail };
}
