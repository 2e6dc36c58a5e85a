import type { TransferFormat } from "@anyone/domain/review/exported-answer";
import { textRecords } from "./text-records.ts";

export interface Resume {
  /** Id of the last answer that the file has whole; 0: it has none. */
  after: number;
  /** Bytes of the file that stay. */
  bytes: number;
  /** What the first piece of the rest becomes, so that it fits to what is there. */
  joint: (first: Buffer) => Buffer;
}

const AFRESH: Resume = { after: 0, bytes: 0, joint: (first) => first };

/** Where a file that was cut off goes on: after its last whole row. A file that is not there, or no export, begins anew. */
export async function findResume(path: string, format: TransferFormat): Promise<Resume> {
  if (format === "parquet") return AFRESH;
  const found = { after: 0, bytes: 0 };
  try {
    for await (const { text, end, broken } of textRecords(path, format === "csv")) {
      if (broken || !text.endsWith("\n")) break;
      const id = ID[format].exec(text)?.[1];
      // a task that is followed by no comma may be the last one of the file or not: it is asked for again
      if (id !== undefined) Object.assign(found, { after: Number(id), bytes: end });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  if (found.after === 0) return AFRESH;
  return { ...found, joint: format === "label-studio" ? joinList : (first) => first };
}

const ID = { csv: /^(\d+),/, jsonl: /^\{"id":(\d+),/, "label-studio": /^\{"id":(\d+),.*\},\n$/s } as const;

/** The rest is a list of its own: its opening goes, since after the comma at the file's end its first task follows. */
function joinList(first: Buffer): Buffer {
  return first.subarray(first.indexOf(0x0a) + 1);
}
