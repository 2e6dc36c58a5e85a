import { thresholdsApi } from "@anyone/contracts/thresholds";
import { gates } from "@anyone/domain/filter/gate";
import { measured } from "@anyone/domain/filter/judged.fixture";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestApi, type TestApi } from "./open-test-api.fixture.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api?.close());

const read = () => api.as("operator").call(thresholdsApi.getThresholds);
const put = (thresholds: Record<string, number | null>, note?: string) =>
  api.as("operator").call(thresholdsApi.putThresholds, { body: { thresholds, ...(note && { note }) } });
const one = async (name: string) => (await read()).thresholds.find((threshold) => threshold.name === name);

describe("the thresholds", () => {
  it("are the filter's own until somebody sets one", async () => {
    expect(await read()).toMatchObject({ version: gates.version, made_at: null, made_by: null });
    expect(await one("faceSide")).toEqual({
      ...{ gate: "face-size", name: "faceSide", unit: "px" },
      ...{ value: gates.faceSide, default: gates.faceSide, low: 1, high: 800, since: null },
    });
  });

  it("are set one by one, each change a version with its author, reason and moment", async () => {
    const own = await read();
    const set = await put({ faceSide: 200 }, "faces of the street are small");
    expect(set).toMatchObject({ version: `${gates.version}+1`, made_by: "test operator" });
    expect(set.note).toBe("faces of the street are small");
    expect(set.hash).not.toBe(own.hash);
    expect(await one("faceSide")).toMatchObject({ value: 200, default: gates.faceSide, since: set.made_at });

    const off = await put({ brisque: null });
    expect(off.version).toBe(`${gates.version}+2`);
    expect(await one("brisque")).toMatchObject({ value: null, since: off.made_at });
    expect(await one("faceSide")).toMatchObject({ value: 200, since: set.made_at });
  });

  it("make no version where nothing changes, and are the filter's own again once all are set back", async () => {
    const before = await read();
    expect(await put({ faceSide: 200 })).toEqual(before);
    const back = await put({ faceSide: gates.faceSide, brisque: gates.brisque });
    expect(back.version).toBe(gates.version);
    expect((await put({ faceSide: 200, brisque: null })).hash).toBe(before.hash);
  });

  it("stay as they were written", async () => {
    await expect(api.db.query("UPDATE threshold_versions SET hash = ''")).rejects.toThrow(/only ever added/);
    await expect(api.db.query("DELETE FROM threshold_versions")).rejects.toThrow(/only ever added/);
  });

  it("lose nothing that two people set at once, where each names what she changes", async () => {
    await Promise.all([put({ quality: 2 }), put({ aesthetic: 4 }), put({ nsfw: 0.5 })]);
    const { thresholds } = await read();
    const of = (name: string) => thresholds.find((one) => one.name === name)?.value;
    expect([of("quality"), of("aesthetic"), of("nsfw")]).toEqual([2, 4, 0.5]);
    await put({ quality: gates.quality, aesthetic: gates.aesthetic, nsfw: gates.nsfw });
  });

  it("are set by one of two who both saw the same version and say so", async () => {
    const { version } = await read();
    const set = (faceSide: number) =>
      api.as("operator").call(thresholdsApi.putThresholds, { body: { thresholds: { faceSide }, version } });
    const asked = await Promise.allSettled([set(301), set(302)]);
    expect(asked.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(asked.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "conflict", message: expect.stringMatching(/were set since, by test operator: 5\+\d+ stand/) },
    });
    await put({ faceSide: 200 });
  });

  it.each([
    ["a threshold of its own kind", '{"thresholds": {"__proto__": 1, "faceSide": 100}}'],
    ["a number beyond all bounds", '{"thresholds": {"brisque": 1e999}}'],
    ["NaN", '{"thresholds": {"brisque": NaN}}'],
    ["a text", '{"thresholds": {"brisque": "9"}}'],
    ["a list", '{"thresholds": [1]}'],
    ["a part of a pixel", '{"thresholds": {"faceSide": 100.5}}'],
    ["sides that contradict each other", '{"thresholds": {"shortSide": 2000, "longSide": 900}}'],
    ["a side that contradicts the one that stands", '{"thresholds": {"shortSide": 2560}}'],
    ["a side switched off", '{"thresholds": {"longSide": null}}'],
    ["a name of the language", '{"thresholds": {"constructor": 1}}'],
    ["what has no place", '{"thresholds": {"faceSide": 100}, "by": "eve"}'],
    ["a version that is none", '{"thresholds": {"faceSide": 100}, "version": 5}'],
    ["a note as long as a book", JSON.stringify({ thresholds: { faceSide: 100 }, note: "x".repeat(501) })],
    ["nothing", ""],
  ])("are not touched by %s", async (_, body) => {
    const before = await read();
    const answer = await fetch(`${api.url}${thresholdsApi.putThresholds.path}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${api.keys.operator}`, "content-type": "application/json" },
      body,
    });
    expect(answer.status).toBe(400);
    expect(await read()).toEqual(before);
  });

  it.each([
    [{}, /No threshold is named/],
    [{ face: 1 }, /no threshold "face"/],
    [{ faceSide: 9000 }, /faceSide can't be 9000/],
  ])("refuse %j by name", async (thresholds, says) => {
    await expect(put(thresholds)).rejects.toMatchObject({
      problem: { status: 400 },
      message: expect.stringMatching(says),
    });
  });
});

