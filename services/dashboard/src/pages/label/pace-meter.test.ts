import { expect, it } from "vitest";
import { createPaceMeter } from "./pace-meter.ts";

it("says how many answers a minute were given while somebody was at it; a break does not count as slow answering", () => {
  let now = 0;
  const meter = createPaceMeter(() => now);
  for (let n = 0; n < 4; n++) {
    now += 1_000;
    meter.add(1);
  }
  expect(meter.perMinute()).toBeNull();
  now += 1_000;
  meter.add(2);
  expect(meter.perMinute()).toBeCloseTo(72);
  expect(meter.answered()).toBe(6);
  now += 3_600_000;
  meter.add(10);
  expect(meter.perMinute()).toBeCloseTo(30);
});
