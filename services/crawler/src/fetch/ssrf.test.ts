import { lookup } from "node:dns";
import type { AddressInfo, LookupFunction } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isPublicAddress } from "./address.ts";
import { safeFetcher } from "./safe-fetch.ts";

/** A server on loopback that no URL of a stranger may reach: it counts every byte it is sent, and every connection. */
interface Canary {
  port: number;
  bytes: number;
  connections: number;
  server: Server;
}

const canary: Canary = { port: 0, bytes: 0, connections: 0, server: createServer() };
/** A "public" server that redirects to wherever its query says. */
const redirector = { port: 0, server: createServer() };
const sockets = new Set<Socket>();

beforeAll(async () => {
  canary.server.on("connection", (socket) => {
    sockets.add(socket);
    canary.connections++;
    socket.on("error", () => {});
    socket.on("data", (data) => {
      canary.bytes += data.length;
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nsecret");
    });
  });
  redirector.server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      const target = decodeURIComponent(/\?to=(\S+)/.exec(data.toString())?.[1] ?? "");
      socket.end(`HTTP/1.1 302 Found\r\nlocation: ${target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    });
  });
  canary.port = await listen(canary.server, "::");
  redirector.port = await listen(redirector.server, "127.0.0.1");
});

afterAll(() => {
  for (const socket of sockets) socket.destroy();
  canary.server.close();
  redirector.server.close();
});

/** Every way of writing "this machine", "this network" or "the metadata service" that we know. `P` is the canary's port. */
const LITERALS = [
  "http://127.0.0.1:P/", "http://127.1:P/", "http://127.0.1:P/", "http://0x7f000001:P/", "http://0x7f.1:P/", "http://2130706433:P/",
  "http://017700000001:P/", "http://0177.0.0.1:P/", "http://0177.0.0.01:P/", "http://127.0.0.1.:P/", "http://１２７.０.０.１:P/",
  "http://①②⑦.⓪.⓪.①:P/", "http://127%2e0%2e0%2e1:P/", "http://127。0。0。1:P/", "http://0:P/", "http://0.0.0.0:P/", "http://0.0.0.1:P/",
  "http://[::1]:P/", "http://[0:0:0:0:0:0:0:1]:P/", "http://[::]:P/", "http://[::ffff:127.0.0.1]:P/", "http://[::ffff:7f00:1]:P/",
  "http://[::127.0.0.1]:P/", "http://[64:ff9b::7f00:1]:P/", "http://[2002:7f00:1::]:P/", "http://[fe80::1]:P/", "http://[fd00::1]:P/",
  "http://10.0.0.1:P/", "http://172.16.0.1:P/", "http://192.168.0.1:P/", "http://100.64.0.1:P/", "http://169.254.169.254:P/latest/meta-data/",
  "http://[::ffff:a9fe:a9fe]:P/", "http://2852039166:P/", "http://168.63.129.16:P/", "http://224.0.0.1:P/", "http://255.255.255.255:P/",
  "http://198.18.0.1:P/", "http://127.127.127.127:P/", "https://127.0.0.1:P/",
]; // biome-ignore format: a list to read as a list

const NAMES = [
  "http://localhost:P/",
  "http://LOCALHOST:P/",
  "http://localhost.:P/",
  "http://inside.test:P/",
  "http://mixed.test:P/",
  "http://v6.test:P/",
];

const OTHER_REFUSALS: [string, string][] = [
  ["file:///etc/passwd", "scheme"],
  ["ftp://127.0.0.1:P/", "scheme"],
  ["gopher://127.0.0.1:P/_GET", "scheme"],
  ["data:image/png;base64,iVBORw0KGgo=", "scheme"],
  ["javascript:fetch('http://127.0.0.1:P')", "scheme"],
  ["unix:/var/run/docker.sock", "scheme"],
  ["http://user:pass@127.0.0.1:P/", "userinfo"],
  ["http://public.test@127.0.0.1:P/", "userinfo"],
  ["http://public.test:22/", "port"],
  ["http://public.test:6379/", "port"],
  ["http://[::1%25lo]:P/", "bad-url"],
  ["//127.0.0.1:P/", "bad-url"],
  ["http://", "bad-url"],
];

const NAMED: Record<string, string[]> = {
  "inside.test": ["10.1.2.3"],
  "mixed.test": ["93.184.216.34", "127.0.0.1"],
  "v6.test": ["::1"],
  localhost: ["127.0.0.1", "::1"],
  "localhost.": ["127.0.0.1"],
};

function fetcher(resolve = async (name: string) => NAMED[name.toLowerCase()] ?? []) {
  const ports = new Set([String(canary.port), "80", "443"]);
  return safeFetcher({ allowPrivate: new Set([`127.0.0.1:${redirector.port}`]), ports, resolve }, "test");
}

const withPort = (url: string) => url.replace(":P/", `:${canary.port}/`).replace(":P'", `:${canary.port}'`);

describe("a stranger's URL", () => {
  it.each([...LITERALS, ...NAMES])("%s is refused before a byte leaves", async (template) => {
    const before = { ...canary };
    const answer = await fetcher().fetch(withPort(template), { deadlineMs: 3000 });
    expect(answer).toMatchObject({ ok: false, reason: "address" });
    expect([canary.bytes, canary.connections]).toEqual([before.bytes, before.connections]);
  });

  it.each(OTHER_REFUSALS)("%s is refused as %s", async (template, reason) => {
    const before = canary.connections;
    expect(await fetcher().fetch(withPort(template), { deadlineMs: 3000 })).toMatchObject({ ok: false, reason });
    expect(canary.connections).toBe(before);
  });

  it.each([...LITERALS, ...NAMES].map(withRedirect))("a redirect to %s is refused on its hop", async (_, template) => {
    const before = canary.connections;
    const answer = await fetcher().fetch(
      `http://127.0.0.1:${redirector.port}/?to=${encodeURIComponent(withPort(template))}`,
    );
    expect(answer).toMatchObject({ ok: false, reason: "address" });
    expect(canary.connections).toBe(before);
  });

  it("a redirect to another scheme is refused", async () => {
    const to = encodeURIComponent("file:///etc/passwd");
    expect(await fetcher().fetch(`http://127.0.0.1:${redirector.port}/?to=${to}`)).toMatchObject({
      ok: false,
      reason: "scheme",
    });
  });

  it("a sixth redirect is not followed", async () => {
    let to = "http://public.test/";
    for (let i = 0; i < 6; i++) to = `http://127.0.0.1:${redirector.port}/?to=${encodeURIComponent(to)}`;
    expect(await fetcher().fetch(to)).toMatchObject({ ok: false, reason: "redirects" });
  });

  // Other systems have only one loopback address.
  it.skipIf(process.platform !== "linux")("a name that changes its mind is dialled where it was checked", async () => {
    const answers = ["127.0.0.2", "127.0.0.1", "127.0.0.1"];
    let asked = 0;
    const honest = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {}).end("HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nhonest");
    });
    const port = await listen(honest, "127.0.0.2");
    const resolve = async () => [answers[asked++] ?? ""];
    const rebinding = safeFetcher({ allowPrivate: new Set([`rebind.test:${port}`]), resolve }, "test");
    const answer = await rebinding.fetch(`http://rebind.test:${port}/`, { deadlineMs: 2000 });
    expect(answer.ok && new TextDecoder().decode(answer.bytes)).toBe("honest");
    expect(asked).toBe(1);
    honest.close();
  });

  it("a name is judged again for each connection: public once is not public for ever", async () => {
    const before = canary.connections;
    const rebinding = fetcher(async () => ["127.0.0.1"]);
    expect(await rebinding.fetch(`http://rebind.test:${canary.port}/`)).toMatchObject({ ok: false, reason: "address" });
    expect(canary.connections).toBe(before);
  });
});