describe("judging again", () => {
  const plan = () => api.as("operator").call(thresholdsApi.planRejudge);
  const progress = () => api.as("operator").call(thresholdsApi.getRejudge);
  const begin = () => api.as("operator").call(thresholdsApi.rejudge, { body: {} });
  const small = measured({ faces: [{ score: 0.9, box: [0, 0, 210, 210] }] });

  beforeAll(async () => {
    await put({ faceSide: gates.faceSide, brisque: gates.brisque });
    await api.db.query("INSERT INTO sources (id, connector, settings) VALUES ('street', 'folder', '{}')");
    await api.db.query(
      "INSERT INTO crawls (id, source_id, trigger, why, target) VALUES ('crawl', 'street', 'manual', 'test', 9)",
    );
    await candidate("clean", "kept", null, {});
    await candidate("small", "dropped", "small-face", small, "original/small");
    await candidate("header", "dropped", "too-small", { width: 500, height: 900, models: [] });
    const { models, ...measures } = measured();
    await api.db.query(
      `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash,
         group_id, brisque, measures, models)
       VALUES ('a', 'clean', 'street', 900, 1400, 'o', 'i', 't', 'p', 0, 'a', 20, $1, $2)`,
      [JSON.stringify(measures), JSON.stringify(models)],
    );
  });

  async function candidate(id: string, status: string, reason: string | null, verdict: object, key?: string) {
    await api.db.query(
      `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, status, reason, verdict, object_key)
       VALUES ($1, 'street', 'crawl', $1, $1, $2, $3, $4, $5)`,
      [id, status, reason, JSON.stringify({ gates: gates.version, ...verdict }), key ?? null],
    );
  }

  it("is nothing that ever happened, at first", async () => {
    await expect(progress()).rejects.toMatchObject({ code: "not-found" });
  });

  it("tells beforehand what would change, by gate and source, and changes nothing", async () => {
    expect(await plan()).toMatchObject({ judged: 3, newly_kept: 0, newly_dropped: 0, by_gate: [] });
    await put({ faceSide: 200, brisque: 10, shortSide: 400, longSide: 800 });
    const before = await api.db.query("SELECT * FROM candidates ORDER BY id");
    expect(await plan()).toEqual({
      ...{ judged: 3, newly_kept: 0, newly_dropped: 1, to_measure: 0, to_fetch: 1, unmeasured: 0 },
      by_gate: [{ gate: "quality", newly_kept: 0, newly_dropped: 1 }],
      by_source: [{ source: "street", newly_kept: 0, newly_dropped: 1 }],
    });
    await put({ brisque: null });
    expect(await plan()).toMatchObject({
      ...{ newly_kept: 1, newly_dropped: 0, to_fetch: 1 },
      by_gate: [{ gate: "face-size", newly_kept: 1, newly_dropped: 0 }],
    });
    expect(await api.db.query("SELECT * FROM candidates ORDER BY id")).toEqual(before);
    expect(await api.db.query("SELECT FROM tasks")).toEqual([]);
  });

  it("writes its tasks otherwise, and tells how far it is", async () => {
    const { version } = await read();
    const begun = await begin();
    expect(begun).toMatchObject({
      ...{ id: 1, thresholds: version, tasks: 1, tasks_done: 0, judged: 0, finished_at: null },
      started_by: "test operator",
    });
    const tasks = await api.db.query("SELECT id, stage, state, payload FROM tasks");
    expect(tasks).toEqual([
      { id: "filter.plan-rejudge:1.first", stage: "filter", state: "ready", payload: { rejudge: 1, after: "" } },
    ]);
    expect(await progress()).toEqual(begun);
  });

  it("is begun once, however often and at once it is asked for under the same thresholds", async () => {
    const asked = await Promise.allSettled([begin(), begin(), begin()]);
    expect(asked.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    await expect(begin()).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/being judged again under thresholds .* already, since test operator began it/),
    });
    expect(await progress()).toMatchObject({ id: 1, finished_at: null });
  });

  it("takes the place of one under other thresholds, of which only one of two askers begins it", async () => {
    await put({ faceSide: 190 });
    const asked = await Promise.allSettled([begin(), begin()]);
    expect(asked.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await api.db.query("SELECT id, finished_at IS NULL AS open FROM rejudges ORDER BY id")).toEqual([
      { id: 1, open: false },
      { id: 2, open: true },
    ]);
  });

  it("may be begun anew when what was begun waits for nothing but dead tasks", async () => {
    await api.db.query("UPDATE tasks SET state = 'dead', reason = 'test', finished_at = now()");
    expect(await begin()).toMatchObject({ id: 3, finished_at: null });
  });
});
