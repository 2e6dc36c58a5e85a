import { lockPool } from "@anyone/db/assets";
import { readAsset } from "@anyone/db/browse/filter";
import { recordGrant, revokeGrant } from "@anyone/db/grants";
import { permittedOtherwise } from "@anyone/db/leaving";
import { returnAssets, withdrawAssets } from "@anyone/db/withdraw-assets";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { SOURCE_USES } from "@anyone/domain/source/terms";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AskedHost, assetIdOf, idOf, sourceId } from "./asked-host.fixture.ts";
import { settleByGrants } from "./grants-clock.ts";

let host: AskedHost;
beforeAll(async () => {
  host = await AskedHost.open();
});
beforeEach(() => begin());
afterAll(() => host.close());

/** Two pictures of the host are in the pool. */
async function begin(kind?: "flickr"): Promise<void> {
  await host.begin(kind);
  await host.fetched("a", "b");
  await host.kept("a", "b");
}

/** The names of the pictures in the pool. */
const inPool = async () =>
  (await host.db.query<{ id: string }>("SELECT id FROM pool ORDER BY id")).map(({ id }) => id[0]);

describe("what a recheck finds", () => {
  it("takes a picture that was opted out since out of the pool and from before people, and brings it back once that is taken back", async () => {
    await host.db.query(
      `INSERT INTO review_tasks (id, iteration, asset_id, purpose, categories, blind)
       VALUES ('page', 1, $1, 'sample', '{1}', false), ('vote', 1, $1, 'evaluation', '{1}', true)`,
      [assetIdOf("a")],
    );
    host.headers["/a.jpg"] = { "x-robots-tag": "noai" };
    expect((await host.recheck()).now).toMatchObject({ departed: 1, returned: 0 });
    expect(await inPool()).toEqual(["b"]);
    expect(await readAsset(host.db, assetIdOf("a"))).toMatchObject({ leftBecause: "opted-out", withdrawnReason: null });
    expect(await host.db.query("SELECT id, state FROM review_tasks ORDER BY id")).toEqual([
      { id: "page", state: "skipped" },
      { id: "vote", state: "open" },
    ]);
    expect((await host.recheck()).now).toMatchObject({ departed: 0, returned: 0 });

    host.headers = {};
    expect((await host.recheck()).now).toMatchObject({ departed: 0, returned: 1 });
    expect(await inPool()).toEqual(["a", "b"]);
    const texts = await host.db.query<{ text: string }>("SELECT text FROM events WHERE kind = 'left-pool' ORDER BY id");
    expect(texts.map(({ text }) => text)).toEqual([
      "Of the pictures looked at again, 1 left the pool (1 opted-out).",
      "Of the pictures looked at again, 1 came back to the pool.",
    ]);
    const asked = await host.db.query("SELECT payload -> 'assetIds' AS ids FROM tasks WHERE name = 'annotate.assets'");
    expect(asked).toEqual([{ ids: [assetIdOf("a")] }]);
  });

  it("leaves to the filter what the filter withdrew, and the other way round", async () => {
    host.headers["/a.jpg"] = { "x-robots-tag": "noai" };
    await host.db.transaction((tx) => withdrawAssets(tx, [{ assetId: assetIdOf("a"), reason: "small-face" }]));
    await host.recheck();
    await host.db.transaction((tx) => returnAssets(tx, [assetIdOf("a")], primeHuman.identity));
    expect(await inPool()).toEqual(["b"]);
    await host.db.transaction((tx) => withdrawAssets(tx, [{ assetId: assetIdOf("a"), reason: "small-face" }]));
    host.headers = {};
    expect((await host.recheck()).now).toMatchObject({ returned: 1 });
    expect(await inPool()).toEqual(["b"]);
    expect(await host.db.query("SELECT FROM tasks WHERE name = 'annotate.assets'")).toEqual([]);
    expect(await host.db.transaction((tx) => returnAssets(tx, [assetIdOf("a")], primeHuman.identity))).toEqual([
      assetIdOf("a"),
    ]);
    expect(await inPool()).toEqual(["a", "b"]);
  });

  it("takes what may only be shown from its host out with its dead link, and leaves other stored pictures", async () => {
    host.statuses = { "/a.jpg": 404 };
    await host.recheck();
    await host.db.query("UPDATE candidates SET missing_since = missing_since - 1 WHERE missing_since IS NOT NULL");
    await host.recheck();
    expect(await host.link("a")).toMatchObject({ dead: true });
    expect(await inPool()).toEqual(["a", "b"]);

    await host.db.query("UPDATE sources SET connector = 'unsplash'");
    const all = { uses: [...SOURCE_USES], until: null, document: "letter.pdf" };
    const { id } = await recordGrant(host.db, { sourceId, grantedBy: "Unsplash", ...all }, "a test");
    expect((await host.recheck()).now).toMatchObject({ departed: 1 });
    expect(await readAsset(host.db, assetIdOf("a"))).toMatchObject({ leftBecause: "dead-link" });
    expect(await inPool()).toEqual(["b"]);

    await revokeGrant(host.db, id, "a test");
    expect((await host.recheck()).now).toMatchObject({ departed: 1 });
    expect(await readAsset(host.db, assetIdOf("b"))).toMatchObject({ leftBecause: "not-permitted" });
    expect(await inPool()).toEqual([]);
  });

  it("takes out what is under another licence by now, with the new one noted, and brings it back under an open one", async () => {
    const rightsOf = async (name: string) =>
      (await host.db.query("SELECT licence, credit FROM candidates WHERE id = $1", [idOf(name)]))[0];
    await begin("flickr");
    host.licences = { a: 4, b: 4 };
    expect((await host.recheck()).now).toMatchObject({ departed: 0 });
    expect(await rightsOf("a")).toEqual({ licence: "CC BY 2.0", credit: "a by ada on Flickr, CC BY 2.0" });

    host.licences = { a: 0, b: 4 };
    expect((await host.recheck()).now).toMatchObject({ departed: 1 });
    expect(await inPool()).toEqual(["b"]);
    expect(await readAsset(host.db, assetIdOf("a"))).toMatchObject({ leftBecause: "not-permitted" });
    expect(await rightsOf("a")).toMatchObject({ licence: "All rights reserved" });

    // One that Flickr no longer shows, and one of which it tells nothing: what they were given under before stands.
    host.licences = {};
    expect((await host.recheck()).now).toMatchObject({ departed: 0, returned: 0 });
    expect(await rightsOf("b")).toMatchObject({ licence: "CC BY 2.0" });
    host.licences = { a: 9 };
    expect((await host.recheck()).now).toMatchObject({ returned: 1 });
    expect(await inPool()).toEqual(["a", "b"]);
  });

  it("is settled after a judging again that holds the pool, by what that one left", async () => {
    host.headers["/a.jpg"] = { "x-robots-tag": "noai" };
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const judging = host.db.transaction(async (tx) => {
      await lockPool(tx);
      await withdrawAssets(tx, [{ assetId: assetIdOf("a"), reason: "small-face" }]);
      await held;
      await tx.query("UPDATE candidates SET status = 'dropped', reason = 'small-face' WHERE id = $1", [idOf("a")]);
    });
    const asking = host.recheck();
    await expect
      .poll(() => host.db.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
      .toHaveLength(1);
    letGo();
    await judging;
    expect((await asking).now).toMatchObject({ departed: 1, finishedAt: expect.any(String) });
    expect(await readAsset(host.db, assetIdOf("a"))).toMatchObject({
      leftBecause: "opted-out",
      withdrawnReason: "small-face",
    });
    expect(await host.statusOf("a")).toBe("small-face");
  });
});

describe("the grants", () => {
  const settle = () => settleByGrants(host.db, host.stage.context.protocols);
  const leftBecause = async (name: string) => (await readAsset(host.db, assetIdOf(name)))?.leftBecause;

  it("take a source's pictures out of the pool once they end, and bring back those that nothing else keeps out", async () => {
    await host.db.query("UPDATE sources SET connector = 'unsplash'");
    const all = { uses: [...SOURCE_USES], until: null, document: "letter.pdf" };
    const { id } = await recordGrant(host.db, { sourceId, grantedBy: "Unsplash", ...all }, "a test");
    await settle();
    expect(await inPool()).toEqual(["a", "b"]);

    await revokeGrant(host.db, id, "a test");
    await Promise.all([settle(), settle(), settle()]);
    expect(await inPool()).toEqual([]);
    expect(await host.db.query("SELECT data FROM events WHERE kind = 'left-pool'")).toEqual([
      { data: { "not-permitted": 2, returned: 0 } },
    ]);

    host.headers["/a.jpg"] = { "x-robots-tag": "noai" };
    await host.recheck();
    expect(await leftBecause("a")).toBe("opted-out");
    await recordGrant(host.db, { sourceId, grantedBy: "Unsplash", ...all }, "a test");
    await settle();
    expect(await inPool()).toEqual(["b"]);
    expect(await leftBecause("a")).toBe("opted-out");
  });

  it("leave alone what the licence of a picture says", async () => {
    await begin("flickr");
    await host.db.query(
      "UPDATE candidates SET licence = CASE WHEN id = $1 THEN 'CC BY 2.0' ELSE 'All Rights Reserved' END",
      [idOf("a")],
    );
    await host.recheck();
    expect([await leftBecause("a"), await leftBecause("b")]).toEqual([null, "not-permitted"]);
    // Nobody looks at it every minute again.
    expect(await permittedOtherwise(host.db, "", 9)).toEqual([]);
    await settle();
    expect(await inPool()).toEqual(["a"]);
  });
});
