import type { SourceSettings } from "@anyone/domain/source/source";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectorOf } from "./connectors.ts";
import { allPages, openSources, type Sources } from "./sources.fixture.ts";

let sources: Sources;
beforeAll(async () => {
  sources = await openSources();
});
afterAll(() => sources.close());

const list = (settings: SourceSettings) => connectorOf(settings).list(settings, null, sources.reach);

describe("the laion connector", () => {
  it("never asks for rows that their own columns rule out", async () => {
    const { settings } = sources.of.laion;
    const listings = (await allPages(settings, sources.reach)).flatMap((page) => page.listings);
    expect(listings.some((listing) => listing.url.includes("decoy"))).toBe(false);
    expect(sources.world.requests().some((request) => request.path.includes("decoy"))).toBe(false);
  });

  it("reads a list by ranges, and says so when it is no parquet file", async () => {
    const { settings } = sources.of.laion;
    await list(settings);
    expect(
      sources.world.requests().some((request) => request.path.startsWith("/laion/") && request.status === 206),
    ).toBe(true);
    const html = { ...settings, files: [`${sources.world.url}/robots.txt`] } as SourceSettings;
    await expect(list(html)).rejects.toMatchObject({ reason: "bad-parquet", passing: false });
  });
});
