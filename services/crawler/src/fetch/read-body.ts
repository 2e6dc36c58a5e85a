import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { Refusal, refusalOf } from "./refusal.ts";

export interface BodyLimits {
  /** Most bytes after decoding; the transfer is cut at the first byte over. */
  maxBytes: number;
  /** Bytes per second under which a body is given up, as the mean over the window before. */
  minBytesPerSecond: number;
  /** Milliseconds that a body may stall before its rate is held against it. */
  rateWindowMs: number;
}

/**
 * Looks at the bytes so far and returns how many it must see to say more, or undefined when it has seen enough. Throws a Refusal for
 * what need not be read further: the connection is dropped there. `whole` is set when no more bytes come.
 */
export type Inspect = (head: Uint8Array, whole: boolean) => number | undefined;

/**
 * Reads a body under every limit while it streams: nothing is held that will not be kept.
 * @throws Refusal `encoding`, `too-large`, `too-slow`, `truncated`, and what `inspect` throws
 */
export async function readBody(
  body: Readable,
  encoding: string | undefined,
  limits: BodyLimits,
  inspect?: Inspect,
): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  let needed = inspect ? 1 : Number.POSITIVE_INFINITY;
  const stopWatch = watchRate(body, limits, () => size);
  try {
    await eachPart(decoded(body, encoding), (part) => {
      size += part.length;
      if (size > limits.maxBytes) throw new Refusal("too-large", `more than ${limits.maxBytes} bytes`);
      parts.push(part);
      if (size < needed) return;
      const wanted = inspect?.(joined(parts, size), false) ?? Number.POSITIVE_INFINITY;
      needed = Math.max(wanted, patience(size));
    });
    const whole = joined(parts, size);
    if (Number.isFinite(needed)) inspect?.(whole, true);
    return whole;
  } catch (error) {
    const refusal = refusalOf(error);
    throw refusal.reason === "connection" ? new Refusal("truncated", `cut after ${size} bytes`) : refusal;
  } finally {
    stopWatch();
    discard(body);
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
    stream.once("close", () => reject(new Refusal("truncated", "cut off")));
    stream.on("data", (part: Buffer) => {
      try {
        take(part);
      } catch (error) {
        stream.pause();
        reject(error as Error);
      }
    });
  });
}

/** Cuts a transfer that nobody will read; what undici says about being cut is no news. */
export function discard(body: Readable): void {
  body.on("error", () => {}).destroy();
}

/** One layer of a usual encoding at most: we ask for none, and a host that stacks layers wants something else. */
function decoded(body: Readable, encoding: string | undefined): Readable {
  switch (encoding?.trim().toLowerCase() || "identity") {
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
      throw new Refusal("encoding", `content-encoding ${encoding} is not read`);
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
