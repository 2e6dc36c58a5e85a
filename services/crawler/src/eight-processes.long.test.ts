import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createDatabase } from "@anyone/test/support/servers";
import { expect, it } from "vitest";
import type { PoliteWork } from "./polite-worker.fixture.ts";

const PROCESSES = 8;
const STATED = 50;
/** What the host bears and does not say. */
const SECRET = 20;
const SECONDS = Number(process.env.SECONDS ?? 300);

it("eight processes hear 429 of less than one request in two hundred once they know a hostile host, and never go over its stated rate", async () => {
  const arrived: { at: number; status: number }[] = [];
  const seen: number[] = [];
  const server = createServer((request, response) => {
    if (request.url === "/robots.txt") return void response.writeHead(404).end();
    const now = performance.now();
    while ((seen[0] ?? now) < now - 1000) seen.shift();
    const status = seen.length < SECRET ? 200 : 429;
    if (status === 200) seen.push(now);
    arrived.push({ at: now, status });
    response.writeHead(status, status === 429 ? { "retry-after": "1" } : {}).end("x");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const allow = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const work: PoliteWork = {
    databaseUrl: await createDatabase(),
    url: `http://${allow}/`,
    allow,
    perSecond: STATED,
    concurrency: 2,
    loops: 2,
    forMs: SECONDS * 1000,
  };
  const children = Array.from({ length: PROCESSES }, () =>
    fork(new URL("./polite-worker.fixture.ts", import.meta.url), [JSON.stringify(work)]),
  );
  await Promise.all(children.map((child) => once(child, "exit")));
  server.closeAllConnections();
  server.close();

  const start = arrived[0]?.at ?? 0;
  const after = arrived.filter(({ at }) => at > start + 60_000);
  const refused = after.filter(({ status }) => status === 429).length;
  process.stdout.write(
    `${arrived.length} requests of ${PROCESSES} processes in ${SECONDS} s; after the first minute ${refused} of ${after.length} heard 429\n`,
  );
  let [first, most] = [0, 0];
  for (const [last, { at }] of arrived.entries()) {
    while (at - (arrived[first] as { at: number }).at >= 1000) first++;
    most = Math.max(most, last - first + 1);
  }
  // Two slots may be used a little late, and the next ones on time.
  expect(most).toBeLessThanOrEqual(STATED + 2);
  expect(after.length).toBeGreaterThan(SECONDS - 60);
  expect(refused / after.length).toBeLessThan(0.005);
});
