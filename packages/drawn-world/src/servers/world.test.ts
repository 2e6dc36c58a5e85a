import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogueEntry, imageId, seedOf } from "./catalogue.ts";
import { RateLimit } from "./rate-limit.ts";
import { swatchDrawer } from "./swatch-drawer.ts";
import { startWorld, type World } from "./world.ts";

let folder: string;
let world: World;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "world-"));
  world = await startWorld({
    port: 0,
    seedFrom: 1,
    count: 1000,
    cacheDir: folder,
    drawer: await swatchDrawer(folder),
    rate: { apiPerSecond: 1000, imagesPerSecond: 1000 },
  });
});

afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true });
});

interface Photo {
  id: string;
  title: string;
  license: string;
  url_o: string;
}

async function search(query: Record<string, string>) {
  const parameters = {
    api_key: world.apiKey,
    method: "flickr.photos.search",
    format: "json",
    nojsoncallback: "1",
    text: "person",
  };
  const response = await fetch(
    `${world.flickrEndpoint}?${new URLSearchParams({ ...parameters, ...query }).toString()}`,
  );
  const body = (await response.json()) as {
    stat: string;
    code: number;
    photos: { pages: number; total: number; photo: Photo[] };
  };
  return { status: response.status, ...body };
}

describe("the drawn world's datasets", () => {
  it("are written once, under names that tell the seed", async () => {
    const target = join(folder, "datasets");
    await world.writeDatasets(target, 2);
    const names = async (images: string) =>
      (await readdir(join(target, images))).map((name) => join(target, images, name));
    const [deepFashion, shhq] = [await names("deepfashion/images"), await names("shhq/no_segment")];
    expect(new Set(deepFashion.map(seedOf))).toEqual(new Set([997, 998]));
    expect(new Set(shhq.map(seedOf))).toEqual(new Set([999, 1000]));
    const written = (await stat(shhq[0] ?? "")).mtimeMs;
    await world.writeDatasets(target, 2);
    expect((await stat(shhq[0] ?? "")).mtimeMs).toBe(written);
  });
});

