import { open } from "node:fs/promises";
import { recordEnd } from "@anyone/domain/csv";

const CHUNK = 1024 * 1024;
/** A row is a few hundred bytes; what is longer is a quote that was never closed, or no row at all. */
const LONGEST = 256 * 1024;

/** One record, and the byte after it; `broken` says that it has no end of its own, and its first line stands for it. */
export interface TextRecord {
  text: string;
  end: number;
  broken: boolean;
}

/** The records of a text file, one after the other: lines, or with `quoted` rows of csv. Memory is that of a megabyte. */
export async function* textRecords(path: string, quoted: boolean): AsyncGenerator<TextRecord> {
  const file = await open(path, "r");
  try {
    let held: Buffer = Buffer.alloc(0);
    let offset = 0;
    for (let ended = false; !ended; ) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK);
      ended = bytesRead === 0;
      held = held.length === 0 ? buffer.subarray(0, bytesRead) : Buffer.concat([held, buffer.subarray(0, bytesRead)]);
      let begin = 0;
      while (begin < held.length) {
        const found = nextEnd(held, begin, { quoted, ended });
        if (found === undefined) break;
        yield { text: held.toString("utf8", begin, found.end), end: offset + found.end, broken: found.broken };
        begin = found.end;
      }
      offset += begin;
      held = held.subarray(begin);
    }
  } finally {
    await file.close();
  }
}

function nextEnd(
  held: Buffer,
  begin: number,
  { quoted, ended }: { quoted: boolean; ended: boolean },
): { end: number; broken: boolean } | undefined {
  const end = recordEnd(held, begin, quoted);
  if (end !== undefined && end - begin <= LONGEST) return { end, broken: false };
  if (!ended && held.length - begin <= LONGEST) return undefined;
  // a quote that is never closed would take the rest of the file for one row
  const line = recordEnd(held, begin, false);
  if (line !== undefined) return { end: line, broken: quoted || line - begin > LONGEST };
  if (!ended && held.length - begin <= LONGEST * 4) return undefined;
  return { end: held.length, broken: quoted || held.length - begin > LONGEST };
}
