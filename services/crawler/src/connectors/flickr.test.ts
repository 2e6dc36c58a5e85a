import { join } from "node:path";
import { SourceSettings } from "@anyone/domain/source/source";
import { swatchDrawer } from "@anyone/drawn-world/servers/swatch-drawer";
import { startWorld } from "@anyone/drawn-world/servers/world";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "./connector.ts";
import { connectorOf } from "./connectors.ts";
import { openSources, politeness, reachOf, type Sources } from "./sources.fixture.ts";

let sources: Sources;
beforeAll(async () => {
  sources = await openSources();
});
afterAll(() => sources.close());

describe("the flickr connector", () => {
  it("takes only the licences it was told to, and credits the owner", async () => {
    const settings = SourceSettings.parse({
      kind: "flickr",
      endpoint: sources.world.flickrEndpoint,
      licences: [9],
      politeness,
    });
    const { listings } = await connectorOf(settings).list(settings, null, sources.reach);
    expect(listings.length).toBeGreaterThan(0);
    for (const listing of listings) {
      expect(listing.licence).toBe("CC0 1.0");
      expect(listing.author).toMatch(/^drawn-/);
      expect(listing.landingUrl).toContain(listing.externalId);
    }
  });

  it("goes on beyond what one search gives, by the date of upload", async () => {
    const large = await startWorld({
      port: 0,
      seedFrom: 1,
      count: 16_000,
      trouble: 0,
      cacheDir: sources.folder,
      drawer: await swatchDrawer(join(sources.folder, "drawn")),
      rate: { apiPerSecond: 1000 },
    });
    const { reach: far, close } = reachOf(large.allow, large.apiKey);
    const settings = SourceSettings.parse({
      kind: "flickr",
      endpoint: large.flickrEndpoint,
      perPage: 500,
      licences: [0, 1, 4, 5, 7, 9, 10],
      politeness,
    });
    const ids = new Set<string>();
    for (let cursor: string | null = null, done = false; !done; ) {
      const page: Page = await connectorOf(settings).list(settings, cursor, far);
      for (const listing of page.listings) ids.add(listing.externalId);
      ({ cursor, done } = page);
    }
    expect(ids.size).toBe(8_800);
    await close();
    await large.stop();
  });

  it("tells the rights of one photo now, and nothing of one that is not shown any more", async () => {
    const { settings } = sources.of.flickr;
    if (settings.kind !== "flickr") throw new Error("another kind");
    const connector = connectorOf(settings);
    const { listings } = await connector.list(settings, null, sources.reach);
    expect(listings.length).toBeGreaterThan(0);
    for (const { externalId, licence, licenceUrl, author, credit } of listings) {
      const now = await connector.rights?.(settings, externalId, sources.reach);
      expect(now).toEqual({ licence, licenceUrl, author, credit });
    }
    expect(await connector.rights?.(settings, "404", sources.reach)).toBeUndefined();
    const wrong = { ...sources.reach, apiKeys: { flickr: "wrong" } };
    await expect(connector.rights?.(settings, "1", wrong)).rejects.toMatchObject({ reason: "flickr-100" });
  });

  it("says what is missing, and what Flickr refused", async () => {
    const { settings } = sources.of.flickr;
    const without = { ...sources.reach, apiKeys: {} };
    await expect(connectorOf(settings).list(settings, null, without)).rejects.toThrow("FLICKR_API_KEY");
    const wrong = { ...sources.reach, apiKeys: { flickr: "wrong" } };
    await expect(connectorOf(settings).list(settings, null, wrong)).rejects.toMatchObject({
      reason: "flickr-100",
      passing: false,
    });
  });
});
