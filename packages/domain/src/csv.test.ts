import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvFields, recordEnd } from "./csv.ts";

describe("csv", () => {
  const written = (fields: string[]) => `${fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(",")}\r\n`;
  const table = fc.array(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 5,
  });

  it("is read back as it was written, whatever stands in its fields", () => {
    fc.assert(
      fc.property(table, (records) => {
        const bytes = Buffer.from(records.map(written).join(""));
        const read: string[][] = [];
        for (
          let at = 0, end = recordEnd(bytes, 0, true);
          end !== undefined;
          at = end, end = recordEnd(bytes, at, true)
        ) {
          read.push(csvFields(bytes.toString("utf8", at, end), ","));
        }
        expect(read).toEqual(records.map((fields) => fields.map((field) => field.toWellFormed())));
      }),
    );
  });

  it("is read without quotes, too", () => {
    expect(csvFields("a,,b\n", ",")).toEqual(["a", "", "b"]);
    expect(csvFields('a\t"b"" c"d\t', "\t")).toEqual(["a", 'b" cd', ""]);
    expect(csvFields("", ",")).toEqual([""]);
  });

  it("has no end where a quote was never closed", () => {
    expect(recordEnd(Buffer.from('a,"b\nc\nd'), 0, true)).toBeUndefined();
    expect(recordEnd(Buffer.from('a,"b\nc\nd'), 0, false)).toBe(5);
  });
});
