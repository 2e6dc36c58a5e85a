import type { IncomingMessage, ServerResponse } from "node:http";
import { Listing } from "@anyone/domain/source/candidate";
import { SourceSettings } from "@anyone/domain/source/source";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Reach, Unlisted } from "./connector.ts";
import { connectorOf } from "./connectors.ts";
import { type Origin, startOrigin } from "./origin.fixture.ts";
import { allPages, openSources, politeness, reachOf, type Sources } from "./sources.fixture.ts";

/** Where in each API's answer the items, their captions and the length of the search stand, and how a test asks for a few pages. */
const APIS = {
  flickr: {
    page: "services/rest/?method=flickr.photos.search&text=person&license=4&format=json&nojsoncallback=1&extras=license,url_o,date_upload,owner_name&api_key=",
    items: ["photos", "photo"],
    caption: "title",
    length: ["photos", "pages"],
    settings: { perPage: 500, licences: [4] },
  },
  unsplash: {
    page: "unsplash/search/photos?query=person&client_id=",
    items: ["results"],
    caption: "description",
    length: ["total_pages"],
    settings: { mostPages: 20 },
  },
  pixabay: {
    page: "pixabay/api/?q=person&key=",
    items: ["hits"],
    caption: "tags",
    length: ["totalHits"],
    settings: { perPage: 10 },
  },
} as const;

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

let sources: Sources;
let origin: Origin;
let reach: Reach;
let closeReach: () => Promise<void>;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  sources = await openSources();
  origin = await startOrigin((request, response) => answer(request, response));
  ({ reach, close: closeReach } = reachOf(origin.host, "a-key"));
});
afterAll(async () => {
  await closeReach();
  await origin.close();
  await sources.close();
});

describe.each(Object.keys(APIS) as (keyof typeof APIS)[])("the %s connector, before a hostile API,", (kind) => {
  const api = APIS[kind];
  const settings = () => SourceSettings.parse({ kind, endpoint: `${origin.url}/`, politeness, ...api.settings });
  const list = (cursor: string | null = null) => connectorOf(settings()).list(settings(), cursor, reach);
  const say = (body: string, type = "application/json") => {
    answer = (_request, response) => response.writeHead(200, { "content-type": type }).end(body);
  };
  /** What the drawn world answers, as if this origin had said it. */
  const good = async (): Promise<Json> => {
    const text = await (await fetch(`${sources.world.url}/${api.page}${sources.world.apiKey}`)).text();
    return JSON.parse(text.replaceAll(sources.world.url, origin.url)) as Json;
  };
  const items = (body: Json) => at(body, api.items) as { [name: string]: Json }[];

  it("lists only what is sound, or says why it lists nothing, whatever stands where in an answer", async () => {
    const body = await good();
    const paths = pathsOf(body);
    let listed = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), anything, async (path, value) => {
        say(JSON.stringify(replaced(body, path, value)));
        const page = await list().catch((error: unknown) => {
          expect(error).toBeInstanceOf(Unlisted);
          return undefined;
        });
        for (const listing of page?.listings ?? []) {
          listed++;
          expect(Listing.safeParse(listing).error).toBeUndefined();
        }
      }),
      { numRuns: 300 },
    );
    expect(listed).toBeGreaterThan(300);
  });

  it("takes a page of HTML with status 200 for a bad day, and other JSON for another API", async () => {
    say("<!doctype html><title>Back soon</title>", "text/html");
    await expect(list()).rejects.toMatchObject({ reason: "bad-answer", passing: true });
    say(JSON.stringify(await good()).slice(0, -20));
    await expect(list()).rejects.toMatchObject({ reason: "bad-answer", passing: true });
    say("[]");
    await expect(list()).rejects.toMatchObject({ reason: "bad-answer", passing: false });
  });

  it("cuts a caption of 10 MB and keeps every item", async () => {
    const body = await good();
    const [first] = items(body);
    if (first) first[api.caption] = "x".repeat(10 * 1024 * 1024);
    say(JSON.stringify(body));
    const { listings } = await list();
    expect(listings).toHaveLength(items(body).length);
    expect(listings[0]?.caption).toHaveLength(4000);
  });

  it("reads no answer to its end that is larger than any page", async () => {
    say(JSON.stringify({ filler: "x".repeat(40 * 1024 * 1024) }));
    await expect(list()).rejects.toMatchObject({ reason: "too-large", passing: false });
  });

  it("comes to an end of pages without end", async () => {
    say(JSON.stringify(replaced(await good(), api.length, 1e15)));
    const pages = await allPages(settings(), reach);
    expect(pages.length).toBeLessThanOrEqual(120);
    expect(pages.at(-1)?.done).toBe(true);
  });

  it("comes to an end of a search whose length changes with every page", async () => {
    const body = await good();
    let asked = 0;
    answer = (_request, response) =>
      response.end(JSON.stringify(replaced(body, api.length, [900, 2, 0, 1e9, 30][asked++ % 5] ?? 0)));
    const pages = await allPages(settings(), reach);
    expect(pages.at(-1)?.done).toBe(true);
    const empty = replaced(body, api.items, []);
    say(JSON.stringify(replaced(empty, api.length, 1e9)));
    expect((await allPages(settings(), reach)).length).toBeLessThanOrEqual(2);
  });

  it("waits as long as it is asked to", async () => {
    answer = (_request, response) => response.writeHead(429, { "retry-after": "7" }).end("slow down");
    await expect(list()).rejects.toMatchObject({ reason: "rate-limited", passing: true, retryAfterMs: 7000 });
  });

  it("goes on where it stood when a source that vanished is back", async () => {
    const body = JSON.stringify(replaced(await good(), api.length, 400));
    say(body);
    const { cursor } = await list();
    expect(cursor).not.toBeNull();
    answer = (request) => request.socket.destroy();
    await expect(list(cursor)).rejects.toMatchObject({ reason: "connection", passing: true });
    answer = (_request, response) => response.writeHead(503).end();
    await expect(list(cursor)).rejects.toMatchObject({ reason: "server-error", passing: true });
    say(body);
    expect((await list(cursor)).listings.length).toBeGreaterThan(0);
  });
});

const anything: fc.Arbitrary<Json> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
  fc.constantFrom<Json>(
    -1,
    0,
    1.5,
    1e21,
    2 ** 53,
    "",
    " ",
    "\u0000",
    "\ud800",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "http://",
  ),
);

function at(body: Json, path: readonly (string | number)[]): Json {
  return path.reduce<Json>((value, name) => (value as { [name: string]: Json })[name] as Json, body);
}

/** Every place in a JSON value, from its whole to its leaves. */
function pathsOf(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  const names = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [path, ...names.flatMap((name) => pathsOf(at(value, [name]), [...path, name]))];
}

function replaced(body: Json, path: readonly (string | number)[], value: Json): Json {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const copy = structuredClone(body) as { [name: string | number]: Json };
  copy[name] = replaced(copy[name] as Json, rest, value);
  return copy;
}
