import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CONSENT_PLACES } from "@anyone/domain/source/consent";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { largeJpeg, PROHIBITED, xmpPacket } from "../consent/pictures.fixture.ts";
import { type PoliteFetch, politeFetch } from "../polite-fetch.ts";
import { HostQueues } from "../politeness.ts";
import { askAgain, type Known } from "./ask-again.ts";
import { type SafeFetcher, safeFetcher } from "./safe-fetch.ts";

const picture = (xmp?: string) => largeJpeg(xmp === undefined ? {} : { xmp });
const given = picture();
const politeness = { perSecond: 100, concurrency: 2 };

let server: Server;
let origin: string;
let fetcher: SafeFetcher;
let fetch: PoliteFetch;
let asked: string[];
let answer: (request: IncomingMessage, response: ServerResponse) => unknown;
let files: Record<string, string>;
let known: Known;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url !== "/a.jpg") {
      const file = files[request.url ?? ""];
      return void response.writeHead(file === undefined ? 404 : 200).end(file);
    }
    return void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  origin = `http://${host}`;
  fetcher = safeFetcher({ allowPrivate: new Set([host]) }, "test");
});

beforeEach(() => {
  asked = [];
  files = {};
  const budgets = { enter: async () => ({ waitMs: 0, leaveAt: 0 }), leave: async () => {} };
  fetch = politeFetch(fetcher, new HostQueues(budgets));
  answer = (_request, response) => response.setHeader("etag", '"1"').end(given);
  const sha256 = createHash("sha256").update(given).digest("hex");
  known = { url: `${origin}/a.jpg`, sha256, bytes: given.length, validators: { etag: '"1"' } };
});

afterAll(async () => {
  await fetcher.close();
  server.close();
});

const again = () => askAgain(known, { fetch, politeness });
const ofPicture = () => asked.filter((one) => one.endsWith("/a.jpg"));

describe("asking a host again", () => {
  it("takes one HEAD while nothing changed, and tells every place that was asked", async () => {
    const { found, heard } = await again();
    expect({ found, asked: heard.asked }).toEqual({ found: "unchanged", asked: CONSENT_PLACES.slice(0, 4) });
    expect(ofPicture()).toEqual(["HEAD /a.jpg"]);
  });

  it.each([
    ["headers", ""],
    ["robots.txt", "User-agent: *\nDisallow: /"],
    ["ai.txt", "User-agent: *\nDisallow: /"],
    [".well-known/tdmrep.json", '[{"location":"/","tdm-reservation":1}]'],
  ])("finds an opt-out that has come since in %s, and asks for no picture", async (where, text) => {
    if (where === "headers") answer = (_, response) => response.setHeader("x-robots-tag", "noai").end(given);
    else files[`/${where}`] = text;
    const place = where.replace(".well-known/", "");
    const { found, heard } = await again();
    expect(found).toBe("opted-out");
    expect(heard.evidence.find(({ stance }) => stance === "reserves")).toMatchObject({ place });
    expect(ofPicture()).not.toContain("GET /a.jpg");
  });

  it("reads a picture that changed, and finds what stands in it", async () => {
    answer = (_, response) => response.setHeader("etag", '"2"').end(picture(xmpPacket(PROHIBITED)));
    expect(await again()).toMatchObject({ found: "opted-out", heard: { asked: CONSENT_PLACES } });
    const other = picture(xmpPacket('Iptc4xmpExt:DigitalSourceType="negativeFilm"'));
    answer = (_, response) => response.setHeader("etag", '"3"').end(other);
    expect(await again()).toMatchObject({ found: "changed", bytes: other, validators: { etag: '"3"' } });
  });

  it("knows the same bytes under another ETag", async () => {
    answer = (_, response) => response.setHeader("etag", '"2"').end(given);
    expect((await again()).found).toBe("unchanged");
    expect(ofPicture()).toEqual(["HEAD /a.jpg", "GET /a.jpg"]);
  });

  it("goes by the length where a host gives nothing to recognise a picture by", async () => {
    answer = (_, response) => response.setHeader("content-length", given.length).end(given);
    known = { ...known, validators: null };
    expect((await again()).found).toBe("unchanged");
    expect(ofPicture()).toEqual(["HEAD /a.jpg"]);
  });

  it("asks on condition where a host answers no HEAD, and takes no header that is missing for a silence", async () => {
    answer = (request, response) => {
      if (request.method === "HEAD") return response.writeHead(405).end();
      expect(request.headers["if-none-match"]).toBe('"1"');
      return response.writeHead(304).end();
    };
    const { found, heard } = await again();
    expect({ found, asked: heard.asked }).toEqual({ found: "unchanged", asked: CONSENT_PLACES.slice(0, 3) });
    answer = (request, response) =>
      response.writeHead(request.method === "HEAD" ? 405 : 304, { "x-robots-tag": "noai" }).end();
    expect(await again()).toMatchObject({ found: "opted-out" });
  });

  it("tells what is gone from what does not answer now", async () => {
    answer = (_, response) => response.writeHead(404).end();
    expect(await again()).toMatchObject({ found: "gone", reason: "not-found" });
    answer = (_, response) => response.end("<html>This picture was removed.</html>");
    expect(await again()).toMatchObject({ found: "gone", reason: "not-an-image" });
    answer = (_, response) => response.writeHead(429, { "retry-after": "7" }).end();
    expect(await again()).toMatchObject({ found: "unanswered", reason: "rate-limited", retryAfterMs: 7000 });
    answer = (_, response) => response.destroy();
    expect(await again()).toMatchObject({ found: "unanswered" });
  });
});
