import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterCheck, type Check, type Link } from "./link.ts";

const ALIVE: Link = { missingSince: null, dead: false, replaced: false };
const missing: Check = { found: "gone", reason: "not-found" };
const walk = (...checks: [string, Check][]) =>
  checks.reduce((link, [day, check]) => afterCheck(link, check, day), ALIVE);

describe("a link", () => {
  it("is dead once two days say that the picture is gone, however often one of them does", () => {
    const since = { ...ALIVE, missingSince: "2026-11-01" };
    expect(walk(["2026-11-01", missing], ["2026-11-01", missing])).toEqual(since);
    expect(walk(["2026-11-01", missing], ["2026-11-08", missing])).toEqual({ ...since, dead: true });
  });

  it("lives again when the picture, or another one, is there", () => {
    for (const found of ["unchanged", "changed"] as const)
      expect(walk(["2026-11-01", missing], ["2026-11-02", missing], ["2026-11-03", { found }])).toEqual({
        ...ALIVE,
        replaced: found === "changed",
      });
  });

  it("leads to another picture until the bytes that are there are those we hold", () => {
    const changed: [string, Check] = ["2026-11-01", { found: "changed" }];
    const later = (check: Check) => walk(changed, ["2026-11-02", check]).replaced;
    expect(later({ found: "unchanged" })).toBe(true);
    expect(later(missing)).toBe(true);
    expect(later({ found: "unchanged", read: true })).toBe(false);
  });

  it("is not judged by a refusal of another kind", () => {
    const forbidden: Check = { found: "gone", reason: "forbidden" };
    expect(walk(["2026-11-01", forbidden], ["2026-11-02", forbidden])).toEqual(ALIVE);
    expect(walk(["2026-11-01", missing], ["2026-11-02", forbidden], ["2026-11-02", { found: "opted-out" }]).dead).toBe(
      false,
    );
  });

  it("is dead exactly when two different days said not-found since it last gave a picture", () => {
    const check = fc.constantFrom<Check>(missing, { found: "unchanged" }, { found: "changed" }, { found: "opted-out" });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), check)), (steps) => {
        const sorted = steps.toSorted(([a], [b]) => a - b);
        const link = walk(...sorted.map(([day, one]): [string, Check] => [`2026-11-0${day + 1}`, one]));
        const last = sorted.findLastIndex(([, { found }]) => found === "unchanged" || found === "changed");
        const days = new Set(sorted.slice(last + 1).flatMap(([day, one]) => (one === missing ? [day] : [])));
        expect(link.dead).toBe(days.size > 1);
      }),
    );
  });
});