describe("the drawn world's Flickr", () => {
  it("pages through its photos, each once", async () => {
    const ids = new Set<string>();
    const first = await search({ per_page: "100", extras: "license,url_o" });
    for (let page = 1; page <= first.photos.pages; page++) {
      for (const photo of (await search({ per_page: "100", page: String(page) })).photos.photo) ids.add(photo.id);
    }
    expect(ids.size).toBe(550);
    expect(first.photos.total).toBe(550);
    expect(first.photos.photo[0]).toMatchObject({
      license: expect.stringMatching(/^\d+$/),
      url_o: expect.stringMatching(/^http/),
    });
  });

  it("finds the photos whose titles hold every word; that it is of a person holds for all", async () => {
    const titles = async (text: string) =>
      (await search({ text, per_page: "500" })).photos.photo.map(({ title }) => title.toLowerCase());
    const coats = await titles("person velvet coat");
    expect(coats.length).toBeGreaterThan(0);
    expect(coats.filter((title) => !title.includes("velvet") || !title.includes("coat"))).toEqual([]);
    expect((await titles("coat")).length).toBeGreaterThan(coats.length);
    expect(await titles("zeppelin")).toEqual([]);
  });

  it("filters by licence", async () => {
    const { photos } = await search({ license: "9,10", extras: "license", per_page: "500" });
    expect(new Set(photos.photo.map((photo) => photo.license))).toEqual(new Set(["9", "10"]));
  });

  it("says no as Flickr does: in the body, with status 200", async () => {
    expect(await search({ api_key: "wrong" })).toMatchObject({ status: 200, stat: "fail", code: 100 });
    expect(await search({ method: "flickr.photos.no" })).toMatchObject({ status: 200, stat: "fail", code: 112 });
    expect(await search({ text: "" })).toMatchObject({ status: 200, stat: "fail", code: 3 });
  });

  it("wraps its answer in a call unless asked not to", async () => {
    const query = new URLSearchParams({
      api_key: world.apiKey,
      method: "flickr.photos.search",
      format: "json",
      text: "x",
    });
    const response = await fetch(`${world.flickrEndpoint}?${query.toString()}`);
    expect(await response.text()).toMatch(/^jsonFlickrApi\(\{/);
  });
});

describe("the drawn world's Unsplash and Pixabay", () => {
  const ask = (url: string, query: object) => fetch(`${url}?${new URLSearchParams({ ...query }).toString()}`);
  const twice = async (url: string, query: object) => {
    // The first answer may be that of a bad day.
    await ask(url, query);
    return (await ask(url, query)).json() as Promise<Record<string, unknown>>;
  };

  it("answer in their own shapes", async () => {
    const photos = { query: "person", client_id: world.apiKey, per_page: "2" };
    expect(await twice(`${world.unsplashEndpoint}search/photos`, photos)).toMatchObject({
      total: 300,
      total_pages: 150,
      results: [
        {
          links: { download_location: expect.stringMatching(/\/photos\/\d{11}\/download\?ixid=/) },
          urls: {},
          user: {},
        },
        {},
      ],
    });
    const hits = { q: "person", key: world.apiKey, category: "people", per_page: "3" };
    expect(await twice(world.pixabayEndpoint, hits)).toMatchObject({
      total: 200,
      totalHits: 200,
      hits: [{ largeImageURL: expect.stringMatching(/^http/), imageWidth: 768, user: expect.any(String) }, {}, {}],
    });
  });

  it("find what the words are written under", async () => {
    const photos = { query: "person coat", client_id: world.apiKey, per_page: "5" };
    const { results } = await twice(`${world.unsplashEndpoint}search/photos`, photos);
    expect(results).toEqual(
      Array(5).fill(expect.objectContaining({ alt_description: expect.stringContaining("coat") })),
    );
    const hits = { q: "person coat", key: world.apiKey, per_page: "5" };
    expect((await twice(world.pixabayEndpoint, hits)).hits).toEqual(
      Array(5).fill(expect.objectContaining({ tags: expect.stringContaining("coat") })),
    );
  });

  it("refuse a wrong key and a page that is not there as they do", async () => {
    const key = await ask(`${world.unsplashEndpoint}search/photos`, { query: "x", client_id: "wrong" });
    expect([key.status, await key.json()]).toEqual([401, { errors: [expect.stringContaining("OAuth")] }]);
    const beyond = { q: "x", key: world.apiKey, page: "900" };
    await ask(world.pixabayEndpoint, beyond);
    const page = await ask(world.pixabayEndpoint, beyond);
    expect([page.status, await page.text()]).toEqual([400, '[ERROR 400] "page" is out of valid range.']);
  });
});

describe("the drawn world's LAION list", () => {
  it("has LAION's columns, and decoys that its columns give away", async () => {
    const file = await (await fetch(world.laionFiles[0] ?? "")).arrayBuffer();
    const rows = await parquetReadObjects({ file });
    expect(Object.keys(rows[0] ?? {})).toEqual([
      "URL",
      "TEXT",
      "WIDTH",
      "HEIGHT",
      "hash",
      "similarity",
      "punsafe",
      "pwatermark",
    ]);
    const decoys = rows.filter(
      (row) =>
        Math.min(row.WIDTH, row.HEIGHT) < 640 ||
        Math.max(row.WIDTH, row.HEIGHT) < 1280 ||
        row.punsafe > 0.9 ||
        row.pwatermark > 0.9,
    );
    expect(rows).toHaveLength(625);
    expect(decoys.every((row) => row.URL.includes("/decoy/"))).toBe(true);
    expect(decoys).toHaveLength(125);
  });

  it("gives ranges, also from the end", async () => {
    const url = world.laionFiles[0] ?? "";
    const whole = new Uint8Array(await (await fetch(url)).arrayBuffer());
    const tail = await fetch(url, { headers: { range: "bytes=-8" } });
    expect(tail.status).toBe(206);
    expect(tail.headers.get("content-range")).toBe(`bytes ${whole.length - 8}-${whole.length - 1}/${whole.length}`);
    expect(new Uint8Array(await tail.arrayBuffer())).toEqual(whole.slice(-8));
  });
});

describe("the drawn world's hosts", () => {
  const urlOf = (manner: string) => {
    for (let seed = 1; seed <= 1000; seed++) {
      if (catalogueEntry(seed).manner === manner)
        return `${world.url}/${manner === "private" ? "private" : "photos"}/${imageId(seed)}_o.jpg`;
    }
    throw new Error(`no image is ${manner}`);
  };
  const head = async (response: Response) => new TextDecoder("latin1").decode(await response.arrayBuffer()).slice(0, 3);
  const JPEG = "\xff\xd8\xff";

  it.each(["plain", "redirect", "redirect-twice", "slow", "mislabelled", "opted-out"])(
    "gives the bytes of an image that is %s",
    async (manner) => {
      const response = await fetch(urlOf(manner));
      expect(response.status).toBe(200);
      expect(await head(response)).toBe(JPEG);
    },
  );

  it("says in four ways that an image is not for training", async () => {
    const seeds = Array.from({ length: 1000 }, (_, i) => i + 1);
    const opted = seeds.filter((seed) => catalogueEntry(seed).manner === "opted-out");
    const ways = await Promise.all(
      [0, 1, 2, 3].map(async (way) => {
        const seed = opted.find((one) => one % 4 === way) ?? 0;
        const response = await fetch(`${world.url}/photos/${imageId(seed)}_o.jpg`);
        const inside = Buffer.from(await response.arrayBuffer()).includes("DMI-PROHIBITED");
        const headers = ["x-robots-tag", "tdm-reservation", "content-usage"].filter((name) =>
          response.headers.has(name),
        );
        return inside ? [...headers, "xmp"] : headers;
      }),
    );
    expect(ways).toEqual([["x-robots-tag"], ["tdm-reservation"], ["content-usage"], ["xmp"]]);
  });

  it("redirects to another host", async () => {
    const response = await fetch(urlOf("redirect"), { redirect: "manual" });
    expect(response.status).toBe(302);
    expect(new URL(response.headers.get("location") ?? "").host).not.toBe(new URL(world.url).host);
  });

  it("forgets, fails, fails once, and gives HTML the name of a JPEG", async () => {
    expect((await fetch(urlOf("missing"))).status).toBe(404);
    expect((await fetch(urlOf("failing"))).status).toBe(500);
    expect([(await fetch(urlOf("flaky"))).status, (await fetch(urlOf("flaky"))).status]).toEqual([503, 200]);
    const html = await fetch(urlOf("html"));
    expect(html.headers.get("content-type")).toBe("image/jpeg");
    expect(await html.text()).toMatch(/^<!doctype html>/);
  });

  it("keeps robots from its private photos and from the truth", async () => {
    const robots = await (await fetch(`${world.url}/robots.txt`)).text();
    expect(robots).toContain("Disallow: /private/");
    expect(robots).toContain("Disallow: /truth/");
  });

  it("has no image of another world", async () => {
    expect((await fetch(`${world.url}/photos/${imageId(5000)}_o.jpg`)).status).toBe(404);
  });

  it("tells the truth on the first host only", async () => {
    expect(await (await fetch(`${world.url}/truth/${imageId(7)}`)).json()).toMatchObject({ medium: "drawn", seed: 7 });
    const [, second] = world.allow.split(",");
    expect((await fetch(`http://${second}/truth/${imageId(7)}`)).status).toBe(404);
  });

  it("finds the seed behind an image's URL", () => {
    expect(seedOf(`http://x/photos/${imageId(42)}_o.jpg`)).toBe(42);
    expect(seedOf("http://x/photos/cat.jpg")).toBeUndefined();
  });
});

describe("a rate limit", () => {
  it("lets a burst through and says when the next one may come", () => {
    const limit = new RateLimit(2, 3);
    expect([1, 2, 3].map(() => limit.take("a", 0))).toEqual([undefined, undefined, undefined]);
    expect(limit.take("a", 0)).toBe(1);
    expect(limit.take("b", 0)).toBeUndefined();
    expect(limit.take("a", 500)).toBeUndefined();
  });
});
