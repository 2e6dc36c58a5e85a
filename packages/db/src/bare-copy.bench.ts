import { chmod, rm } from "node:fs/promises";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { copyStatement } from "./answer-export.ts";
import type { OpenDatabase } from "./client.ts";

/**
 * Seconds that PostgreSQL alone takes to spell all answers as `spelled` says and to lay them into a file of that folder: the
 * floor of any export that spells the same. The server must run on this machine, and its user may write any file.
 */
export async function bareCopySeconds(
  db: OpenDatabase,
  spelled: { format: "csv" | "jsonl" | "table"; protocols: readonly Protocol[] },
  folder: string,
): Promise<number> {
  await chmod(folder, 0o777); // the server runs as a user of its own
  const path = `${folder}/bare.copy`;
  const file = `'${path}'`;
  const sql =
    spelled.format === "table"
      ? `COPY (SELECT * FROM human_answers ORDER BY id) TO ${file} (FORMAT csv)`
      : copyStatement(spelled.format, spelled.protocols, "true", file);
  const startedAt = performance.now();
  await db.query(sql);
  const seconds = (performance.now() - startedAt) / 1000;
  await rm(path);
  return seconds;
}
