import { readRecheck } from "@anyone/db/consent-rechecks";
import { taskStore } from "@anyone/db/tasks";
import { next } from "@anyone/queues/job";
import { recheckConsent } from "@anyone/queues/jobs/source";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AskedHost } from "./asked-host.fixture.ts";
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
});
