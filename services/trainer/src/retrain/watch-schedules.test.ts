import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrainer, type TestTrainer } from "../trainer.fixture.ts";
import { watchSchedules } from "./watch-schedules.ts";

let trainer: TestTrainer;
beforeEach(async () => {
  trainer = await openTrainer();
  await trainer.context.schedules.ensureDefaults();
  await put({ id: "pool-growth", kind: "growth", growth: 3, enabled: true });
});
afterEach(() => trainer.close());

const { signal } = new AbortController();
const clock = { taskId: "t", attempt: 1, signal, heartbeat: async () => {}, traceparent: null };

function put(schedule: Parameters<TestTrainer["context"]["schedules"]["put"]>[1]): Promise<void> {
  return trainer.db.transaction((tx) => trainer.context.schedules.put(tx, schedule));
}

/** Looks once, commits what was found, and says which iteration opens by what. */
async function look(scheduleId?: string): Promise<string> {
  const outcome = await watchSchedules({ scheduleId }, { ...trainer.context, ...clock });
  if (outcome.outcome !== "done") return "reason" in outcome ? outcome.reason : "";
  await trainer.db.transaction((tx) => outcome.write?.(tx) ?? Promise.resolve());
  return outcome.next.map(({ id, payload }) => `${id} by ${String(payload.trigger).split(":")[0]}`).join();
}

const grow = (from: number, count: number) =>
  trainer.fill(Array.from({ length: count }, (_, n) => ({ seed: from + n })));

async function iterate(number: number, state: string): Promise<void> {
  await trainer.db.query(
    `INSERT INTO iterations (number, protocol_id, trigger, policy, asked, settled, state) VALUES ($1, 'p', 'test', '{}', '{}', '{}', $2)
     ON CONFLICT (number) DO UPDATE SET state = excluded.state`,
    [number, state],
  );
}

describe("the growth of the pool", () => {
  it("opens the next iteration once it is large enough", async () => {
    await grow(0, 2);
    expect(await look()).toBe("nothing-due");
    await grow(2, 1);
    expect(await look()).toBe("review.open-iteration:1 by pool-growth");
    expect(await trainer.events("schedule-fired")).toEqual([expect.stringContaining("3 new assets, the trigger is 3")]);
  });

  it("opens nothing while an iteration is open", async () => {
    await grow(0, 3);
    await iterate(1, "labelling");
    expect(await look()).toBe("iteration-open");
  });

  it("does not fire again for the same assets when its iteration ended without a version", async () => {
    await grow(0, 3);
    await look();
    await iterate(1, "closed");
    expect(await look()).toBe("nothing-due");
    await grow(3, 3);
    expect(await look()).toBe("review.open-iteration:2 by pool-growth");
  });

  it("counts from the newest version", async () => {
    await grow(0, 3);
    await trainer.openVersion();
    expect(await look()).toBe("nothing-due");
  });
});

describe("a clock", () => {
  beforeEach(() => put({ id: "nightly", kind: "cron", cron: "0 3 * * *", zone: "UTC", enabled: true }));

  it("opens the next iteration at its moment, whatever the pool", async () => {
    await grow(0, 3);
    expect(await look("nightly")).toBe("review.open-iteration:1 by nightly");
    const rows = await trainer.context.schedules.list();
    expect(rows.map(({ id, fires }) => [id, fires])).toEqual([
      ["nightly", 1],
      ["pool-growth", 0],
      ["weekly", 0],
    ]);
  });

  it("does nothing when it was switched off between its moment and the look, or is unknown", async () => {
    await put({ id: "nightly", kind: "cron", cron: "0 3 * * *", zone: "UTC", enabled: false });
    expect(await look("nightly")).toBe("nothing-due");
    expect(await look("gone")).toBe("nothing-due");
  });
});

describe("rows written by hand that are no schedules", () => {
  it("are left out with the reason, and the others go on", async () => {
    await trainer.db.query(`INSERT INTO schedules (id, kind, cron, growth) VALUES
      ('broken', 'cron', 'now and then', NULL), ('endless', 'growth', NULL, NULL), ('odd', 'moon', NULL, NULL)`);
    const told: string[] = [];
    const left = await trainer.context.schedules.list((id, why) => told.push(`${id}: ${why}`));
    expect(left.map(({ id }) => id)).toEqual(["pool-growth", "weekly"]);
    expect(told).toEqual([
      expect.stringMatching(/^broken: cron: five fields/),
      expect.stringMatching(/^endless: growth: /),
      expect.stringMatching(/^odd: kind: /),
    ]);
    expect(await look("broken")).toBe("nothing-due");
    expect(await look()).toBe("nothing-due");
    await grow(0, 3);
    expect(await look()).toMatch(/^review.open-iteration:1 by pool-growth/);
  });
});

describe("the default schedules", () => {
  it("are written once by services that start together, and never over an operator's edit", async () => {
    const { schedules } = trainer.context;
    await trainer.db.query("DELETE FROM schedules WHERE id = 'weekly'");
    await Promise.all([schedules.ensureDefaults(), schedules.ensureDefaults(), schedules.ensureDefaults()]);
    expect(await schedules.list()).toMatchObject([{ id: "pool-growth", growth: 3 }, { id: "weekly" }]);
  });
});
