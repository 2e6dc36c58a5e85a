import { expect, it } from "vitest";
import { safeFetcher } from "./safe-fetch.ts";
import { addressesInside, ssrfAttempts } from "./ssrf.fixture.ts";
import { openSsrfWorld } from "./ssrf-world.fixture.ts";

it("addresses out of every block of the inside, in every form and on every way, leave the canary without a byte", async () => {
  const world = await openSsrfWorld();
  const attempts = ssrfAttempts(80, addressesInside(20, Number(process.env.SEED ?? 1)));
  const { leaks, ended } = await world.tryAll(attempts, (attempt) => safeFetcher(world.rulesFor(attempt), "test"));
  process.stdout.write(`${attempts.length} SSRF cases, ${world.canary.bytes} bytes at the canary\n`);
  expect(attempts.length).toBeGreaterThan(10_000);
  expect(leaks).toEqual([]);
  expect(ended.filter(({ reason }) => reason !== "address")).toEqual([]);
  expect(world.canary).toMatchObject({ bytes: 0, connections: 0 });
  world.close();
});
