import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fault } from "@anyone/domain/fault";
import pg from "pg";
import { connectionFault } from "./connection-fault.ts";

/** The lock Prisma's own command takes: neither runs while the other does. */
const LOCK = 72_707_369;

const FOLDER = fileURLToPath(new URL("../../../prisma/migrations", import.meta.url));

/**
 * Brings the database at `url` to the newest migration and returns the names it applied. Each one is a transaction: it
 * happened whole or not at all. Many processes may call this at once; one does the work, the others wait and find it
 * done. The record is kept in Prisma's own table and format. Faults: `bad-migration`, `unavailable`.
 */
export async function migrate(url: string, folder = FOLDER): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: "anyone migrate" });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    return await applyAll(client, await readMigrations(folder));
  } catch (error) {
    throw connectionFault(error);
  } finally {
    // The lock belongs to the connection and goes with it.
    await client.end().catch(() => {});
  }
}

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

interface Recorded {
  migration_name: string;
  checksum: string;
  finished: boolean;
  logs: string | null;
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    throw fault("bad-migration", `The migrations can't be read from ${folder}.`, { cause: error });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(join(folder, name, "migration.sql"));
      return { name, sql: bytes.toString("utf8"), checksum: createHash("sha256").update(bytes).digest("hex") };
    }),
  );
}

async function applyAll(client: pg.Client, migrations: readonly Migration[]): Promise<string[]> {
  await client.query(RECORD_TABLE);
  const recorded = await client.query<Recorded>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished, logs
       FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  const byName = new Map(recorded.rows.map((row) => [row.migration_name, row]));
  refuseUnknown(byName, migrations);

  const applied: string[] = [];
  for (const migration of migrations) {
    const record = byName.get(migration.name);
    if (record) refuseChanged(migration, record);
    else {
      await apply(client, migration);
      applied.push(migration.name);
    }
  }
  return applied;
}

function refuseUnknown(recorded: ReadonlyMap<string, Recorded>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = [...recorded.keys()].find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw fault("bad-migration", `The database holds the migration ${unknown}, which this version does not know.`, {
    hint: "The database was used by a newer version: start that one.",
  });
}

function refuseChanged(migration: Migration, record: Recorded): void {
  if (!record.finished) {
    throw fault(
      "bad-migration",
      `The migration ${migration.name} began in this database and did not end. ${record.logs ?? ""}`,
      {
        hint: "Repair the database by hand, then run `prisma migrate resolve` for it.",
      },
    );
  }
  if (record.checksum !== migration.checksum) {
    throw fault("bad-migration", `The migration ${migration.name} was edited after it was applied to this database.`, {
      hint: "Put its file back as it was and write the change as a new migration.",
    });
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query("BEGIN");
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    const reached = connectionFault(error);
    if (reached !== error) throw reached;
    throw fault("bad-migration", `The migration ${migration.name} failed: ${describe(error, migration.sql)}.`, {
      cause: error,
      hint: "Nothing of it was applied; correct the file and start again.",
    });
  }
}

function describe(error: unknown, sql: string): string {
  if (!(error instanceof Error)) return String(error);
  const position = "position" in error ? Number(error.position) : Number.NaN;
  if (!Number.isFinite(position)) return error.message;
  return `${error.message} (line ${sql.slice(0, position).split("\n").length})`;
}

const RECORD_TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36)  PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64)  NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ  NOT NULL DEFAULT now(),
    applied_steps_count INTEGER      NOT NULL DEFAULT 0
  )`;
