import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const ROWS = 39;

/** A row of the table: its number, and the tests it names, each by its file and its sentence. */
const rows = readFileSync(join(root, "docs", "paper.md"), "utf8")
  .split("\n")
  .flatMap((line) => {
    const [, number, item = "", shows = "", tests = ""] =
      /^\|\s*(\d+)\s*\|([^|]+)\|([^|]+)\|([^|]+)\|$/.exec(line) ?? [];
    const named = [...tests.matchAll(/`([^`]+)` “([^”]+)”/g)].map(([, file = "", sentence = ""]) => ({
      file,
      sentence,
    }));
    return number === undefined ? [] : [{ number: Number(number), item, shows, named }];
  });

/** Whether a file of tests holds one under this sentence: as a whole title, or as the end of one that begins with a value. */
function holds(file: string, sentence: string): boolean {
  const text = readFileSync(join(root, file), "utf8");
  // a function, or a method of a suite
  if (file.endsWith(".py")) return new RegExp(`^(?: {4})?def ${sentence}\\(`, "m").test(text);
  return [...text.matchAll(/(["`])((?:\\.|(?!\1)[^\\\n])*)\1,\s*(?:\{[^}]*\},\s*)?(?:async\s*)?\(/g)].some(
    ([, , title = ""]) => (title.startsWith("${") ? title.endsWith(sentence) : title === sentence),
  );
}

describe("the table of the paper's items", () => {
  it("has every row once, in order, with what shows it and by which tests", () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: ROWS }, (_, i) => i + 1));
    for (const { number, shows, named } of rows)
      expect(shows.length > 20 && named.length > 0, `row ${number}`).toBe(true);
  });

  it.each(rows)("names tests that are there: row $number, $item", ({ named }) => {
    for (const { file, sentence } of named) {
      expect(existsSync(join(root, file)), file).toBe(true);
      expect(holds(file, sentence), `${file} has no test "${sentence}"`).toBe(true);
    }
  });

  it("would miss a sentence that is in no title, and a file that is away", () => {
    expect(holds("test/paper.test.ts", "has every row once, in order, with what shows it and by which tests")).toBe(
      true,
    );
    expect(holds("test/paper.test.ts", "has every row twice")).toBe(false);
    expect(holds("test/paper.test.ts", "no title")).toBe(false);
  });
});
