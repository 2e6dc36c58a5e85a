import { readRecheck } from "@anyone/db/consent-rechecks";
import { readConsent } from "@anyone/db/evidence";
import { putSetting } from "@anyone/db/settings";
import { taskStore } from "@anyone/db/tasks";
import { CONSENT_PLACES } from "@anyone/domain/source/consent";
import { POOL_REFRESH, RECHECK_CHUNK } from "@anyone/domain/source/recheck";
import { next } from "@anyone/queues/job";
import { recheckConsent } from "@anyone/queues/jobs/source";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AskedHost, GENERATED, idOf } from "./asked-host.fixture.ts";
import { refreshWhenDue } from "./refresh-clock.ts";

let host: AskedHost;
beforeAll(async () => {
  host = await AskedHost.open();
});
beforeEach(() => host.begin());
afterAll(() => host.close());

describe("the evidence of a fetch", () => {
  it("is stored for what is kept and for what is opted out, with its words, place and moment", async () => {
    host.headers["/tagged.jpg"] = { "x-robots-tag": "noai" };
    host.headers["/open.jpg"] = { "tdm-reservation": "0" };
    await host.fetched("open", "tagged", "prohibited", "generated");
    expect(await Promise.all(["open", "tagged", "prohibited", "generated"].map((name) => host.statusOf(name)))).toEqual(
      ["fetched", "opted-out", "opted-out", "fetched"],
    );
    const rows = async (name: string) => (await host.consentOf(name))?.items;
    expect(await rows("open")).toMatchObject([
      {
        signal: "tdm-reservation",
        stance: "allows",
        value: "0",
        place: "headers",
        readFrom: `${host.origin}/open.jpg`,
      },
    ]);
    expect(await rows("tagged")).toMatchObject([{ signal: "x-robots-tag", stance: "reserves", value: "noai" }]);
    expect(await rows("prohibited")).toMatchObject([{ signal: "iptc-data-mining", stance: "reserves", place: "xmp" }]);
    expect(await rows("generated")).toMatchObject([{ stance: "generated", value: GENERATED, place: "xmp" }]);
    expect((await host.consentOf("tagged"))?.reservedBy).toBe("x-robots-tag");
  });

  it("tells a picture of which nothing is said from one about which nobody was asked", async () => {
    host.statuses["/lost.jpg"] = 404;
    await host.fetched("silent", "lost");
    expect(await host.consentOf("silent")).toMatchObject({ asked: CONSENT_PLACES, reservedBy: null, items: [] });
    expect(await host.consentOf("lost")).toMatchObject({ asked: ["robots.txt", "tdmrep.json", "ai.txt"], items: [] });
    await host.db.query("UPDATE candidates SET consent_asked = NULL, consent_at = NULL");
    expect(await host.consentOf("silent")).toMatchObject({ asked: null, askedAt: null, items: [] });
    expect(await readConsent(host.db, "nobody")).toBeUndefined();
  });
});

