import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONSENT_PLACES, type Evidence, type Heard, placesOfBits, placesToBits } from "./consent.ts";
import { type LedgerRow, rowsOf, rowsToAdd } from "./ledger.ts";

const NOAI: Evidence = {
  signal: "x-robots-tag",
  stance: "reserves",
  value: "noai",
  place: "headers",
  readFrom: "https://h/a.jpg",
};
const heard = (evidence: Evidence[], asked = CONSENT_PLACES as Heard["asked"]): Heard => ({ asked, evidence });
const whole = { whole: true };

describe("a ledger of consent", () => {
  it("gets a row when something is said, none while it goes on being said, and one without a value when it is said no more", () => {
    const [row] = rowsToAdd([], heard([NOAI]), whole);
    expect(row).toEqual(NOAI);
    expect(rowsToAdd([NOAI], heard([NOAI]), whole)).toEqual([]);
    expect(rowsToAdd([NOAI], heard([]), whole)).toEqual([{ ...NOAI, stance: "silent", value: null }]);
    expect(rowsToAdd([{ ...NOAI, stance: "silent", value: null }], heard([]), whole)).toEqual([]);
  });

  it("keeps what stood where nobody asked, and where asking broke off", () => {
    expect(rowsToAdd([NOAI], heard([], ["robots.txt"]), whole)).toEqual([]);
    expect(rowsToAdd([NOAI], heard([]), { whole: false })).toEqual([]);
  });

  it("has one row for a signal at a place, with the strongest meaning first, and none for a robots.txt that allows", () => {
    const type = (value: string, stance: Evidence["stance"]): Evidence => ({
      signal: "digital-source-type",
      stance,
      value,
      place: "c2pa",
      readFrom: "https://h/a.jpg",
    });
    const robots: Evidence = {
      ...NOAI,
      signal: "robots",
      stance: "silent",
      value: "allows /a.jpg",
      place: "robots.txt",
    };
    expect(rowsOf([robots, type("digitalCapture", "silent"), type("algorithmicMedia", "generated")])).toEqual([
      type("algorithmicMedia; digitalCapture", "generated"),
    ]);
  });

  const evidence = fc.record({
    signal: fc.constantFrom<Evidence["signal"]>("tdmrep", "x-robots-tag", "digital-source-type"),
    stance: fc.constantFrom<Evidence["stance"]>("allows", "reserves", "generated", "silent"),
    value: fc.constantFrom("a", "b"),
    place: fc.constantFrom<Evidence["place"]>("tdmrep.json", "headers", "xmp"),
    readFrom: fc.constantFrom("https://h/a", "https://h/b"),
  });
  const reading = fc
    .record({ evidence: fc.array(evidence, { maxLength: 6 }), others: fc.subarray([...CONSENT_PLACES]) })
    .map(({ evidence, others }) => heard(evidence, [...new Set([...others, ...evidence.map(({ place }) => place)])]));
  const standingAfter = (history: readonly LedgerRow[]) => [
    ...new Map(history.map((row) => [`${row.signal} ${row.place} ${row.readFrom}`, row])).values(),
  ];

  it("says, whatever was heard before, of every asked place what the last reading heard there", () => {
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 5 }), (readings) => {
        const history: LedgerRow[] = [];
        for (const one of readings) history.push(...rowsToAdd(standingAfter(history), one, whole));
        const last = readings.at(-1) as Heard;
        const stands = standingAfter(history).filter(
          ({ place, value }) => value !== null && last.asked.includes(place),
        );
        const text = (rows: readonly LedgerRow[]) =>
          rows.map((row) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => a.localeCompare(b)))).sort();
        expect(text(stands)).toEqual(text(rowsOf(last.evidence)));
        expect(rowsToAdd(standingAfter(history), last, whole)).toEqual([]);
      }),
    );
  });

  it("keeps any set of asked places in one number", () => {
    fc.assert(
      fc.property(fc.subarray([...CONSENT_PLACES]), (places) => {
        expect(placesOfBits(placesToBits(places))).toEqual(places);
      }),
    );
  });
});
