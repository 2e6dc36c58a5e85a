import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gates } from "@anyone/domain/filter/gate";
import type { RequestBudgets } from "@anyone/domain/source/request-budgets";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readImage } from "./connectors/read-image.ts";
import { type SafeFetcher, safeFetcher } from "./fetch/safe-fetch.ts";
import { type PoliteFetch, politeFetch, userAgent } from "./polite-fetch.ts";
import { HostQueues } from "./politeness.ts";

/** As much of a JPEG as says that it is one of 640×1280 pixels. */
const JPEG = Buffer.from("ffd8ffc0001108050002800301220002110103110100", "hex");
/** Files in which a host may say what it wants of training. */
const WISHES = ["/.well-known/tdmrep.json", "/ai.txt"];
const politeness = { perSecond: 100, concurrency: 2 };

/** Two hosts: what they say to robots, and what was asked of them. */
interface Host {
  server: Server;
  origin: string;
  robots: { status: number; text: string };
  /** Other files at its root, by path. */
  files: Record<string, string>;
  asked: string[];
  answered: { host: string; status: number }[];
}

let first: Host;
let second: Host;
let fetcher: SafeFetcher;
let fetch: PoliteFetch;
let booked: string[];
let left: string[];

async function host(): Promise<Host> {
  const own: Host = {
    server: createServer(),
    origin: "",
    robots: { status: 404, text: "" },
    files: {},
    asked: [],
    answered: [],
  };
  own.server.on("request", (request, response) => {
    const url = request.url ?? "";
    own.asked.push(url);
    if (url === "/robots.txt") return response.writeHead(own.robots.status).end(own.robots.text);
    if (WISHES.includes(url)) return response.writeHead(url in own.files ? 200 : 404).end(own.files[url]);
    if (url.startsWith("/to-second/"))
      return response.writeHead(302, { location: second.origin + url.slice(10) }).end();
    if (url === "/opted-out.jpg") response.setHeader("x-robots-tag", "otherbot: index, NoAI");
    return response.setHeader("content-type", "text/html").end(JPEG);
  });
  await new Promise<void>((resolve) => own.server.listen(0, "127.0.0.1", resolve));
  own.origin = `http://127.0.0.1:${(own.server.address() as AddressInfo).port}`;
  return own;
}

beforeAll(async () => {
  first = await host();
  second = await host();
  const allowPrivate = new Set([first, second].map(({ origin }) => new URL(origin).host));
  fetcher = safeFetcher({ allowPrivate }, userAgent("someone@example.org"));
});

beforeEach(() => {
  for (const own of [first, second]) Object.assign(own, { robots: { status: 404, text: "" }, files: {}, asked: [] });
  booked = [];
  left = [];
  const budgets: RequestBudgets = {
    enter: async (asked) => {
      booked.push(...asked.map(({ name, rule }) => `${name} ${rule.intervalMs}`));
      return { waitMs: 0, leaveAt: 0 };
    },
    leave: async (_names, _visit, reply) => void left.push(reply.how),
  };
  fetch = politeFetch(fetcher, new HostQueues(budgets));
});

afterAll(async () => {
  await fetcher.close();
  for (const own of [first, second]) own.server.close();
});

const image = (path: string) => readImage({ fetch, thresholds: gates }, first.origin + path, politeness);

