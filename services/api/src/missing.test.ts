import { missingApi } from "@anyone/contracts/missing";
import { sourceApi } from "@anyone/contracts/source";
import { SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestApi, type TestApi } from "./open-test-api.fixture.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api?.close());

describe("what the pool lacks", () => {
  it("is nothing before the first protocol, and then every watched source is given the same", async () => {
    const client = api.as("operator");
    for (const [id, kind] of [
      ["street", "flickr"],
      ["beach", "unsplash"],
    ] as const) {
      const body = { settings: SourceSettings.parse({ kind }), enabled: true, automatic: true };
      await client.call(sourceApi.putSource, { params: { id: SourceId.parse(id) }, body });
    }
    const folder = SourceSettings.parse({ kind: "folder", path: "/data" });
    const byHand = { settings: folder, enabled: true, automatic: false };
    await client.call(sourceApi.putSource, { params: { id: SourceId.parse("archive") }, body: byHand });
    expect(await client.call(missingApi.getMissing)).toEqual({
      assets: 0,
      counted: 0,
      items: [],
      sources: [
        { sourceId: "beach", searched: true, weight: 0.5 },
        { sourceId: "street", searched: true, weight: 0.5 },
      ],
    });
  });

  it("is the operator's to see, not the annotator's", async () => {
    await expect(api.as("annotator").call(missingApi.getMissing)).rejects.toMatchObject({ status: 403 });
  });
});
