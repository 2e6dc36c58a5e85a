import { createHash } from "node:crypto";
import { open, rename, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { answersTransferApi } from "@anyone/contracts/answers-transfer";
import { ApiError, type Client } from "@anyone/contracts/client";
import type { TransferFormat } from "@anyone/domain/review/exported-answer";
import { findResume } from "./find-resume.ts";

export interface ExportRequest {
  client: Client;
  path: string;
  format: TransferFormat;
  iteration?: number | undefined;
  by?: string | undefined;
  /** Told of the bytes of the file as it grows. */
  follow?: (bytes: number) => void;
}

const TRIES = 5;

/**
 * Writes all answers into a file, which has its name once it is whole. An export that was cut off, here or in an earlier run,
 * goes on after the last row it has; only Parquet, whose end names all that is before it, begins anew.
 */
export async function exportAnswers(request: ExportRequest): Promise<{ bytes: number; resumedAfter: number }> {
  const part = partOf(request);
  let resumedAfter = 0;
  for (let attempt = 1; ; attempt++) {
    const from = await findResume(part, request.format);
    resumedAfter ||= from.after;
    try {
      await download(request, part, from);
      await rename(part, request.path);
      return { bytes: (await stat(request.path)).size, resumedAfter };
    } catch (error) {
      if (error instanceof ApiError ? error.status !== 0 && error.status !== 503 : !cutOff(error)) throw error;
      if (attempt === TRIES) throw error;
      await sleep(250 * 2 ** attempt);
    }
  }
}

async function download(
  { client, format, iteration, by, follow }: ExportRequest,
  part: string,
  { after, bytes, joint }: Awaited<ReturnType<typeof findResume>>,
): Promise<void> {
  const response = await client.call(answersTransferApi.exportAnswers, { query: { format, after, iteration, by } });
  const file = await open(part, after > 0 ? "r+" : "w");
  try {
    await file.truncate(bytes);
    let at = bytes;
    let begins = after > 0;
    for await (const received of response.body ?? []) {
      const piece = begins ? joint(Buffer.from(received)) : received;
      begins = false;
      at += (await file.write(piece, 0, piece.length, at)).bytesWritten;
      follow?.(at);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Files of another format, selection or place are other files: they never go on with each other. */
function partOf({ path, format, iteration, by }: ExportRequest): string {
  const selection = createHash("sha256")
    .update(JSON.stringify([format, iteration, by]))
    .digest("hex")
    .slice(0, 8);
  return `${path}.${selection}.part`;
}

/** What fetch throws where a body ends before its end. */
function cutOff(error: unknown): boolean {
  return error instanceof TypeError && (error.message === "terminated" || error.message === "fetch failed");
}
