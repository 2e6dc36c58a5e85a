import { createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fault } from "@anyone/domain/fault";

export interface Download {
  url: string;
  /** Where the bytes go; what an earlier try left there is gone on from. */
  to: string;
  /** Milliseconds without a byte that end it. */
  silence?: number;
  onProgress?: (bytes: number, total: number | undefined) => void;
}

/**
 * Downloads a large file, going on where an earlier try stopped if the server can. Whoever calls it checks the hash: parts of two different files
 * are found out there. HTTPS only, but for this machine's own servers.
 *
 * @throws Fault `bad-input` for an address that may not be used, `unavailable` when the server does not give the file.
 */
export async function download({ url, to, silence = 30_000, onProgress }: Download): Promise<void> {
  refuseUnsafe(url);
  const have = await stat(to).then(
    ({ size }) => size,
    () => 0,
  );
  const watch = new AbortController();
  let timer = setTimeout(() => watch.abort(), silence);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => watch.abort(), silence);
  };
  try {
    const response = await fetch(url, { headers: have > 0 ? { range: `bytes=${have}-` } : {}, signal: watch.signal });
    refuseUnsafe(response.url);
    if (response.status === 416) return await startAgain({ url, to, silence, ...(onProgress && { onProgress }) });
    if (!response.ok || !response.body) throw refused(url, `it answered ${response.status}`);
    const goesOn = response.status === 206;
    let bytes = goesOn ? have : 0;
    const length = Number(response.headers.get("content-length")) || undefined;
    const total = length === undefined ? undefined : bytes + length;
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    body.on("data", (chunk: Buffer) => {
      alive();
      bytes += chunk.length;
      onProgress?.(bytes, total);
    });
    await pipeline(body, createWriteStream(to, { flags: goesOn ? "a" : "w" }));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "unavailable") throw error;
    throw refused(url, watch.signal.aborted ? `it was silent for ${silence / 1000} s` : reasonOf(error), error);
  } finally {
    clearTimeout(timer);
  }
}

/** The server has nothing behind what is there: it is whole already, or another file's. Its hash tells; a wrong one is fetched anew. */
async function startAgain(again: Download): Promise<void> {
  await rm(again.to, { force: true });
  await download(again);
}

/** Throws the fault `bad-input` for an address that weights are not fetched from. */
export function refuseUnsafe(url: string): void {
  const { protocol, hostname } = URL.parse(url) ?? {};
  const own = hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]";
  if (protocol === "https:" || (protocol === "http:" && own)) return;
  throw fault("bad-input", `${url} is not fetched: weights come over HTTPS.`, {
    hint: "Name an https:// address, or download the file and name its path.",
  });
}

function refused(url: string, why: string, cause?: unknown) {
  return fault("unavailable", `${url} could not be fetched: ${why}.`, {
    cause,
    hint: "Run the command again: what has arrived is kept, and it goes on from there.",
  });
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
