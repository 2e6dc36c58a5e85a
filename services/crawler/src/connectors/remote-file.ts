import type { Politeness } from "@anyone/domain/source/source";
import type { AsyncBuffer } from "hyparquet";
import type { Fetched } from "../fetch/safe-fetch.ts";
import type { PoliteFetch } from "../polite-fetch.ts";
import { Unlisted, unlisted } from "./connector.ts";

/** A parquet file's footer with its metadata fits into this in all but absurd files; then it is read again, longer. */
const TAIL = 256 * 1024;
/** A host that does not know ranges sends the whole file; more than this is not held in memory. */
const MOST_WHOLE = 128 * 1024 * 1024;
const MOST_RANGE = 64 * 1024 * 1024;

/**
 * A file on the web, read in ranges. The first request asks for the file's end, and tells its length with it.
 * @throws Unlisted when the file can't be read
 */
export async function remoteFile(
  url: string,
  fetch: PoliteFetch,
  politeness: Politeness,
  signal?: AbortSignal,
): Promise<AsyncBuffer> {
  const get = async (range: string, maxBytes: number): Promise<Fetched> => {
    const answer = await fetch(url, {
      politeness,
      signal,
      maxBytes,
      deadlineMs: 120_000,
      headers: { range: `bytes=${range}` },
    });
    if (!answer.ok) throw unlisted(`The list ${url}`, answer);
    return answer;
  };

  const tail = await get(`-${TAIL}`, MOST_WHOLE);
  if (tail.status !== 206) return inMemory(tail.bytes);
  const { start, total } = contentRange(url, tail.headers["content-range"]);

  return {
    byteLength: total,
    async slice(from, to = total) {
      const begin = from < 0 ? total + from : from;
      const end = to < 0 ? total + to : to;
      if (begin >= start) return copy(tail.bytes.subarray(begin - start, end - start));
      const part = await get(`${begin}-${end - 1}`, MOST_RANGE);
      if (part.status !== 206 || part.bytes.length !== end - begin) {
        throw new Unlisted("bad-answer", `The list ${url} did not give the range it was asked for.`, { passing: true });
      }
      return copy(part.bytes);
    },
  };
}

function inMemory(bytes: Uint8Array): AsyncBuffer {
  return { byteLength: bytes.length, slice: async (start, end) => copy(bytes.slice(start, end)) };
}

function copy(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function contentRange(url: string, header: string | undefined): { start: number; total: number } {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(header ?? "") ?? [];
  if (start === undefined || total === undefined)
    throw new Unlisted("bad-answer", `The list ${url} gives ranges without saying which.`);
  return { start: Number(start), total: Number(total) };
}
