import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leavesBecause, type Standing } from "./leaving.ts";
import { SOURCE_TERMS, SOURCE_USES } from "./terms.ts";

const ALL = { id: 1, grantedBy: "the owner", uses: [...SOURCE_USES], until: null };
const KINDS = Object.keys(SOURCE_TERMS);
const standing = (other: Partial<Standing> = {}): Standing => ({
  ...{ sourceId: "s", kind: "url-list", grants: [], licence: null, reservedBy: null, dead: false },
  ...other,
});

describe("a picture of the pool", () => {
  it("stays as long as nothing is said against it", () => {
    expect(leavesBecause(standing())).toBeUndefined();
    expect(leavesBecause(standing({ kind: "unsplash", grants: [{ ...ALL, state: "in-force" }] }))).toBeUndefined();
  });

  it("leaves once somebody keeps it out of training, whatever was granted", () => {
    const leaving = leavesBecause(standing({ reservedBy: "x-robots-tag", grants: [{ ...ALL, state: "in-force" }] }));
    expect(leaving).toMatchObject({ reason: "opted-out", why: expect.stringContaining("x-robots-tag") });
  });

  it("leaves once its source's grant has run out or was revoked, and once its licence is no open one", () => {
    for (const state of ["expired", "revoked"] as const)
      expect(leavesBecause(standing({ kind: "unsplash", grants: [{ ...ALL, state }] }))?.reason).toBe("not-permitted");
    expect(leavesBecause(standing({ kind: "flickr", licence: "CC BY 2.0" }))).toBeUndefined();
    expect(leavesBecause(standing({ kind: "flickr", licence: "All Rights Reserved" }))).toEqual({
      reason: "not-permitted",
      why: "It may not be used to train any more. Its licence (All Rights Reserved) does not allow it.",
    });
  });

  it("leaves with its host's copy only where that is the one to be shown", () => {
    const grants = [{ ...ALL, state: "in-force" as const }];
    const left = KINDS.filter((kind) => leavesBecause(standing({ kind, grants, dead: true })));
    expect(left).toEqual(["unsplash"]);
  });

  it("never leaves by what would let it stay: a grant in force, a living link, a signal that is gone", () => {
    const anyStanding = fc.record({
      sourceId: fc.constant("s"),
      kind: fc.constantFrom(...KINDS),
      licence: fc.constantFrom(null, "CC BY 2.0", "All Rights Reserved"),
      reservedBy: fc.constantFrom(null, "robots" as const),
      dead: fc.boolean(),
      grants: fc.constantFrom([], [{ ...ALL, state: "expired" as const }]),
    });
    fc.assert(
      fc.property(anyStanding, (before) => {
        const better = { ...before, grants: [{ ...ALL, state: "in-force" as const }], reservedBy: null, dead: false };
        expect(leavesBecause(better)).toBeUndefined();
      }),
    );
  });
});
