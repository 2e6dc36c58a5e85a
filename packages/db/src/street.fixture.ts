import { createDatabase } from "@anyone/test/support/servers";
import { type OpenDatabase, openDatabase } from "./client.ts";

/** A database with one source, `street`, and one crawl of it, `c`: what candidates need to be there. */
export async function openStreet(): Promise<OpenDatabase> {
  const db = openDatabase(await createDatabase());
  await db.query("INSERT INTO sources (id, connector, settings) VALUES ('street', 'folder', '{}')");
  await db.query(
    "INSERT INTO crawls (id, source_id, trigger, why, target) VALUES ('c', 'street', 'manual', 'test', 9)",
  );
  return db;
}
