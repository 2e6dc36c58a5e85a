import { Listing, sniffImage } from "@anyone/domain/source/candidate";
import type { SourceKind, SourceSettings } from "@anyone/domain/source/source";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Page, Unlisted } from "./connector.ts";
import { connectorOf, connectors } from "./connectors.ts";
import { allPages, openSources, type Sources } from "./sources.fixture.ts";

let sources: Sources;
beforeAll(async () => {
  sources = await openSources();
});
afterAll(() => sources.close());

const list = (settings: SourceSettings, cursor: string | null) =>
  connectorOf(settings).list(settings, cursor, sources.reach);
const read = (settings: SourceSettings, url: string) => connectorOf(settings).read(settings, url, sources.reach);

describe.each(Object.keys(connectors) as SourceKind[])("the %s connector", (kind) => {
  const given = () => sources.of[kind];

  it("lists everything once, over several pages, and says when it is done", async () => {
    const pages = await allPages(given().settings, sources.reach);
    const ids = pages.flatMap((page) => page.listings.map((listing) => listing.externalId));
    expect(pages.length).toBeGreaterThan(2);
    expect(ids).toHaveLength(given().count);
    expect(new Set(ids).size).toBe(ids.length);
    expect(pages.map((page) => page.done)).toEqual([...pages.slice(1).map(() => false), true]);
    expect(pages.at(-1)?.cursor).toBeNull();
  });

  it("gives the same page for the same cursor", async () => {
    const first = await list(given().settings, null);
    expect(await list(given().settings, first.cursor)).toEqual(await list(given().settings, first.cursor));
    expect(await list(given().settings, null)).toEqual(first);
  });

  it("goes on from every cursor with exactly what is left", async () => {
    const pages = await allPages(given().settings, sources.reach);
    for (const [at, page] of pages.slice(0, -1).entries()) {
      expect(await allPages(given().settings, sources.reach, page.cursor)).toEqual(pages.slice(at + 1));
    }
  });

  it("refuses a cursor that it never gave", async () => {
    await expect(list(given().settings, "\u0000../nowhere:-1")).rejects.toMatchObject({ reason: "bad-cursor" });
  });

  it("lists what the platform's words can hold", async () => {
    for (const page of await allPages(given().settings, sources.reach)) {
      for (const listing of page.listings) expect(Listing.parse(listing)).toEqual(listing);
    }
  });

  it("reads what it listed, as the image that its first bytes say it is", async () => {
    const { listings } = await list(given().settings, null);
    for (const { url } of listings.slice(0, 3)) {
      const image = await read(given().settings, url);
      expect(image).toMatchObject({ ok: true, type: "image/jpeg" });
      expect(image.ok && sniffImage(image.bytes)).toBe("image/jpeg");
    }
  });

  it("gives a reason for what is gone", async () => {
    const { listings } = await list(given().settings, null);
    const gone = listings[0]?.url.replace(/[^/]+$/, "gone.jpg") ?? "";
    expect(await read(given().settings, gone)).toMatchObject({ ok: false, reason: "not-found" });
  });

  it("stops when it is told to, in the middle of a page", async () => {
    const { settings } = given();
    const stopped = connectorOf(settings).list(settings, null, sources.reach, AbortSignal.abort(new Error("stopped")));
    await expect(stopped).rejects.toThrow("stopped");
  });

  it("refuses an unusable place with a reason of its own", async () => {
    const broken = {
      ...given().settings,
      endpoint: `${sources.world.url}/nowhere/`,
      files: [`${sources.world.url}/nowhere`],
      path: "/nowhere",
      bucket: "nowhere",
    } as never;
    await expect(list(broken, null)).rejects.toThrow(Unlisted);
  });
});

describe.each(["flickr", "unsplash", "pixabay"] as const)("the %s connector, as a photo site", (kind) => {
  it("says whom to credit, where, and under which licence", async () => {
    const pages = await allPages(sources.of[kind].settings, sources.reach);
    const site = { flickr: "on Flickr, ", unsplash: "on Unsplash", pixabay: "from Pixabay" }[kind];
    for (const { author, credit, landingUrl, licence, licenceUrl } of pages.flatMap((page) => page.listings)) {
      expect(author).toMatch(/^drawn-/);
      expect(credit).toContain(`by ${author} ${site}`);
      expect(credit).toContain(kind === "flickr" ? licence : site);
      expect(landingUrl).toMatch(/^https?:/);
      expect(licenceUrl).toMatch(/^https:/);
    }
  });

  it("says which variable its key belongs into", async () => {
    const { settings } = sources.of[kind];
    const without = connectorOf(settings).list(settings, null, { ...sources.reach, apiKeys: {} });
    await expect(without).rejects.toMatchObject({
      reason: "no-key",
      message: expect.stringMatching(/set [A-Z_]+_KEY/),
    });
  });

  it("is refused for good with a wrong key", async () => {
    const { settings } = sources.of[kind];
    const wrong = { ...sources.reach, apiKeys: { [kind]: "wrong" } };
    await expect(connectorOf(settings).list(settings, null, wrong)).rejects.toMatchObject({
      passing: false,
      retryAfterMs: undefined,
    });
  });
});

describe.each(["unsplash", "pixabay"] as const)("the %s connector, on a bad day of its API,", (kind) => {
  it("lists everything in the end: each failure passes, and the same cursor is asked again", async () => {
    const bad = await openSources({ trouble: 4 });
    const { settings, count } = bad.of[kind];
    const ids: string[] = [];
    let failures = 0;
    for (let cursor: string | null = null, done = false; !done; ) {
      try {
        const page: Page = await connectorOf(settings).list(settings, cursor, bad.reach);
        ids.push(...page.listings.map((listing) => listing.externalId));
        ({ cursor, done } = page);
      } catch (error) {
        expect(error).toMatchObject({ passing: true });
        failures++;
      }
    }
    await bad.close();
    expect(failures).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(count);
  }, 60_000);
});

const heads = (Object.keys(connectors) as SourceKind[]).filter((kind) => connectors[kind].head);

describe.each(heads)("the %s connector, of what lies on no web host,", (kind) => {
  it("recognises what it read without reading it again", async () => {
    const { settings } = sources.of[kind];
    const [listing] = (await list(settings, null)).listings;
    const url = listing?.url ?? "";
    const { validators } = { validators: undefined, ...(await read(settings, url)) };
    expect(validators).toMatchObject({ etag: expect.stringMatching(/^".+"$/) });
    const { head } = connectorOf(settings);
    expect(await head?.(settings, url, sources.reach)).toEqual({ ok: true, validators });
    const gone = url.replace(/[^/]+$/, "gone.jpg");
    expect(await head?.(settings, gone, sources.reach)).toMatchObject({ ok: false, reason: "not-found" });
  });
});
