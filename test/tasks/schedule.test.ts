import { whyNoClock } from "@anyone/queues/clock";
import { type Schedule, startScheduler } from "@anyone/queues/schedule";
import { wipeQueues } from "@anyone/queues/wipe";
import { afterEach, describe, expect, it } from "vitest";
import { redisUrl } from "../support/servers.ts";
import { quiet, until } from "./word-database.fixture.ts";

describe("the scheduler", () => {
  let stop: () => Promise<void> = async () => {};
  afterEach(() => stop());

  async function start(schedules: () => Promise<Schedule[]>) {
    const fired: { id: string; dueAt: Date }[] = [];
    const url = await redisUrl();
    const scheduler = startScheduler({
      owner: "test",
      redisUrl: url,
      log: quiet,
      schedules,
      fire: async (id, dueAt) => void fired.push({ id, dueAt }),
    });
    stop = () => scheduler.stop();
    return { fired, url };
  }
  const everySecond = (id: string): Schedule => ({ id, cron: "* * * * * *", zone: "UTC" });

  it("fires a schedule at its moment, and once per moment", async () => {
    const { fired } = await start(async () => [everySecond("retrain")]);
    await until("three times", () => fired.length >= 3);
    const moments = fired.map(({ dueAt }) => dueAt.getTime());
    expect(new Set(moments).size).toBe(moments.length);
    expect(moments.every((moment) => moment % 1000 === 0)).toBe(true);
    expect(fired[0]?.id).toBe("retrain");
  });

  it("stops firing what is no longer scheduled, and takes up what is new", async () => {
    let schedules = [everySecond("old")];
    const { fired } = await start(async () => schedules);
    await until("the old one", () => fired.length >= 1);
    schedules = [everySecond("new")];
    await until("the new one", () => fired.some(({ id }) => id === "new"));
    const oldOnes = fired.filter(({ id }) => id === "old").length;
    const newOnes = fired.filter(({ id }) => id === "new").length;
    await until("two more", () => fired.filter(({ id }) => id === "new").length >= newOnes + 2);
    expect(fired.filter(({ id }) => id === "old").length).toBeLessThanOrEqual(oldOnes + 1);
  });

  it.each([
    ["a b c d e", "UTC", /"a b c d e" is no cron expression/],
    ["99 99 99 99 99", "UTC", /no cron expression .*expected range 0-59/],
    ["0 3 31 2 *", "UTC", /no cron expression/],
    ["0 3 * * 1", "Mars/Olympus", /"Mars\/Olympus" is no time zone/],
  ])("leaves out the clock %s in %s, and fires the others", async (cron, zone, why) => {
    expect(whyNoClock(cron, zone)).toMatch(why);
    const { fired } = await start(async () => [{ id: "broken", cron, zone }, everySecond("retrain")]);
    await until("the other", () => fired.length >= 1);
    expect(fired.map(({ id }) => id)).not.toContain("broken");
  });

  it("goes on after the queue was wiped", async () => {
    const { fired, url } = await start(async () => [everySecond("retrain")]);
    await until("once", () => fired.length >= 1);
    await wipeQueues(url);
    const before = fired.length;
    await until("again", () => fired.length >= before + 2);
  });
});
