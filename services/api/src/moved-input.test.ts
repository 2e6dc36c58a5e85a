import { filterApi } from "@anyone/contracts/filter";
import { thresholdsApi } from "@anyone/contracts/thresholds";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestApi, type TestApi } from "./open-test-api.fixture.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api?.close());

async function post(path: string, body: string): Promise<number> {
  const answer = await fetch(`${api.url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${api.keys.operator}`, "content-type": "application/json" },
    body,
  });
  return answer.status;
}

describe("thresholds that are only moved", () => {
  it.each([
    ["none", '{"thresholds": {}}'],
    ["one that there is not", '{"thresholds": {"face": 1}}'],
    ["a name of the language", '{"thresholds": {"constructor": 1}}'],
    ["a text", '{"thresholds": {"brisque": "9"}}'],
    ["a number beyond all bounds", '{"thresholds": {"brisque": 1e999}}'],
    ["NaN", '{"thresholds": {"brisque": NaN}}'],
    ["a list", '{"thresholds": [1]}'],
    ["something beside them", '{"thresholds": {"brisque": 9}, "dry": true}'],
    ["nothing", ""],
  ])("are refused where there is %s", async (_, body) => {
    expect(await post(filterApi.filterWhatIf.path, body)).toBe(400);
  });

  it.each([
    ["beyond their scale", '{"thresholds": {"brisque": 1e308, "nsfw": -1e308}}'],
    ["off, sides too", '{"thresholds": {"shortSide": null, "brisque": null}}'],
    ["against each other", '{"thresholds": {"shortSide": 3000, "longSide": 10}}'],
  ])("may stand %s: they change nothing", async (_, body) => {
    expect(await post(filterApi.filterWhatIf.path, body)).toBe(200);
  });
});

describe("judging again", () => {
  it.each([
    ["what an older client says to try it first", '{"dry_run": true}'],
    ["a list", "[]"],
    ["a text", '"now"'],
    ["no JSON", "{"],
  ])("is not begun by %s", async (_, body) => {
    expect(await post(thresholdsApi.rejudge.path, body)).toBe(400);
    expect(await api.db.query("SELECT FROM rejudges")).toEqual([]);
    expect(await api.db.query("SELECT FROM tasks")).toEqual([]);
  });
});
