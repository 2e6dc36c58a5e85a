import { answerCache } from "@anyone/db/answer-cache";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { SourceSettings } from "@anyone/domain/source/source";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Reach } from "./connector.ts";
import { connectorOf } from "./connectors.ts";
import { allPages, openSources, politeness, type Sources } from "./sources.fixture.ts";

let sources: Sources;
let db: OpenDatabase;
let reach: Reach;
beforeAll(async () => {
  sources = await openSources({ count: 4000 });
  db = openDatabase(await createDatabase());
  reach = { ...sources.reach, answers: answerCache(db) };
});
afterAll(async () => {
  await db.close();
  await sources.close();
});

describe("the pixabay connector", () => {
  const settings = (more: object = {}) =>
    SourceSettings.parse({ kind: "pixabay", endpoint: sources.world.pixabayEndpoint, politeness, ...more });
  const asked = () => sources.world.requests().filter(({ path }) => path.startsWith("/pixabay/")).length;
  const list = (given = settings()) => connectorOf(given).list(given, null, reach);

  it("asks the same thing once in 24 hours, whoever asks, and keeps its key out of what it keeps", async () => {
    const before = asked();
    const first = await list();
    expect(await list()).toEqual(first);
    expect(asked()).toBe(before + 1);
    const [kept] = await db.query<{ request: string; hours: number }>(
      "SELECT request, extract(epoch FROM until - clock_timestamp()) / 3600 AS hours FROM api_answers",
    );
    expect(Number(kept?.hours)).toBeGreaterThan(23.9);
    expect(kept?.request).not.toContain(sources.world.apiKey);

    await db.query("UPDATE api_answers SET until = clock_timestamp()");
    expect(await list()).toEqual(first);
    expect(asked()).toBe(before + 2);
    expect(await db.query("SELECT FROM api_answers")).toHaveLength(1);
  });

  it("keeps no answer that it could not read", async () => {
    const wrong = { ...reach, apiKeys: { pixabay: "wrong" } };
    const other = settings({ text: "people" });
    await expect(connectorOf(other).list(other, null, wrong)).rejects.toMatchObject({ reason: "http-status" });
    expect((await list(other)).listings.length).toBeGreaterThan(0);
  });

  it("walks category after category, and of each no further than the API goes", async () => {
    const pages = await allPages(settings({ perPage: 200, categories: ["people", "fashion", "music"] }), reach);
    // Of the 1,200 that it lists of 4,000, two thirds are of people, a third of fashion, none of music.
    expect(pages.map(({ listings }) => listings.length)).toEqual([200, 200, 100, 200, 200, 0]);
    const ids = pages.flatMap(({ listings }) => listings.map((listing) => listing.externalId));
    expect(new Set(ids).size).toBe(900);
  });

  it("claims the size that the large picture has, not the original's", async () => {
    const { listings } = await list();
    expect(listings[0]).toMatchObject({ width: 640, height: 1280 });
  });
});
