import { isPublicAddress, literalAddress } from "@anyone/runtime/address";
import { Agent, type buildConnector, type Dispatcher } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DialRules } from "./dial.ts";
import { safeFetcher } from "./safe-fetch.ts";
import { type Attempt, leadsInside, REDIRECTOR, ssrfAttempts } from "./ssrf.fixture.ts";
import { openSsrfWorld, type SsrfWorld } from "./ssrf-world.fixture.ts";

let world: SsrfWorld;
beforeAll(async () => {
  world = await openSsrfWorld();
});
afterAll(() => world.close());

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

describe("a stranger's URL", { timeout: 120_000 }, () => {
  it(`leads nowhere inside in any of ${ATTEMPTS.length} ways`, async () => {
    expect(ATTEMPTS.length).toBeGreaterThanOrEqual(200);
    const outcomes = await world.tryAll(ATTEMPTS, (attempt) => safeFetcher(world.rulesFor(attempt), "test"));
    expect(outcomes.leaks).toEqual([]);
    expect(world.canary).toMatchObject({ bytes: 0, connections: 0 });
    expect(outcomes.ended.filter(({ reason }) => reason !== "address")).toEqual([]);
    process.stdout.write(`${ATTEMPTS.length} SSRF cases, ${world.canary.bytes} bytes at the canary\n`);
  });

  it.each(OTHER_REFUSALS)("%s is refused as %s", async (url, reason) => {
    expect(await safeFetcher(world.rulesFor({ name: "", url }), "test").fetch(url)).toMatchObject({
      ok: false,
      reason,
    });
    expect(world.canary.connections).toBe(0);
  });

  it.each(OTHER_REFUSALS.filter(([url]) => URL.canParse(url)))(
    "a redirect to %s is refused on its hop",
    async (url, reason) => {
      const from = `http://${REDIRECTOR}/?status=302&to=${encodeURIComponent(url)}`;
      expect(await safeFetcher(world.rulesFor({ name: "", url }), "test").fetch(from)).toMatchObject({
        ok: false,
        reason,
      });
      expect(world.canary.connections).toBe(0);
    },
  );

  it("is not followed through a sixth redirect", async () => {
    let to = "http://public.test/";
    for (let i = 0; i < 6; i++) to = `http://${REDIRECTOR}/?status=302&to=${encodeURIComponent(to)}`;
    expect(await safeFetcher(world.rulesFor({ name: "", url: to }), "test").fetch(to)).toMatchObject({
      reason: "redirects",
    });
  });

  it("is asked for its addresses once for each connection, and what was checked is what is dialled", async () => {
    const dialled: string[] = [];
    let asked = 0;
    const rules: DialRules = {
      allowPrivate: new Set(),
      resolve: async () => [`93.184.216.${++asked}`],
      dial: (options, callback) => {
        dialled.push(options.hostname);
        world.dial(options, callback);
      },
    };
    const fetcher = safeFetcher(rules, "test");
    for (let i = 0; i < 3; i++) await fetcher.fetch("http://fickle.test/");
    expect(dialled).toEqual(["93.184.216.1", "93.184.216.2", "93.184.216.3"]);
    expect(asked).toBe(3);
  });

  it("may name a private host that the settings allow, and only on the port they say", async () => {
    const port = world.canary.port;
    const rules = { allowPrivate: new Set([`127.0.0.1:${port}`]) };
    expect(await safeFetcher(rules, "test").fetch(`http://127.0.0.1:${port}/`)).toMatchObject({ ok: true });
    expect(await safeFetcher(rules, "test").fetch("http://127.0.0.1/")).toMatchObject({ reason: "address" });
    Object.assign(world.canary, { bytes: 0, connections: 0 });
  });
});

describe("the same attempts", { timeout: 120_000 }, () => {
  it.each<[string, (attempt: Attempt) => Dispatcher, (leaked: Attempt) => boolean]>([
    ["without any check at the dial", unguarded, () => true],
    ["with the check in the lookup, which is never called for a literal", guardedInLookup, isLiteral],
    [
      "with a check before the dial, which then asks for the name again",
      checkedBefore,
      ({ name }) => name.includes("rebinding"),
    ],
  ])("get through %s", async (guard, agentOf, expected) => {
    const outcomes = await world.tryAll(ATTEMPTS, (attempt) =>
      safeFetcher(world.rulesFor(attempt), "test", agentOf(attempt)),
    );
    const through = new Set(outcomes.leaks);
    expect(world.canary.bytes).toBeGreaterThan(0);
    process.stdout.write(`${through.size} of ${ATTEMPTS.length} SSRF cases get through ${guard}\n`);
    expect(
      ATTEMPTS.filter(expected)
        .filter(({ name }) => !through.has(name))
        .map(({ name }) => name),
    ).toEqual([]);
    Object.assign(world.canary, { bytes: 0, connections: 0 });
  });
});

/** Dials whatever it is told to; of several addresses the last one, as a resolver may turn them. */
function unguarded(attempt: Attempt): Agent {
  const { resolve } = world.rulesFor(attempt);
  return new Agent({ connect: (options, callback) => void dialName(options, callback, resolve) });
}

function guardedInLookup(attempt: Attempt): Agent {
  const { resolve } = world.rulesFor(attempt);
  return new Agent({
    connect(options, callback) {
      if (literalAddress(options.hostname)) return world.dial(options, callback);
      void resolve?.(options.hostname).then((addresses) => {
        if (addresses.every(isPublicAddress)) world.dial({ ...options, hostname: addresses[0] as string }, callback);
        else callback(new Error("refused"), null);
      });
    },
  });
}

function checkedBefore(attempt: Attempt): Agent {
  const { resolve } = world.rulesFor(attempt);
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
  world.dial({ ...options, hostname }, callback);
}

function isLiteral({ answers }: Attempt): boolean {
  return answers === undefined;
}
