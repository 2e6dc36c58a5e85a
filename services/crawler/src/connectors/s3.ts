import { Fault } from "@anyone/domain/fault";
import type { SettingsOf } from "@anyone/domain/source/source";
import type { FetchRefused } from "../fetch/safe-fetch.ts";
import { type Connector, Unlisted } from "./connector.ts";
import { asImage } from "./read-image.ts";

/** Names that may hold an image; what they hold is judged by its bytes when it is read. */
const IMAGE_NAME = /\.(jpe?g|png|webp)$/i;
const MOST_BYTES = 64 * 1024 * 1024;

/** Photographs below a prefix of a bucket, in the order of their keys; the cursor is the last key listed. */
export const s3: Connector<"s3"> = {
  kind: "s3",

  async list({ bucket, prefix, keysPerPage, licence }, cursor, reach, signal) {
    signal?.throwIfAborted();
    if (cursor !== null && !cursor.startsWith(prefix)) {
      throw new Unlisted("bad-cursor", `"${cursor}" is no key below ${prefix}.`);
    }
    const after = cursor ?? undefined;
    const { keys, more } = await (await reach.bucket(bucket))
      .list({ prefix, after, limit: keysPerPage, signal })
      .catch(asUnlisted);
    checkOrder(bucket, prefix, cursor, keys);
    const listings = keys
      .filter((key) => IMAGE_NAME.test(key) && key.length <= 1024)
      .map((key) => ({ externalId: key, url: urlOf(bucket, key), licence }));
    const last = keys.at(-1);
    const done = !more || last === undefined;
    return { listings, cursor: done ? null : last, done };
  },

  async read({ bucket, prefix }, url, reach, signal) {
    const key = keyIn(bucket, prefix, url);
    if (key === undefined) return outside();
    try {
      const { bytes, validators } = await (await reach.bucket(bucket)).get(key, MOST_BYTES, signal);
      const image = asImage(bytes, url);
      return image.ok ? { ...image, validators } : image;
    } catch (error) {
      return refusalOf(error);
    }
  },

  async head({ bucket, prefix }, url, reach, signal) {
    const key = keyIn(bucket, prefix, url);
    if (key === undefined) return outside();
    try {
      return { ok: true, validators: await (await reach.bucket(bucket)).head(key, signal) };
    } catch (error) {
      return refusalOf(error);
    }
  },
};

function outside(): FetchRefused {
  return { ok: false, reason: "outside-folder", detail: "not below the source's prefix" };
}

function refusalOf(error: unknown): FetchRefused {
  if (!(error instanceof Fault)) throw error;
  return { ok: false, reason: REFUSALS[error.code] ?? "server-error", detail: error.message };
}

const REFUSALS: Readonly<Record<string, FetchRefused["reason"]>> = {
  "not-found": "not-found",
  "bad-input": "too-large",
  "bad-environment": "forbidden",
};

/** Going on after the last key needs the order of S3; a server that has another, or gives the same keys again, would lead in circles. */
function checkOrder(bucket: string, prefix: string, cursor: string | null, keys: readonly string[]): void {
  let before = cursor;
  for (const key of keys) {
    const follows = before === null || Buffer.compare(Buffer.from(before), Buffer.from(key)) < 0;
    if (!follows || !key.startsWith(prefix)) {
      throw new Unlisted(
        "bad-answer",
        `The bucket ${bucket} does not list its keys in order: "${key}" came after "${before}".`,
      );
    }
    before = key;
  }
}

function asUnlisted(error: unknown): never {
  if (!(error instanceof Fault)) throw error;
  throw new Unlisted(error.code, error.message, { passing: error.code === "unavailable" });
}

function urlOf(bucket: string, key: string): string {
  return `s3://${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
}

/** The key that a URL names, if it lies below the source's prefix. */
function keyIn(bucket: SettingsOf<"s3">["bucket"], prefix: string, url: string): string | undefined {
  const start = `s3://${bucket}/`;
  if (!url.startsWith(start)) return undefined;
  try {
    const key = url.slice(start.length).split("/").map(decodeURIComponent).join("/");
    return key.startsWith(prefix) ? key : undefined;
  } catch {
    return undefined;
  }
}
