import { type FileHandle, open, rename, rm } from "node:fs/promises";
import type { RejectedRow } from "@anyone/contracts/answers-transfer";
import { textRecords } from "./text-records.ts";

/**
 * The file of refused rows beside an imported one, a JSON object a line. What it holds of rows up to `known` stays, the rest
 * is told again; the file is there only once a row was refused.
 */
export async function openRejected(path: string, known: number) {
  let count = 0;
  let file: FileHandle | undefined;
  const write = async (lines: readonly string[]) => {
    file ??= await open(`${path}.part`, "w");
    await file.write(lines.join(""));
    count += lines.length;
  };
  if (known > 0) {
    for await (const line of kept(path, known)) await write([line]);
  } else await rm(path, { force: true });
  if (file) await settle();

  /** What was written stands under the file's own name, whatever happens to this process. */
  async function settle() {
    await rename(`${path}.part`, path);
  }

  return {
    async add(rows: readonly (RejectedRow & { value: unknown })[]): Promise<void> {
      if (rows.length === 0) return;
      const first = file === undefined;
      await write(rows.map((row) => `${JSON.stringify(row)}\n`));
      if (first) await settle();
    },
    count: () => count,
    /** The file's path, null when no row was refused. */
    async close(): Promise<string | null> {
      await file?.close();
      return count > 0 ? path : null;
    },
  };
}

async function* kept(path: string, known: number): AsyncGenerator<string> {
  try {
    for await (const { text } of textRecords(path, false)) {
      const row = /"row":(\d+)/.exec(text)?.[1];
      if (row !== undefined && Number(row) <= known && text.endsWith("\n")) yield text;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // no row was refused so far
  }
}