describe("a recheck", () => {
  it("asks with one HEAD a picture, adds nothing where nothing changed, and ends", async () => {
    host.headers["/b.jpg"] = { "tdm-reservation": "0" };
    await host.fetched("a", "b");
    const { now } = await host.recheck();
    expect(now).toMatchObject({ listed: true, found: 2, unchanged: 2, finishedAt: expect.any(String) });
    expect(host.asked.filter((one) => one.endsWith(".jpg")).sort()).toEqual(["HEAD /a.jpg", "HEAD /b.jpg"]);
    expect((await host.consentOf("b"))?.items).toHaveLength(1);
  });

  it("finds an opt-out that came since and one that was taken back, and keeps their history", async () => {
    await host.fetched("a");
    host.headers["/a.jpg"] = { "x-robots-tag": "noai" };
    expect((await host.recheck()).now).toMatchObject({ optedOut: 1 });
    expect(await host.consentOf("a")).toMatchObject({ reservedBy: "x-robots-tag" });
    const events = await host.db.query<{ text: string }>("SELECT text FROM events WHERE kind = 'opted-out'");
    expect(events[0]?.text).toMatch(/^1 picture that was fetched is kept out of training by now/);

    host.headers = {};
    expect((await host.recheck()).now).toMatchObject({ optedOut: 0, unchanged: 1 });
    expect(await host.consentOf("a")).toMatchObject({
      reservedBy: null,
      items: [
        { value: null, stands: true },
        { value: "noai", stands: false },
      ],
    });
    expect(await host.statusOf("a")).toBe("fetched");
  });

  it("asks only about evidence that is old enough, of no more pictures than it is told, and not about those that are opted out", async () => {
    await host.fetched("a", "b", "c", "prohibited");
    expect((await host.recheck({ olderThanDays: 1 })).now).toMatchObject({ found: 0, finishedAt: expect.any(String) });
    expect((await host.recheck({ most: 2 })).now).toMatchObject({ found: 2, unchanged: 2 });
    expect((await host.recheck()).now).toMatchObject({ found: 3 });
  });

  it("does not let a host that gives no answer stand before the others for ever", async () => {
    await host.fetched("a", "b", "c");
    await host.db.query("UPDATE candidates SET consent_at = consent_at - interval '9 days' WHERE id = $1", [idOf("b")]);
    host.statuses = { "/b.jpg": 500 };
    expect((await host.recheck({ most: 1 })).now).toMatchObject({ found: 1, unanswered: 1 });
    expect((await host.recheck({ most: 2 })).now).toMatchObject({ found: 2, unchanged: 2 });
    host.statuses = {};
    expect((await host.recheck({ olderThanDays: 1 })).now).toMatchObject({ found: 1, unchanged: 1 });
    expect((await host.recheck({ olderThanDays: 1 })).now).toMatchObject({ found: 0 });
  });

  it("counts what is gone and what does not answer, and leaves the evidence of both as it was", async () => {
    for (const name of ["gone", "away"]) host.headers[`/${name}.jpg`] = { "tdm-reservation": "0" };
    await host.fetched("gone", "away");
    host.statuses = { "/gone.jpg": 404, "/away.jpg": 500 };
    const { now, tasks } = await host.recheck();
    expect(now).toMatchObject({ found: 2, gone: 1, unanswered: 1, finishedAt: expect.any(String) });
    expect(tasks.map(({ payload }) => (payload as { attempt?: number }).attempt)).toEqual([undefined, 1, 2, 3]);
    expect(await host.link("gone")).toMatchObject({ found: "gone", missing: true });
    expect(await host.link("away")).toMatchObject({ found: null, missing: false });
    for (const name of ["gone", "away"])
      expect((await host.consentOf(name))?.items).toMatchObject([{ value: "0", stands: true }]);
  });

  it("notes what each host said and when, and calls a link dead on the second day without the picture", async () => {
    await host.fetched("stays", "goes");
    expect(await host.link("stays")).toMatchObject({ found: null, missing: false, dead: false, replaced: false });
    host.statuses = { "/goes.jpg": 410 };
    await host.recheck();
    await host.recheck();
    expect(await host.link("stays")).toEqual({
      found: "unchanged",
      just: true,
      missing: false,
      dead: false,
      replaced: false,
    });
    expect(await host.link("goes")).toEqual({ found: "gone", just: true, missing: true, dead: false, replaced: false });

    await host.db.query("UPDATE candidates SET missing_since = missing_since - 1");
    await host.recheck();
    expect(await host.link("goes")).toMatchObject({ found: "gone", dead: true });
    expect(await host.statusOf("goes")).toBe("fetched");
    host.statuses = {};
    await host.recheck();
    expect(await host.link("goes")).toEqual({
      found: "unchanged",
      just: true,
      missing: false,
      dead: false,
      replaced: false,
    });
  });

  it("finds another picture in the place of ours once, and ours again when it is back", async () => {
    await host.fetched("a");
    host.pictures = { "/a.jpg": "/other.jpg" };
    expect((await host.recheck()).now).toMatchObject({ changed: 1 });
    expect(await host.link("a")).toMatchObject({ found: "changed", replaced: true });
    expect((await host.recheck()).now).toMatchObject({ unchanged: 1 });
    expect(host.asked.filter((one) => one.endsWith("/a.jpg"))).toEqual(["HEAD /a.jpg"]);
    expect(await host.link("a")).toMatchObject({ found: "unchanged", replaced: true });
    host.pictures = {};
    expect((await host.recheck()).now).toMatchObject({ unchanged: 1 });
    expect(await host.link("a")).toMatchObject({ found: "unchanged", replaced: false });
    expect((await host.recheck()).now).toMatchObject({ unchanged: 1 });
    expect(host.asked.filter((one) => one.endsWith("/a.jpg"))).toEqual(["HEAD /a.jpg"]);
  });

  it("goes through more pictures than one task takes", async () => {
    const count = RECHECK_CHUNK * 2 + 1;
    await host.fetched(...Array.from({ length: count }, (_, i) => `p${i}`));
    const { now, tasks } = await host.recheck();
    expect(now).toMatchObject({ found: count, unchanged: count });
    expect(tasks).toHaveLength(1 + 3);
  });
});

describe("the pool", () => {
  const tasks = () => taskStore(host.db);
  const ages = (days: number) =>
    host.db.query(
      "UPDATE candidates SET fetched_at = fetched_at - make_interval(days => $1), consent_at = consent_at - make_interval(days => $1)",
      [days],
    );

  it("is refreshed every week by itself: once, whoever looks, and not while the last time goes on", async () => {
    await host.fetched("a", "b");
    expect(await refreshWhenDue(host.db, tasks())).toBeUndefined();
    await ages(8);
    const opened = await Promise.all([1, 2, 3].map(() => refreshWhenDue(host.db, tasks())));
    const [recheckId, ...others] = opened.filter((id) => id !== undefined);
    expect(others).toEqual([]);
    expect(await host.db.query("SELECT name FROM tasks")).toEqual([{ name: "source.recheck-consent" }]);

    await host.db.query("UPDATE consent_rechecks SET started_at = started_at - interval '8 days'");
    expect(await refreshWhenDue(host.db, tasks())).toBeUndefined();
    await host.perform(next(recheckConsent, { recheckId: String(recheckId) }));
    expect(await readRecheck(host.db, String(recheckId))).toMatchObject({
      found: 2,
      unchanged: 2,
      why: "every 7 days",
    });
    expect(await refreshWhenDue(host.db, tasks())).toBeDefined();
  });

  it("is refreshed as often as the operator says, or never", async () => {
    await host.fetched("a");
    await ages(40);
    await putSetting(host.db, { key: POOL_REFRESH, value: { everyDays: 0 }, by: "a test" });
    expect(await refreshWhenDue(host.db, tasks())).toBeUndefined();
    await putSetting(host.db, { key: POOL_REFRESH, value: { everyDays: 60 }, by: "a test" });
    expect(await refreshWhenDue(host.db, tasks())).toBeUndefined();
    await putSetting(host.db, { key: POOL_REFRESH, value: { everyDays: 30 }, by: "a test" });
    expect(await refreshWhenDue(host.db, tasks())).toBeDefined();
  });
});
