import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gates } from "./gate.ts";
import { changeThresholds, describeThresholds, thresholdsHash, thresholdsWith } from "./thresholds.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("setting thresholds", () => {
  it("leaves what is not named as it was, and forgets what is the filter's own again", () => {
    const first = changeThresholds({}, { faceSide: 200, brisque: null });
    expect(first).toEqual({ faceSide: 200, brisque: null });
    expect(changeThresholds(first, { faceSide: gates.faceSide })).toEqual({ brisque: null });
    expect(changeThresholds(first, { faceSide: gates.faceSide, brisque: gates.brisque })).toEqual({});
  });

  it("names the version after the filter's own and the operator's", () => {
    expect(thresholdsWith({ faceSide: 200 }, 3)).toEqual({ ...gates, faceSide: 200, version: `${gates.version}+3` });
    expect(thresholdsWith({}, 4)).toEqual(gates);
  });

  it.each([
    [{}, /No threshold is named.*shortSide, longSide/],
    [{ face: 200 }, /no threshold "face".*faceSide/],
    [{ constructor: 1 }, /no threshold "constructor"/],
    [{ faceSide: 0 }, /faceSide can't be 0.*From 1 to 800/],
    [{ faceSide: 10.5 }, /counts pixels/],
    [{ faceSide: null }, /can't be switched off/],
    [{ fakeness: 1.2 }, /From 0 to 1 is allowed, or off/],
    [{ quality: Number.NaN }, /out of its bounds/],
    [{ shortSide: 1300 }, /more than longSide, 1280/],
  ])("refuses %j and says what would fit", (change, says) => {
    const refused = () => changeThresholds({}, change as Record<string, number | null>);
    let said = "";
    try {
      refused();
    } catch (error) {
      said = `${(error as Error).message} ${(error as { hint?: string }).hint}`;
    }
    expect(said).toMatch(says);
  });

  it("takes every value within the bounds that it describes, and the same values have the same hash", () => {
    const dials = describeThresholds(gates).filter(({ name }) => name !== "shortSide" && name !== "longSide");
    fc.assert(
      fc.property(fc.constantFrom(...dials), fc.double({ min: 0, max: 1, noNaN: true }), (dial, at) => {
        const between = dial.low + at * (dial.high - dial.low);
        const value = dial.unit === "px" ? Math.round(between) : between;
        const set = changeThresholds({}, { [dial.name]: value });
        const made = thresholdsWith(set, 7);
        expect(made[dial.name]).toBe(value);
        expect(thresholdsHash(made, sha256)).toBe(thresholdsHash(thresholdsWith(set, 8), sha256));
        expect(thresholdsHash(made, sha256) === thresholdsHash(gates, sha256)).toBe(value === gates[dial.name]);
      }),
    );
  });
});
