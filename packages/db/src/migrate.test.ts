import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDatabase } from "@anyone/test/support/servers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "./client.ts";
import { migrate } from "./migrate.ts";

const REAL = fileURLToPath(new URL("../../../prisma/migrations", import.meta.url));

describe("migrate", () => {
  let url: string;
  let folder: string;
  beforeEach(async () => {
    url = await createDatabase();
    folder = await mkdtemp(join(tmpdir(), "anyone-migrations-"));
    await cp(REAL, folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function write(name: string, sql: string): Promise<void> {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, "migration.sql"), sql);
  }
  async function query<Row>(sql: string): Promise<Row[]> {
    const db = openDatabase(url);
    return db.query<Row>(sql).finally(() => db.close());
  }

  it("does nothing on a database that is up to date", async () => {
    expect(await migrate(url)).toEqual([]);
  });

  it("applies a new migration once although four processes start together", async () => {
    await write("9000_more", "CREATE TABLE more (n int); SELECT pg_sleep(0.1); INSERT INTO more VALUES (1);");
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(url, folder)));
    expect(applied.flat()).toEqual(["9000_more"]);
    expect(await query("SELECT n FROM more")).toEqual([{ n: 1 }]);
  });

  it("keeps its record as Prisma does", async () => {
    const rows = await query<{ checksum: string; applied_steps_count: number }>(
      "SELECT checksum, applied_steps_count FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY migration_name",
    );
    expect(rows[0]).toEqual({ checksum: expect.stringMatching(/^[0-9a-f]{64}$/), applied_steps_count: 1 });
  });

  it("refuses a migration that was edited after it was applied", async () => {
    await write("9000_more", "CREATE TABLE more (n int)");
    await migrate(url, folder);
    await write("9000_more", "CREATE TABLE more (n bigint)");
    await expect(migrate(url, folder)).rejects.toMatchObject({
      code: "bad-migration",
      message: expect.stringContaining("9000_more was edited"),
    });
  });

  it("rolls a failed migration back, names its line, and goes on once it is corrected", async () => {
    await write("9000_more", "CREATE TABLE more (n int);\nCREATE TABEL oops (n int);");
    await expect(migrate(url, folder)).rejects.toMatchObject({
      code: "bad-migration",
      message: expect.stringMatching(/9000_more failed: .*line 2/),
    });
    await write("9000_more", "CREATE TABLE more (n int);");
    expect(await migrate(url, folder)).toEqual(["9000_more"]);
  });

  it("refuses a database that a newer version has used", async () => {
    await write("9000_more", "SELECT 1");
    await migrate(url, folder);
    await expect(migrate(url)).rejects.toMatchObject({ hint: expect.stringContaining("newer version") });
  });

  it("says that the server can't be reached", async () => {
    await expect(migrate("postgresql://nobody@127.0.0.1:9/none")).rejects.toMatchObject({ code: "unavailable" });
  });

  it("says that the server does not know the database", async () => {
    const wrong = new URL(url);
    wrong.pathname = "/no_such_database";
    await expect(migrate(wrong.href)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining('database "no_such_database" does not exist'),
      hint: expect.stringContaining("DATABASE_URL"),
    });
  });

  it("lets nobody change or remove what a person said", async () => {
    await expect(query("DELETE FROM human_answers")).rejects.toThrow(/only ever added/);
    await expect(query("TRUNCATE human_answers")).rejects.toThrow(/only ever added/);
  });
});
