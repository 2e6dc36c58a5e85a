import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Dispatcher } from "undici";
import { Refusal, refusalOf } from "./refusal.ts";

export interface BodyLimits {
  /** Most bytes after decoding; the transfer is cut at the first byte over. */
  maxBytes: number;
  /** Bytes per second under which a body is given up, as the mean over the window before. */
  minBytesPerSecond: number;
  /** Milliseconds that a body may stall before its rate is held against it. */
  rateWindowMs: number;
}

/** A body as undici hands it over. */
type Body = Dispatcher.ResponseData["body"];

/** What a rest may have in bytes and take in milliseconds that is read, and thrown away, so that its connection can be used again. */
const REST = { bytes: 128 * 1024, ms: 2_000 };

/**
 * Looks at the bytes so far and returns how many it must see to say more, or undefined when it has seen enough. Throws a Refusal for
 * what need not be read further: it is held no longer, and what is long is cut there. `whole` is set when no more bytes come.
 */
export type Inspect = (head: Uint8Array, whole: boolean) => number | undefined;

/**
 * Reads a body under every limit while it streams: nothing is held that will not be kept.
 * @throws Refusal `encoding`, `too-large`, `too-slow`, `truncated`, and what `inspect` throws
 */
export async function readBody(
  body: Body,
  encoding: string | undefined,
  limits: BodyLimits,
  inspect?: Inspect,
): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  let isUnwanted = false;
  const look = (whole: boolean) => {
    try {
      return inspect?.(joined(parts, size), whole);
    } catch (error) {
      isUnwanted = true;
      throw error;
    }
  };
  let needed = inspect ? 1 : Number.POSITIVE_INFINITY;
  const coding = encoding?.trim().toLowerCase() || "identity";
  const stopWatch = watchRate(body, limits, () => size);
  try {
    await eachPart(decoded(body, coding), (part) => {
      size += part.length;
      if (size > limits.maxBytes) throw new Refusal("too-large", `more than ${limits.maxBytes} bytes`);
      parts.push(part);
      if (size < needed) return;
      needed = Math.max(look(false) ?? Number.POSITIVE_INFINITY, patience(size));
    });
    if (Number.isFinite(needed)) look(true);
    return joined(parts, size);
  } catch (error) {
    const refusal = refusalOf(error);
    throw refusal.reason === "connection" ? new Refusal("truncated", `cut after ${size} bytes`) : refusal;
  } finally {
    stopWatch();
    if (isUnwanted && coding === "identity") await letGo(body);
    else discard(body);
  }
}

/** A long header is looked at again only when it has grown by a quarter: looking at each packet of it would cost the square of its length. */
function patience(size: number): number {
  return size < 256 * 1024 ? 0 : size * 1.25;
}

/** Hands over every part as it comes, without the promise a part that an iterator costs; what `take` throws ends it. */
function eachPart(stream: Readable, take: (part: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once("end", resolve).once("error", reject);
    // A body that ended is closed as well: an error made for each of those would cost a tenth of a header's fetch.
    stream.once("close", () => stream.readableEnded || reject(new Refusal("truncated", "cut off")));
    const onData = (part: Buffer) => {
      try {
        take(part);
      } catch (error) {
        stream.off("data", onData).pause();
        reject(error as Error);
      }
    };
    stream.on("data", onData);
  });
}

/** Cuts a transfer that nobody will read; what undici says about being cut is no news. */
export function discard(body: Readable): void {
  body.on("error", () => {}).destroy();
}

/**
 * Ends a transfer of which no more is wanted. Cutting it costs both sides the connection, and the next request a new one with its handshakes: what is left of a
 * short one is cheaper to read. A longer one is cut, and so is one that takes its time.
 */
export async function letGo(body: Body): Promise<void> {
  await body.dump({ limit: REST.bytes, signal: AbortSignal.timeout(REST.ms) }).catch(() => {});
}

/** One layer of a usual encoding at most: we ask for none, and a host that stacks layers wants something else. */
function decoded(body: Readable, coding: string): Readable {
  switch (coding) {
    case "identity":
      return body;
    case "gzip":
    case "x-gzip":
      return pipeline(body, createGunzip(), () => {});
    case "deflate":
      return pipeline(body, createInflate(), () => {});
    case "br":
      return pipeline(body, createBrotliDecompress(), () => {});
    default:
      throw new Refusal("encoding", `content-encoding ${coding} is not read`);
  }
}

/** A drip feed holds a place for the whole deadline at the price of a byte a second: it is cut as soon as it is one. */
function watchRate(body: Readable, { minBytesPerSecond, rateWindowMs }: BodyLimits, sizeNow: () => number): () => void {
  const seconds = rateWindowMs / 1000;
  let before = 0;
  const timer = setInterval(() => {
    const came = sizeNow() - before;
    before += came;
    if (came < minBytesPerSecond * seconds) body.destroy(new Refusal("too-slow", `${came} bytes in ${seconds} s`));
  }, rateWindowMs);
  return () => clearInterval(timer);
}

/** The bytes so far in one piece; the pieces are replaced by it, so that the same bytes are not joined twice. */
function joined(parts: Buffer[], size: number): Buffer {
  if (parts.length !== 1) parts.splice(0, parts.length, Buffer.concat(parts, size));
  return parts[0] as Buffer;
}
