import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { gates } from "@anyone/domain/filter/gate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspectImage } from "./inspect-image.ts";
import { type SafeFetcher, safeFetcher } from "./safe-fetch.ts";

/** A JPEG of a size by its header, followed by far more bytes than a socket buffers. */
function jpeg(width: number, height: number, padding = 24 * 1024 * 1024): Buffer {
  const frame = Buffer.from("ffd8ffc000110800000000 03012200021101031101".replace(/\s/g, ""), "hex");
  frame.writeUInt16BE(height, 7);
  frame.writeUInt16BE(width, 9);
  return Buffer.concat([frame, Buffer.alloc(padding)]);
}

/** An APP1 of 60 KB before the frame: the header is not in the first packet. */
const late = Buffer.concat([
  Buffer.from("ffd8ffe1ea60", "hex"),
  Buffer.alloc(0xea60 - 2),
  jpeg(1000, 1400, 100).subarray(2),
]);

const FILES: Record<string, Buffer> = {
  "/big": jpeg(640, 1280, 100_000),
  "/lying": jpeg(1280, 640, 100_000),
  "/small": jpeg(800, 600),
  "/small-and-short": jpeg(800, 600, 100_000),
  "/narrow": jpeg(639, 4000),
  "/short": jpeg(640, 1279),
  "/bomb": jpeg(16_000, 16_000),
  "/late": late,
  "/html": Buffer.from("<!doctype html>".padEnd(1000)),
  "/hi": Buffer.from("hi"),
  "/nothing": Buffer.alloc(0),
  "/cut": jpeg(640, 1280, 0).subarray(0, 10),
};

let server: Server;
let origin: string;
let fetcher: SafeFetcher;
let connections = 0;
/** How each answer ended: whole, or dropped by who asked. */
const ended: { path: string; whole: boolean }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const [path = "", how] = (request.url ?? "").split("?");
    const file = FILES[path] ?? Buffer.alloc(0);
    const body = how === "gzip" ? gzipSync(file, { level: 1 }) : file;
    if (how === "gzip") response.setHeader("content-encoding", "gzip");
    response.on("close", () => ended.push({ path, whole: response.writableFinished }));
    response.setHeader("content-type", "image/svg+xml");
    if (how === "slowly") drip(response, body);
    else Readable.from(slices(body)).pipe(response);
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  origin = `http://${host}`;
  fetcher = safeFetcher({ allowPrivate: new Set([host]) }, "test");
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await fetcher.close();
});

/** The header at once, and then a byte at a time. */
function drip(response: ServerResponse, body: Buffer): void {
  response.write(body.subarray(0, 100));
  const timer = setInterval(() => response.write("x"), 20);
  response.on("close", () => clearInterval(timer));
}

function* slices(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536);
}

const get = (path: string) => fetcher.fetch(origin + path, { inspect: inspectImage(gates) });

describe("an image that arrives", () => {
  it.each(["/big", "/lying", "/late", "/big?gzip"])("is read to its end when its header passes: %s", async (path) => {
    const body = FILES[path.split("?")[0] ?? ""];
    const answer = await get(path);
    expect(answer.ok && Buffer.compare(answer.bytes, body as Buffer)).toBe(0);
  });

  it.each([
    ["/small", "too-small", { width: 800, height: 600 }],
    ["/narrow", "too-small", { width: 639, height: 4000 }],
    ["/short", "too-small", { width: 640, height: 1279 }],
    ["/bomb", "too-many-pixels", { width: 16_000, height: 16_000 }],
  ])("is cut off at its header when that is enough: %s is %s", async (path, reason, header) => {
    expect(await get(path)).toMatchObject({ ok: false, reason, header: { type: "image/jpeg", ...header } });
    await expect.poll(() => ended.find((one) => one.path === path)).toEqual({ path, whole: false });
  });

  it("leaves its connection to the next ones when little of it is left", async () => {
    const before = connections;
    const own = safeFetcher({ allowPrivate: new Set([new URL(origin).host]) }, "test");
    for (let i = 0; i < 5; i++) {
      const answer = await own.fetch(`${origin}/small-and-short`, { inspect: inspectImage(gates) });
      expect(answer).toMatchObject({ ok: false, reason: "too-small" });
    }
    await own.close();
    expect(connections - before).toBeLessThanOrEqual(2);
    expect(ended.filter(({ path }) => path === "/small-and-short").every(({ whole }) => whole)).toBe(true);
  });

  it("does not hold its connection for long where little is left that comes slowly", async () => {
    expect(await get("/small-and-short?slowly")).toMatchObject({ ok: false, reason: "too-small" });
    await expect.poll(() => ended.at(-1), { timeout: 5_000 }).toEqual({ path: "/small-and-short", whole: false });
  });

  it("is judged by what was packed, not by the packing", async () => {
    expect(await get("/small?gzip")).toMatchObject({ ok: false, reason: "too-small" });
  });

  it.each([
    ["/html", "not-an-image"],
    ["/hi", "not-an-image"],
    ["/nothing", "empty"],
    ["/cut", "truncated"],
  ])("%s is refused as %s", async (path, reason) => {
    expect(await get(path)).toMatchObject({ ok: false, reason });
  });
});
