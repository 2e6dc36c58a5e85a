import { openTestApi, type TestApi } from "@anyone/api/open-test-api.fixture";
import { drawPerson } from "@anyone/drawn-world/draw-person";
import { openFilter, type TestFilter } from "@anyone/filter/open-filter.fixture";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandEnvironment, runCommand } from "../support/command.ts";

let filter: TestFilter;
let api: TestApi;
beforeAll(async () => {
  filter = await openFilter();
  api = await openTestApi({ databaseUrl: filter.databaseUrl });
  const ids = [];
  for (const seed of [31, 32]) {
    const { jpeg } = await drawPerson(seed, { framing: "headshot" });
    ids.push(await filter.fetched(`person-${seed}`, jpeg));
  }
  await filter.filter(ids);
}, 120_000);
afterAll(async () => {
  await api?.close();
  await filter?.close();
});

const anyone = (...args: string[]) => runCommand(commandEnvironment(api.url, api.keys.operator), "filter", ...args);

async function pool(): Promise<string[]> {
  const answer = await fetch(`${api.url}/v1/assets`, { headers: { authorization: `Bearer ${api.keys.operator}` } });
  return ((await answer.json()) as { items: { candidateId: string }[] }).items.map(({ candidateId }) => candidateId);
}

describe("an operator who moves a threshold", { timeout: 120_000 }, () => {
  it("sees what holds, with its unit, the filter's own and since when", async () => {
    expect(await pool()).toHaveLength(2);
    const { out } = await anyone("thresholds");
    expect(out).toMatch(/^thresholds 5, hash [0-9a-f]{12}, the filter's own$/m);
    expect(out).toMatch(/^face-side +face-size +224 +px +224 +1 +800 +always$/m);
    expect(out).toMatch(/^nsfw +nsfw +off /m);
  });

  it("is refused what does not fit, in one sentence", async () => {
    const { code, out, err } = await anyone("thresholds", "set", "face-size=9000");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toBe("faceSide can't be 9000: it is out of its bounds. From 1 to 800 is allowed, in whole pixels.\n");
  });

  it("tries it before it is done, and then sees the pool follow", async () => {
    const set = await anyone("thresholds", "set", "face-size=800", "--note", "only the nearest");
    expect(set.out).toMatch(/^thresholds 5\+1, hash [0-9a-f]{12}, by test operator, .*: only the nearest$/m);
    expect(set.out).toContain("anyone filter rejudge --dry-run");

    const dry = await anyone("rejudge", "--dry-run");
    expect(dry.out).toContain("2 candidates would be judged again: 0 newly kept, 2 newly dropped.");
    expect(dry.out).toMatch(/^face-size +0 +2$/m);
    expect(dry.out).toMatch(/^photos +0 +2$/m);
    expect(await pool()).toHaveLength(2);

    const done = await anyone("rejudge");
    expect(done.out).toBe("2 candidates were judged again under thresholds 5+1: 0 newly kept, 2 newly dropped.\n");
    expect(await pool()).toEqual([]);
  });

  it("sets it back, and what was withdrawn comes back", async () => {
    expect((await anyone("thresholds", "reset")).out).toMatch(/^thresholds 5, hash [0-9a-f]{12}, by test operator/m);
    expect((await anyone("thresholds", "reset")).out).toContain("All were the filter's own already.");
    const done = await anyone("rejudge", "--json");
    expect(JSON.parse(done.out)).toMatchObject({ newly_kept: 2, newly_dropped: 0, tasks: 3, tasks_done: 3 });
    expect(await pool()).toHaveLength(2);
    const told = await filter.db.query<{ text: string }>("SELECT text FROM events WHERE stage = 'filter' ORDER BY id");
    expect(told.map(({ text }) => text)).toEqual([
      "test operator set thresholds 5+1: faceSide 800",
      "All was judged again under thresholds 5+1: 0 newly kept, 2 newly dropped",
      "test operator set thresholds 5: faceSide 224",
      "All was judged again under thresholds 5: 2 newly kept, 0 newly dropped",
    ]);
  });
});
