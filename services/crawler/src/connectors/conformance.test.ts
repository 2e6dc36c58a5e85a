import { chmod, link, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Listing, sniffImage } from "@anyone/domain/source/candidate";
import { SourceSettings } from "@anyone/domain/source/source";
import { copyPhotographs } from "@anyone/drawn-world/photographs";
import { swatchDrawer } from "@anyone/drawn-world/servers/swatch-drawer";
import { startWorld, type World } from "@anyone/drawn-world/servers/world";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SafeFetcher, safeFetcher } from "../fetch/safe-fetch.ts";
import { politeFetch, userAgent } from "../polite-fetch.ts";
import { HostQueues } from "../politeness.ts";
import { type Page, type Reach, Unlisted } from "./connector.ts";
import { connectorOf } from "./connectors.ts";

const politeness = { perSecond: 1000, concurrency: 8 };
/** No waiting: what politeness does is tested elsewhere. */
const freely = { book: async () => ({ waitMs: 0, failures: 0 }), pause: async () => {}, recovered: async () => {} };
let folder: string;
let outside: string;
let world: World;
let fetcher: SafeFetcher;
let reach: Reach;
let sources: Record<string, { settings: SourceSettings; count: number }>;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "source-")));
  outside = await realpath(await mkdtemp(join(tmpdir(), "outside-")));
  world = await startWorld({
    port: 0,
    seedFrom: 1,
    count: 60,
    trouble: 0,
    cacheDir: folder,
    drawer: await swatchDrawer(join(folder, "drawn")),
    rate: { apiPerSecond: 1000, imagesPerSecond: 1000 },
  });
  const photographs = await copyPhotographs(join(folder, "photographs"));
  fetcher = safeFetcher({ allowPrivate: new Set(world.allow.split(",")) }, userAgent("mailto:tests@example.org"));
  reach = { fetch: politeFetch(fetcher, new HostQueues(freely)), importRoots: [folder], flickrApiKey: world.apiKey };
  const licensed = await flickrCount();
  const source = (settings: unknown, count: number) => ({ settings: SourceSettings.parse(settings), count });
  sources = {
    flickr: source({ kind: "flickr", endpoint: world.flickrEndpoint, perPage: 7, politeness }, licensed),
    laion: source({ kind: "laion", files: world.laionFiles, rowsPerPage: 7, politeness }, 30),
    folder: source({ kind: "folder", path: join(folder, "photographs"), filesPerPage: 7, licence: "MIT" }, photographs),
  };
});

afterAll(async () => {
  await world.stop();
  await fetcher.close();
  await rm(folder, { recursive: true });
  await rm(outside, { recursive: true });
});

async function flickrCount(): Promise<number> {
  const query = {
    method: "flickr.photos.search",
    api_key: world.apiKey,
    text: "x",
    license: "4,5,7,8,9,10",
    format: "json",
    nojsoncallback: "1",
  };
  const answer = await fetch(`${world.flickrEndpoint}?${new URLSearchParams(query).toString()}`);
  return ((await answer.json()) as { photos: { total: number } }).photos.total;
}

const list = (settings: SourceSettings, cursor: string | null) => connectorOf(settings).list(settings, cursor, reach);

async function all(settings: SourceSettings): Promise<Page[]> {
  const pages = [await list(settings, null)];
  for (let last = pages[0]; last && !last.done && pages.length < 100; last = pages.at(-1))
    pages.push(await list(settings, last.cursor));
  return pages;
}

describe.each(["flickr", "laion", "folder"])("the %s connector", (kind) => {
  const given = () => sources[kind] as { settings: SourceSettings; count: number };

  it("lists everything once, over several pages, and says when it is done", async () => {
    const pages = await all(given().settings);
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

  it("lists what the platform's words can hold", async () => {
    for (const page of await all(given().settings)) {
      for (const listing of page.listings) expect(Listing.parse(listing)).toEqual(listing);
    }
  });

  it("reads what it listed, as the image that its first bytes say it is", async () => {
    const { listings } = await list(given().settings, null);
    for (const { url } of listings.slice(0, 3)) {
      const image = await connectorOf(given().settings).read(given().settings, url, reach);
      expect(image).toMatchObject({ ok: true, type: "image/jpeg" });
      expect(image.ok && sniffImage(image.bytes)).toBe("image/jpeg");
    }
  });

  it("gives a reason for what is gone", async () => {
    const { listings } = await list(given().settings, null);
    const gone = listings[0]?.url.replace(/[^/]+$/, "gone.jpg") ?? "";
    expect(await connectorOf(given().settings).read(given().settings, gone, reach)).toMatchObject({
      ok: false,
      reason: "not-found",
    });
  });

  it("refuses an unusable place with a reason of its own", async () => {
    const { settings } = given();
    const broken = {
      ...settings,
      endpoint: `${world.url}/nowhere/`,
      files: [`${world.url}/nowhere`],
      path: "/nowhere",
    } as never;
    await expect(list(broken, null)).rejects.toThrow(Unlisted);
  });
});

describe("the flickr connector", () => {
  it("takes only the licences it was told to, and credits the owner", async () => {
    const settings = SourceSettings.parse({
      kind: "flickr",
      endpoint: world.flickrEndpoint,
      licences: [9],
      politeness,
    });
    const { listings } = await list(settings, null);
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
      cacheDir: folder,
      drawer: await swatchDrawer(join(folder, "drawn")),
      rate: { apiPerSecond: 1000 },
    });
    const generous = safeFetcher(
      { allowPrivate: new Set(large.allow.split(",")) },
      userAgent("mailto:tests@example.org"),
    );
    const far: Reach = { ...reach, fetch: politeFetch(generous, new HostQueues(freely)), flickrApiKey: large.apiKey };
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
    await generous.close();
    await large.stop();
  });

  it("says what is missing, and what Flickr refused", async () => {
    const { settings } = sources.flickr as { settings: SourceSettings };
    const without = { ...reach, flickrApiKey: undefined };
    await expect(connectorOf(settings).list(settings, null, without)).rejects.toThrow("FLICKR_API_KEY");
    const wrong = { ...reach, flickrApiKey: "wrong" };
    await expect(connectorOf(settings).list(settings, null, wrong)).rejects.toMatchObject({
      reason: "flickr-100",
      passing: false,
    });
  });
});

