import { setTimeout as sleep } from "node:timers/promises";
import { missingApi } from "@anyone/contracts/missing";
import { sourceApi } from "@anyone/contracts/source";
import { protocolRepository } from "@anyone/db/protocols";
import { primeHumanDocument } from "@anyone/domain/annotate/prime-human";
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

  it("is counted once, however many ask for it at once", async () => {
    await protocolRepository(api.db).publish(primeHumanDocument);
    const client = api.as("operator");
    const { asked, counting } = await api.db.transaction(async (tx) => {
      await tx.query("LOCK TABLE answers IN ACCESS EXCLUSIVE MODE");
      const asked = Promise.all(Array.from({ length: 6 }, () => client.call(missingApi.getMissing)));
      const waiting = () =>
        tx
          .query("SELECT FROM pg_locks WHERE relation = 'answers'::regclass AND NOT granted")
          .then(({ length }) => length);
      while ((await waiting()) === 0) await sleep(20);
      await sleep(500);
      return { asked, counting: await waiting() };
    });
    expect(counting).toBe(1);
    expect(new Set((await asked).map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it("is the operator's to see, not the annotator's", async () => {
    await expect(api.as("annotator").call(missingApi.getMissing)).rejects.toMatchObject({ status: 403 });
  });
});
