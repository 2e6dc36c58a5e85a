import { thresholdsApi } from "@anyone/contracts/thresholds";
import { gates } from "@anyone/domain/filter/gate";
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
      ...{ gate: "face-size", name: "faceSide", unit: "pixels" },
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
