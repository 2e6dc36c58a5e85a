import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { harmlessCell, readCell } from "./formula.ts";

const risky = fc.tuple(fc.constantFrom("=", "+", "-", "@", "\t", "\r", "\n", "'", "'=", "''@", ""), fc.string());

describe("a cell of a table", () => {
  it("never begins with what a spreadsheet runs, and reads back as it was", () => {
    fc.assert(
      fc.property(risky, ([start, rest]) => {
        const text = start + rest;
        expect(harmlessCell(text)).not.toMatch(/^[=+\-@\t\r\n]/);
        expect(readCell(harmlessCell(text))).toBe(text);
      }),
    );
  });

  it("stays as it is where it is no formula", () => {
    expect(["red", "'tis", "a=b", "<b>bold</b>", ""].map(harmlessCell)).toEqual([
      "red",
      "'tis",
      "a=b",
      "<b>bold</b>",
      "",
    ]);
  });
});
