import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenDatabase, openDatabase } from "./client.ts";

describe("the database", () => {
  let db: OpenDatabase;
  beforeAll(async () => {
    db = openDatabase(await createDatabase(), { max: 3 });
    await db.query("CREATE TABLE notes (text text PRIMARY KEY)");
  });
  afterAll(() => db.close());
  const texts = async () =>
    (await db.query<{ text: string }>("SELECT text FROM notes ORDER BY text")).map(({ text }) => text);

  it("commits what a transaction wrote, and nothing of one that threw", async () => {
    await db.transaction((tx) => tx.query("INSERT INTO notes VALUES ($1)", ["kept"]));
    const failing = db.transaction(async (tx) => {
      await tx.query("INSERT INTO notes VALUES ($1)", ["gone"]);
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await texts()).toEqual(["kept"]);
  });

  it("gives connections back, also after errors", async () => {
    for (let n = 0; n < 10; n++) await db.transaction((tx) => tx.query("SELECT 1/0")).catch(() => {});
    expect(await db.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("answers ordinary queries through the same server", async () => {
    expect(await db.prisma.task.count()).toBe(0);
  });

  it("calls a cut connection unavailable, and is there again for the next query", async () => {
    const cut = db.transaction((tx) => tx.query("SELECT pg_terminate_backend(pg_backend_pid())"));
    await expect(cut).rejects.toMatchObject({ code: "unavailable", status: 503 });
    expect(await texts()).toEqual(["kept"]);
  });

  it("ends a transaction that waits for anything but SQL", { timeout: 30_000 }, async () => {
    const idle = db.transaction(async (tx) => {
      await tx.query("SET LOCAL idle_in_transaction_session_timeout = 100");
      await new Promise((resolve) => setTimeout(resolve, 500));
      await tx.query("INSERT INTO notes VALUES ('late')");
    });
    await expect(idle).rejects.toMatchObject({ code: "unavailable" });
    expect(await texts()).toEqual(["kept"]);
  });

  it.each([
    ["53100", "has a full disk", "Free some space"],
    ["53300", "takes no more connections", "max_connections"],
  ])("says what the server runs short of (SQLSTATE %s)", async (code, why, wayOut) => {
    const short = db.query(`DO $$ BEGIN RAISE EXCEPTION 'short' USING ERRCODE = '${code}'; END $$`);
    await expect(short).rejects.toMatchObject({
      code: "unavailable",
      message: `PostgreSQL ${why}: short.`,
      hint: expect.stringContaining(wayOut),
    });
  });

  it("says that nobody answers", async () => {
    const nowhere = openDatabase("postgresql://nobody@127.0.0.1:9/none");
    await expect(nowhere.query("SELECT 1")).rejects.toMatchObject({
      code: "unavailable",
      hint: expect.stringContaining("DATABASE_URL"),
    });
    await nowhere.close();
  });
});