describe("this suite", () => {
  it("has at least 40 cases and catches a guard that lives in lookup only", async () => {
    expect(LITERALS.length + NAMES.length + OTHER_REFUSALS.length).toBeGreaterThanOrEqual(40);
    const before = canary.bytes;
    const agent = new Agent({ connect: { lookup: lookupGuard, timeout: 500 } });
    const caught: string[] = [];
    for (const template of LITERALS.slice(0, 24)) {
      const seen = canary.bytes;
      await request(withPort(template), { dispatcher: agent, signal: AbortSignal.timeout(700) }).then(
        (response) => response.body.dump(),
        () => {},
      );
      if (canary.bytes > seen) caught.push(template);
    }
    await agent.destroy();
    expect(canary.bytes).toBeGreaterThan(before);
    expect(caught.length).toBeGreaterThanOrEqual(10);
  });
});

/** The guard that is not enough: Node calls it for names, never for literals. */
const lookupGuard: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: false }, (error, address, family) => {
    if (!error && !isPublicAddress(address)) callback(new Error("refused"), "", 4);
    else if (options.all) callback(error, [{ address, family }]);
    else callback(error, address, family);
  });
};

function withRedirect(template: string): [string, string] {
  return [template, template];
}

function listen(server: Server, host: string): Promise<number> {
  return new Promise((resolve) => server.listen(0, host, () => resolve((server.address() as AddressInfo).port)));
}
