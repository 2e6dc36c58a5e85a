import { SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenDatabase, openDatabase } from "./client.ts";
import { recordGrant, revokeGrant } from "./grants.ts";
import { readPoolLevel } from "./pool-triggers.ts";
import { sourceRepository } from "./sources.ts";

let db: OpenDatabase;
beforeAll(async () => {
  db = openDatabase(await createDatabase());
  for (const kind of ["flickr", "pixabay"]) {
    await sourceRepository(db).save({ id: SourceId.parse(kind), settings: SourceSettings.parse({ kind }) });
  }
});
afterAll(() => db.close());

const ready = () => db.transaction(async (tx) => (await readPoolLevel(tx)).ready);

describe("the sources that the pool's watch may start", () => {
  it("are those whose terms or grants allow a crawl, so that one that may not be crawled holds up no other", async () => {
    expect(await ready()).toEqual(["flickr"]);
    const grant = { sourceId: SourceId.parse("pixabay"), grantedBy: "Pixabay", until: null, document: "letter.pdf" };
    const { id } = await recordGrant(db, { ...grant, uses: ["collect", "train"] }, "ada");
    expect(await ready()).toEqual(["flickr", "pixabay"]);
    await revokeGrant(db, id, "ada");
    expect(await ready()).toEqual(["flickr"]);
  });
});