describe("polite fetching", () => {
  it("asks for robots.txt once per host, also when many fetch at once", async () => {
    await Promise.all(["/a.jpg", "/b.jpg", "/c.jpg"].map(image));
    expect(first.asked.filter((path) => path === "/robots.txt")).toHaveLength(1);
  });

  it("does not ask for what robots.txt forbids, and judges path and query together", async () => {
    first.robots = { status: 200, text: "User-agent: *\nDisallow: /private/\nDisallow: /*?size=\n" };
    expect(await image("/private/a.jpg")).toMatchObject({ ok: false, reason: "robots" });
    expect(await image("/a.jpg?size=9")).toMatchObject({ ok: false, reason: "robots" });
    expect(await image("/a.jpg")).toMatchObject({ ok: true, type: "image/jpeg" });
    expect(first.asked).toEqual(["/robots.txt", ...WISHES, "/a.jpg"]);
  });

  it("asks the robots.txt of every host on the way", async () => {
    second.robots = { status: 200, text: "User-agent: AnnotateAnyone\nDisallow: /" };
    expect(await image("/to-second/a.jpg")).toMatchObject({ ok: false, reason: "robots" });
    expect(second.asked).toEqual(["/robots.txt"]);
  });

  it("takes a turn at every host on the way", async () => {
    expect(await image("/to-second/a.jpg")).toMatchObject({ ok: true, url: `${second.origin}/a.jpg` });
    const turn = ({ origin }: Host) => `host:${new URL(origin).host} 10`;
    const each = [...WISHES, "image"];
    expect(booked).toEqual([first, second].flatMap((own) => each.map(() => turn(own))));
    expect(new Set(left)).toEqual(new Set(["well"]));
  });

  it("leaves a host alone whose robots.txt fails, and says that another time may do", async () => {
    first.robots = { status: 503, text: "" };
    expect(await image("/a.jpg")).toMatchObject({ ok: false, reason: "server-error" });
    expect(first.asked).toEqual(["/robots.txt"]);
  });

  it.each([401, 403, 404, 410])("reads a robots.txt answered by %d as none", async (status) => {
    first.robots = { status, text: "" };
    expect(await image("/a.jpg")).toMatchObject({ ok: true });
  });

  it("keeps the distance that Crawl-delay asks for", async () => {
    first.robots = { status: 200, text: "User-agent: *\nCrawl-delay: 3" };
    await image("/a.jpg");
    expect(new Set(booked)).toEqual(new Set([`host:${new URL(first.origin).host} 3000`]));
  });

  it("does not ask an API that gave us a key for its robots.txt", async () => {
    first.robots = { status: 200, text: "User-agent: *\nDisallow: /" };
    const key = { provider: "photos", key: "secret", quota: { requests: 100, perSeconds: 60 } };
    expect(await fetch(`${first.origin}/api`, { politeness, key })).toMatchObject({ ok: true });
    // the key's hash, never the key; a tenth at once, ninety in the minute
    expect(booked).toEqual([
      `host:${new URL(first.origin).host} 10`,
      expect.stringMatching(/^key:photos:[0-9a-f]{8} 666\.6/),
    ]);
  });

  it("puts a request off when its host must be left alone for long, without a byte sent", async () => {
    const budgets = { enter: async () => ({ tooFarMs: 90_000 }), leave: async () => {} };
    const later = politeFetch(fetcher, new HostQueues(budgets));
    const answer = await readImage({ fetch: later, thresholds: gates }, `${first.origin}/a.jpg`, politeness);
    expect(answer).toMatchObject({ ok: false, reason: "rate-limited", retryAfterMs: 90_000 });
    expect(first.asked).toEqual(["/robots.txt"]);
  });
});

describe("reading an image", () => {
  it("does not keep what its host opted out of", async () => {
    expect(await image("/opted-out.jpg")).toMatchObject({ ok: false, reason: "opted-out" });
  });

  it("does not even ask for what a host's files keep out of training, and reads them once", async () => {
    first.robots = { status: 200, text: "User-agent: *\nContent-Usage: /usage/ train-ai=n" };
    first.files["/.well-known/tdmrep.json"] = '[{"location":"/tdm/","tdm-reservation":1}]';
    first.files["/ai.txt"] = "User-Agent: *\nDisallow: /ai/";
    for (const path of ["/usage/a.jpg", "/tdm/a.jpg", "/ai/a.jpg"]) {
      expect(await image(path)).toMatchObject({ ok: false, reason: "opted-out" });
    }
    expect(await image("/open/a.jpg")).toMatchObject({ ok: true });
    expect([...first.asked].sort()).toEqual(["/robots.txt", ...WISHES, "/open/a.jpg"].sort());
  });

  it("asks no files about what is not trained on", async () => {
    first.files["/ai.txt"] = "User-Agent: *\nDisallow: /";
    expect(await fetch(`${first.origin}/list.parquet`, { politeness })).toMatchObject({ ok: true });
    expect(first.asked).toEqual(["/robots.txt", "/list.parquet"]);
  });

  it("tells what was said, by whom and where, of what it keeps and of what it does not", async () => {
    first.files["/ai.txt"] = "User-Agent: *\nAllow: /";
    const kept = await image("/a.jpg");
    expect(kept.evidence).toEqual([
      {
        signal: "robots",
        stance: "silent",
        value: "allows /a.jpg",
        place: "robots.txt",
        readFrom: `${first.origin}/robots.txt`,
      },
      {
        signal: "ai-txt",
        stance: "allows",
        value: "allows /a.jpg",
        place: "ai.txt",
        readFrom: `${first.origin}/ai.txt`,
      },
    ]);
    expect(kept.asked).toEqual(["robots.txt", "tdmrep.json", "ai.txt", "headers", "xmp", "c2pa"]);
    const refused = await image("/opted-out.jpg");
    expect(refused.evidence?.at(-1)).toEqual({
      signal: "x-robots-tag",
      stance: "reserves",
      value: "otherbot: index, NoAI",
      place: "headers",
      readFrom: `${first.origin}/opted-out.jpg`,
    });
  });

  it("asks the bytes, not the Content-Type", async () => {
    expect(await image("/a.jpg")).toMatchObject({ ok: true, type: "image/jpeg" });
  });
});
