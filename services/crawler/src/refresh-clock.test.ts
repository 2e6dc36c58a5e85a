import { readRecheck } from "@anyone/db/consent-rechecks";
import { readRefresh } from "@anyone/db/pool-refresh";
import { putSetting } from "@anyone/db/settings";
import { taskStore } from "@anyone/db/tasks";
import { POOL_REFRESH } from "@anyone/domain/source/recheck";
import { next } from "@anyone/queues/job";
import { recheckConsent } from "@anyone/queues/jobs/source";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AskedHost, assetIdOf } from "./asked-host.fixture.ts";
import { refreshWhenDue } from "./refresh-clock.ts";

let host: AskedHost;
beforeAll(async () => {
  host = await AskedHost.open();
});
beforeEach(() => host.begin());
afterAll(() => host.close());

const due = () => refreshWhenDue(host.db, taskStore(host.db));

/** The pictures are asked about, as the pool's clock asks, and then lie `days` back, with what asked about them. */
async function refreshed({ daysAgo, lastedHours }: { daysAgo: number; lastedHours: number }): Promise<string> {
  const { now } = await host.recheck();
  if (!now) throw new Error("no recheck");
  await host.db.query(
    `UPDATE consent_rechecks SET started_at = now() - make_interval(days => $1),
       finished_at = now() - make_interval(days => $1) + make_interval(hours => $2)`,
    [daysAgo, lastedHours],
  );
  await host.db.query(
    `UPDATE candidates SET (consent_at, checked_at) =
       (SELECT at, at FROM (SELECT now() - make_interval(days => $1) + make_interval(hours => $2) AS at) AS asked)`,
    [daysAgo, lastedHours - 1],
  );
  return now.id;
}

describe("the pool's clock", () => {
  it("asks each time about every picture that it asked about the last time, however long that went on", async () => {
    await host.fetched("a", "b");
    await refreshed({ daysAgo: 7, lastedHours: 30 });
    const recheckId = String(await due());
    await host.perform(next(recheckConsent, { recheckId }));
    expect(await readRecheck(host.db, recheckId)).toMatchObject({ found: 2, unchanged: 2 });
  });

  it("opens none while nobody's picture was asked about so long ago", async () => {
    await host.fetched("a");
    await refreshed({ daysAgo: 7, lastedHours: 30 });
    await host.db.query("UPDATE candidates SET consent_at = now()");
    expect(await due()).toBeUndefined();
  });

  it("waits for a recheck that goes on, and not for one whose last tasks are dead", async () => {
    await host.fetched("a");
    const id = await refreshed({ daysAgo: 9, lastedHours: 1 });
    await host.db.query("UPDATE consent_rechecks SET finished_at = NULL");
    await host.db.transaction((tx) => taskStore(host.db).add(tx, [next(recheckConsent, { recheckId: id })]));
    expect(await due()).toBeUndefined();
    await host.db.query("UPDATE tasks SET state = 'dead', finished_at = now(), reason = 'a test'");
    expect(await due()).toBeDefined();
    expect(await due()).toBeUndefined();
  });

  it("is told with when it asks next, and with what is out of the pool for which reason", async () => {
    await host.fetched("a", "b", "c");
    await host.kept("a", "b", "c");
    expect(await readRefresh(host.db)).toEqual({ everyDays: 7, nextAt: null, left: [] });
    await refreshed({ daysAgo: 2, lastedHours: 1 });
    for (const [name, reason] of [
      ["a", "opted-out"],
      ["b", "dead-link"],
      ["c", "opted-out"],
    ] as const)
      await host.db.query("UPDATE assets SET left_at = now(), left_because = $2 WHERE id = $1", [
        assetIdOf(name),
        reason,
      ]);
    const { nextAt, left } = await readRefresh(host.db);
    expect(left).toEqual([
      { reason: "opted-out", count: 2 },
      { reason: "dead-link", count: 1 },
    ]);
    const inDays = (Date.parse(String(nextAt)) - Date.now()) / 86_400_000;
    expect(inDays).toBeCloseTo(5, 1);
    await putSetting(host.db, { key: POOL_REFRESH, value: { everyDays: 0 }, by: "a test" });
    expect(await readRefresh(host.db)).toMatchObject({ everyDays: 0, nextAt: null });
  });
});