describe("the laion connector", () => {
  it("never asks for rows that their own columns rule out", async () => {
    const { settings } = sources.laion as { settings: SourceSettings };
    const listings = (await all(settings)).flatMap((page) => page.listings);
    expect(listings.some((listing) => listing.url.includes("decoy"))).toBe(false);
    expect(world.requests().some((request) => request.path.includes("decoy"))).toBe(false);
  });

  it("reads a list by ranges, and says so when it is no parquet file", async () => {
    const { settings } = sources.laion as { settings: SourceSettings };
    await list(settings, null);
    expect(world.requests().some((request) => request.path.startsWith("/laion/") && request.status === 206)).toBe(true);
    const html = { ...settings, files: [`${world.url}/robots.txt`] } as SourceSettings;
    await expect(list(html, null)).rejects.toMatchObject({ reason: "bad-parquet", passing: false });
  });
});

describe("the folder connector", () => {
  const read = async (name: string, path = join(folder, "hostile")) => {
    const settings = SourceSettings.parse({ kind: "folder", path });
    return connectorOf(settings).read(settings, pathToFileURL(join(path, name)).href, reach);
  };

  it("neither lists nor reads through links, out of its root, or anything but regular image files", async () => {
    const hostile = join(folder, "hostile");
    await mkdir(join(hostile, "deep"), { recursive: true });
    await writeFile(join(outside, "secret.jpg"), Uint8Array.of(0xff, 0xd8, 0xff, 0xe0));
    await symlink(join(outside, "secret.jpg"), join(hostile, "link.jpg"));
    await symlink(outside, join(hostile, "way-out"));
    await mkdir(join(hostile, "folder.jpg"));
    await writeFile(join(hostile, "page.jpg"), "<!doctype html>");
    await writeFile(join(hostile, "drawing.svg"), "<svg/>");
    await writeFile(join(hostile, "empty.png"), "");
    await writeFile(join(hostile, "deep", "good.jpg"), Uint8Array.of(0xff, 0xd8, 0xff, 0xe0));
    await link(join(hostile, "deep", "good.jpg"), join(hostile, "same.jpg"));

    const { listings } = await list(SourceSettings.parse({ kind: "folder", path: hostile }), null);
    expect(listings.map((listing) => listing.externalId)).toEqual([
      "deep/good.jpg",
      "empty.png",
      "page.jpg",
      "same.jpg",
    ]);
    expect(await read("page.jpg")).toMatchObject({ reason: "not-an-image" });
    expect(await read("empty.png")).toMatchObject({ reason: "empty" });
    expect(await read("link.jpg")).toMatchObject({ reason: "outside-folder" });
    expect(await read("way-out/secret.jpg")).toMatchObject({ reason: "outside-folder" });
    expect(await read("../photographs/face-api/sample1.jpg")).toMatchObject({ reason: "outside-folder" });
    expect(await read("folder.jpg")).toMatchObject({ reason: "not-a-file" });
    expect(await read("deep/good.jpg")).toMatchObject({ ok: true });
  });

  it("says which folder its user may not read, and leaves nothing out in silence", async () => {
    const closed = join(folder, "half-open", "closed");
    await mkdir(closed, { recursive: true });
    await writeFile(join(folder, "half-open", "good.jpg"), Uint8Array.of(0xff, 0xd8, 0xff, 0xe0));
    // Root may read anything: for these looks it is somebody else.
    const isRoot = process.getuid?.() === 0;
    await chmod(folder, 0o755);
    await chmod(closed, 0);
    if (isRoot) process.seteuid?.("nobody");
    const looks = [join(folder, "half-open"), closed].map((path) =>
      list(SourceSettings.parse({ kind: "folder", path }), null).catch((error: unknown) => error),
    );
    const refused = await Promise.all(looks);
    if (isRoot) process.seteuid?.(0);
    await chmod(closed, 0o700);
    for (const error of refused) {
      expect(error).toMatchObject({
        reason: "closed-folder",
        message: expect.stringContaining(closed),
        passing: false,
      });
    }
  });

  it("reads only folders that the operator allowed", async () => {
    const settings = SourceSettings.parse({ kind: "folder", path: outside });
    await expect(list(settings, null)).rejects.toMatchObject({ reason: "outside-import-roots" });
    await symlink(outside, join(folder, "sly"));
    await expect(list(SourceSettings.parse({ kind: "folder", path: join(folder, "sly") }), null)).rejects.toThrow(
      Unlisted,
    );
  });
});
