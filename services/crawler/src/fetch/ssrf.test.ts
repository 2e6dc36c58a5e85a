import type { AddressInfo } from "node:net";
import { connect, createServer, isIP, type Server, type Socket } from "node:net";
import { Agent, type buildConnector, type Dispatcher } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isPublicAddress, literalAddress } from "./address.ts";
import type { DialRules } from "./dial.ts";
import { safeFetcher } from "./safe-fetch.ts";
import { type Attempt, leadsInside, REDIRECTOR, ssrfAttempts } from "./ssrf.fixture.ts";

/** Every address of the inside leads to this server: it counts every byte it is sent, and every connection. */
const canary = { port: 0, bytes: 0, connections: 0, server: createServer() };
/** Every public address leads to this one; it redirects to wherever its query says, and answers otherwise. */
const web = { port: 0, server: createServer() };
const sockets = new Set<Socket>();

beforeAll(async () => {
  canary.server.on("connection", (socket) => {
    canary.connections++;
    keep(socket).on("data", (data) => {
      canary.bytes += data.length;
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nsecret");
    });
  });
  web.server.on("connection", (socket) => {
    keep(socket).on("data", (data) => {
      const [, status, to] = /\?status=(\d+)&to=(\S+)/.exec(data.toString()) ?? [];
      const head = to ? `${status} Moved\r\nlocation: ${decodeURIComponent(to)}` : "200 OK";
      socket.end(`HTTP/1.1 ${head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    });
  });
  canary.port = await listen(canary.server);
  web.port = await listen(web.server);
});

afterAll(() => {
  for (const socket of sockets) socket.destroy();
  canary.server.close();
  web.server.close();
});

/** The port in the URLs is one of the web's: the port rule must not be what saves us. */
const ATTEMPTS = ssrfAttempts(80);

const OTHER_REFUSALS: [string, string][] = [
  ["file:///etc/passwd", "scheme"],
  ["ftp://127.0.0.1/", "scheme"],
  ["gopher://127.0.0.1/_GET", "scheme"],
  ["data:image/png;base64,iVBORw0KGgo=", "scheme"],
  ["javascript:fetch('http://127.0.0.1')", "scheme"],
  ["blob:http://127.0.0.1/1", "scheme"],
  ["unix:/var/run/docker.sock", "scheme"],
  ["http://user:pass@127.0.0.1/", "userinfo"],
  ["http://public.test@127.0.0.1/", "userinfo"],
  ["http://public.test:22/", "port"],
  ["http://public.test:6379/", "port"],
  ["https://public.test:8443/", "port"],
  ["http://[::1%25lo]/", "bad-url"],
  ["http://[::1%lo]/", "bad-url"],
  ["http://256.256.256.256/", "bad-url"],
  ["http://0x100000000/", "bad-url"],
  ["http://1.2.3.4.5/", "bad-url"],
  ["http://127.0.0.1\u0000.public.test/", "bad-url"],
  ["//127.0.0.1/", "bad-url"],
  ["http://", "bad-url"],
];

describe("a stranger's URL", () => {
  it(`leads nowhere inside in any of ${ATTEMPTS.length} ways`, async () => {
    expect(ATTEMPTS.length).toBeGreaterThanOrEqual(200);
    const outcomes = await tryAll((attempt) => safeFetcher(rulesFor(attempt), "test"));
    expect(outcomes.leaks).toEqual([]);
    expect(canary).toMatchObject({ bytes: 0, connections: 0 });
    expect(outcomes.ended.filter(({ reason }) => reason !== "address")).toEqual([]);
  });

  it.each(OTHER_REFUSALS)("%s is refused as %s", async (url, reason) => {
    expect(await safeFetcher(rulesFor({ name: "", url }), "test").fetch(url)).toMatchObject({ ok: false, reason });
    expect(canary.connections).toBe(0);
  });

  it.each(OTHER_REFUSALS.filter(([url]) => URL.canParse(url)))(
    "a redirect to %s is refused on its hop",
    async (url, reason) => {
      const from = `http://${REDIRECTOR}/?status=302&to=${encodeURIComponent(url)}`;
      expect(await safeFetcher(rulesFor({ name: "", url }), "test").fetch(from)).toMatchObject({ ok: false, reason });
      expect(canary.connections).toBe(0);
    },
  );

  it("is not followed through a sixth redirect", async () => {
    let to = "http://public.test/";
    for (let i = 0; i < 6; i++) to = `http://${REDIRECTOR}/?status=302&to=${encodeURIComponent(to)}`;
    expect(await safeFetcher(rulesFor({ name: "", url: to }), "test").fetch(to)).toMatchObject({ reason: "redirects" });
  });

  it("is asked for its addresses once for each connection, and what was checked is what is dialled", async () => {
    const dialled: string[] = [];
    let asked = 0;
    const rules: DialRules = {
      allowPrivate: new Set(),
      resolve: async () => [`93.184.216.${++asked}`],
      dial: (options, callback) => {
        dialled.push(options.hostname);
        dial(options, callback);
      },
    };
    const fetcher = safeFetcher(rules, "test");
    for (let i = 0; i < 3; i++) await fetcher.fetch("http://fickle.test/");
    expect(dialled).toEqual(["93.184.216.1", "93.184.216.2", "93.184.216.3"]);
    expect(asked).toBe(3);
  });

  it("may name a private host that the settings allow, and only on the port they say", async () => {
    const port = canary.port;
    const rules = { allowPrivate: new Set([`127.0.0.1:${port}`]) };
    expect(await safeFetcher(rules, "test").fetch(`http://127.0.0.1:${port}/`)).toMatchObject({ ok: true });
    expect(await safeFetcher(rules, "test").fetch("http://127.0.0.1/")).toMatchObject({ reason: "address" });
    Object.assign(canary, { bytes: 0, connections: 0 });
  });
});

describe("the same attempts", () => {
  it.each<[string, (attempt: Attempt) => Dispatcher, (leaked: Attempt) => boolean]>([
    ["without any check at the dial", unguarded, () => true],
    ["with the check in the lookup, which is never called for a literal", guardedInLookup, isLiteral],
    [
      "with a check before the dial, which then asks for the name again",
      checkedBefore,
      ({ name }) => name.includes("rebinding"),
    ],
  ])("get through %s", async (_, agentOf, expected) => {
    const outcomes = await tryAll((attempt) => safeFetcher(rulesFor(attempt), "test", agentOf(attempt)));
    const through = new Set(outcomes.leaks);
    expect(canary.bytes).toBeGreaterThan(0);
    expect(
      ATTEMPTS.filter(expected)
        .filter(({ name }) => !through.has(name))
        .map(({ name }) => name),
    ).toEqual([]);
    Object.assign(canary, { bytes: 0, connections: 0 });
  });
});

/** Makes every attempt twice (a name may have changed its mind), and names those after which the canary had heard something. */
async function tryAll(fetcherOf: (attempt: Attempt) => ReturnType<typeof safeFetcher>) {
  const leaks: string[] = [];
  const ended: { name: string; reason: string }[] = [];
  for (const attempt of ATTEMPTS) {
    const before = canary.bytes;
    const fetcher = fetcherOf(attempt);
    await fetcher.fetch(attempt.url, { deadlineMs: 3000 });
    const answer = await fetcher.fetch(attempt.url, { deadlineMs: 3000 });
    if (canary.bytes > before) leaks.push(attempt.name);
    ended.push({ name: attempt.name, reason: answer.ok ? String(answer.status) : answer.reason });
    await fetcher.close();
  }
  return { leaks, ended };
}

function rulesFor(attempt: Attempt): DialRules {
  let asked = 0;
  const resolve = async (name: string) => {
    const answers = attempt.answers;
    if (name === REDIRECTOR || name === "public.test" || !answers) return ["93.184.216.34"];
    return [...(answers[Math.min(asked++, answers.length - 1)] ?? [])];
  };
  return { allowPrivate: new Set(), resolve, dial };
}

/** A world in which every address of the inside is the canary and every other one the web. */
const dial: buildConnector.connector = ({ hostname }, callback) => {
  const address = literalAddress(hostname) ?? hostname;
  if (!isIP(address)) return callback(new Error(`${hostname} is no address`), null);
  const socket = connect(leadsInside(address) ? canary.port : web.port, "127.0.0.1");
  keep(socket)
    .once("connect", () => callback(null, socket))
    .once("error", (error) => callback(error, null));
};

/** Dials whatever it is told to; of several addresses the last one, as a resolver may turn them. */
function unguarded(attempt: Attempt): Agent {
  const { resolve } = rulesFor(attempt);
  return new Agent({ connect: (options, callback) => void dialName(options, callback, resolve) });
}

function guardedInLookup(attempt: Attempt): Agent {
  const { resolve } = rulesFor(attempt);
  return new Agent({
    connect(options, callback) {
      if (literalAddress(options.hostname)) return dial(options, callback);
      void resolve?.(options.hostname).then((addresses) => {
        if (addresses.every(isPublicAddress)) dial({ ...options, hostname: addresses[0] as string }, callback);
        else callback(new Error("refused"), null);
      });
    },
  });
}

function checkedBefore(attempt: Attempt): Agent {
  const { resolve } = rulesFor(attempt);
  return new Agent({
    async connect(options, callback) {
      const literal = literalAddress(options.hostname);
      const addresses = literal ? [literal] : ((await resolve?.(options.hostname)) ?? []);
      if (addresses.every(isPublicAddress)) await dialName(options, callback, resolve);
      else callback(new Error("refused"), null);
    },
  });
}

async function dialName(
  options: buildConnector.Options,
  callback: buildConnector.Callback,
  resolve: DialRules["resolve"],
): Promise<void> {
  const literal = literalAddress(options.hostname);
  const addresses = literal ? [literal] : ((await resolve?.(options.hostname)) ?? []);
  const hostname = addresses.find(leadsInside) ?? addresses[0] ?? "";
  dial({ ...options, hostname }, callback);
}

function isLiteral({ answers }: Attempt): boolean {
  return answers === undefined;
}

function keep(socket: Socket): Socket {
  sockets.add(socket);
  return socket.on("error", () => {}).on("close", () => sockets.delete(socket));
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}
