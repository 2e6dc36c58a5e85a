import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conditional, refreshed, validatorsOf } from "./refresh.ts";
import { type SafeFetcher, safeFetcher } from "./safe-fetch.ts";

let server: Server;
let url: string;
let fetcher: SafeFetcher;
let version = 1;
let sent = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    const etag = `"v${version}"`;
    response.setHeader("etag", etag).setHeader("last-modified", "Wed, 21 Oct 2026 07:28:00 GMT");
    if (request.headers["if-none-match"] === etag) return void response.writeHead(304).end();
    sent++;
    return void response.end(`picture ${version}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  url = `http://${host}/`;
  fetcher = safeFetcher({ allowPrivate: new Set([host]) }, "test");
});

afterAll(async () => {
  await fetcher.close();
  server.close();
});

describe("a refresh", () => {
  it("asks with what the host gave, is sent nothing while nothing changed, and everything once it did", async () => {
    const first = await fetcher.fetch(url);
    if (!first.ok) throw new Error(first.detail);
    const validators = validatorsOf(first.headers);
    expect(validators).toEqual({ etag: '"v1"', lastModified: "Wed, 21 Oct 2026 07:28:00 GMT" });
    const again = async () => refreshed(await fetcher.fetch(url, { headers: conditional(validators) }));
    expect(await again()).toEqual({ ok: true, unchanged: true });
    expect(sent).toBe(1);
    version = 2;
    expect(await again()).toMatchObject({ ok: true, status: 200, headers: { etag: '"v2"' } });
  });

  it("asks for everything where the host gave nothing to recognise it by, or too much of it", () => {
    expect(conditional(validatorsOf({}))).toEqual({});
    expect(validatorsOf({ etag: "x".repeat(501) })).toEqual({});
  });
});
