import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { retryAfter, type SafeFetcher, safeFetcher } from "./safe-fetch.ts";

type Reply = (response: ServerResponse, request: IncomingMessage) => void;

/** 64 MiB of nothing in 64 KiB. */
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));

/** What hosts do, by path. */
const HOST: Record<string, Reply> = {
  "/plain": (response) => response.end("hello"),
  "/gzip": (response) => response.setHeader("content-encoding", "gzip").end(gzipSync("hello")),
  "/brotli": (response) => response.setHeader("content-encoding", "br").end(brotliCompressSync("hello")),
  "/bomb": (response) => response.setHeader("content-encoding", "gzip").end(BOMB),
  "/layers": (response) => response.setHeader("content-encoding", "gzip, gzip").end(gzipSync(gzipSync("hello"))),
  "/not-gzip": (response) => response.setHeader("content-encoding", "gzip").end("hello"),
  "/announced": (response) => response.setHeader("content-length", "9999999").write("x"),
  "/endless": (response) => {
    const write = () => {
      while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
      response.once("drain", write);
    };
    write();
  },
  "/drip": (response) => {
    const timer = setInterval(() => response.write("x"), 50);
    response.on("close", () => clearInterval(timer));
  },
  "/silent": () => {},
  "/short": (response) => {
    response.setHeader("content-length", "100").write("only this");
    setTimeout(() => response.destroy(), 20);
  },
  "/headers": (response) => response.setHeader("x-much", "x".repeat(40_000)).end(),
  "/404": (response) => response.writeHead(404).end(),
  "/403": (response) => response.writeHead(403).end(),
  "/418": (response) => response.writeHead(418).end(),
  "/500": (response) => response.writeHead(500).end(),
  "/429": (response) => response.writeHead(429, { "retry-after": "7" }).end("slow down"),
  "/moved": (response) => response.writeHead(301, { location: "plain" }).end("elsewhere"),
  "/echo": (response, request) => response.end(JSON.stringify(request.headers)),
};

let server: Server;
let origin: string;
let fetcher: SafeFetcher;
let connections = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    const reply = HOST[request.url ?? ""];
    if (reply) reply(response, request);
    else response.writeHead(404).end();
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  origin = `http://${host}`;
  fetcher = safeFetcher({ allowPrivate: new Set([host]) }, "AnnotateAnyone/0.1 (+mailto:someone@example.org)");
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await fetcher.close();
});

const get = (path: string) => fetcher.fetch(origin + path, { maxBytes: 1_000_000, deadlineMs: 1500 });

describe("safe fetching", () => {
  it.each(["/plain", "/gzip", "/brotli", "/moved"])("reads %s", async (path) => {
    const answer = await get(path);
    expect(answer.ok && new TextDecoder().decode(answer.bytes)).toBe("hello");
  });

  it("says where the bytes came from after redirects", async () => {
    expect(await get("/moved")).toMatchObject({ ok: true, url: `${origin}/plain` });
  });

  it("uses its connections again after a redirect and after what is refused", async () => {
    const own = safeFetcher({ allowPrivate: new Set([new URL(origin).host]) }, "test");
    const before = connections;
    for (const path of ["/moved", "/404", "/429", "/500", "/plain"]) await own.fetch(origin + path);
    await own.close();
    expect(connections - before).toBeLessThanOrEqual(2);
  });

  it("says who is calling and whom to write to", async () => {
    const answer = await get("/echo");
    const headers = JSON.parse(answer.ok ? new TextDecoder().decode(answer.bytes) : "{}");
    expect(headers["user-agent"]).toBe("AnnotateAnyone/0.1 (+mailto:someone@example.org)");
    expect(headers["accept-encoding"]).toBe("identity");
  });

  it.each([
    ["/bomb", "too-large"],
    ["/announced", "too-large"],
    ["/endless", "too-large"],
    ["/headers", "too-large"],
    ["/layers", "encoding"],
    ["/not-gzip", "encoding"],
    ["/drip", "timeout"],
    ["/silent", "timeout"],
    ["/short", "truncated"],
    ["/404", "not-found"],
    ["/403", "forbidden"],
    ["/418", "http-status"],
    ["/500", "server-error"],
    ["/429", "rate-limited"],
  ])("gives %s up as %s", async (path, reason) => {
    const started = Date.now();
    expect(await get(path)).toMatchObject({ ok: false, reason });
    expect(Date.now() - started).toBeLessThan(4000);
  });

  it("cuts a drip feed as soon as it is one, long before its deadline", async () => {
    const started = Date.now();
    const answer = await fetcher.fetch(`${origin}/drip`, { minBytesPerSecond: 1000, rateWindowMs: 300 });
    expect(answer).toMatchObject({ ok: false, reason: "too-slow" });
    expect(Date.now() - started).toBeLessThan(3000);
  });

  it("cuts a bomb without holding it", async () => {
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 5; i++) await get("/bomb");
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  it("passes on how long the host wants to be left alone", async () => {
    expect(await get("/429")).toMatchObject({ retryAfterMs: 7000 });
  });

  it("does not count our own waiting against the host", async () => {
    const beforeHop = () => new Promise<void>((resolve) => setTimeout(resolve, 300));
    expect(await fetcher.fetch(`${origin}/plain`, { deadlineMs: 200, beforeHop })).toMatchObject({ ok: true });
  });

  it("stops with the task, loudly: that is no answer of the host", async () => {
    const signal = AbortSignal.timeout(50);
    await expect(fetcher.fetch(`${origin}/silent`, { signal })).rejects.toThrow();
  });

  it("reads a refused connection as such", async () => {
    const closed = safeFetcher({ allowPrivate: new Set(["127.0.0.1:9"]) }, "test");
    expect(await closed.fetch("http://127.0.0.1:9/")).toMatchObject({ ok: false, reason: "connection" });
  });
});

describe("Retry-After", () => {
  it("is read as seconds or as a date, and ignored when it is neither", () => {
    expect(retryAfter("120")).toBe(120_000);
    expect(retryAfter("Wed, 21 Oct 2026 07:28:00 GMT", Date.parse("2026-10-21T07:27:00Z"))).toBe(60_000);
    expect(retryAfter("soon")).toBeUndefined();
    expect(retryAfter(undefined)).toBeUndefined();
  });
});
