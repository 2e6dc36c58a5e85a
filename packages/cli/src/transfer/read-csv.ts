import { csvFields } from "@anyone/domain/csv";
import { fault } from "@anyone/domain/fault";
import { readCell } from "@anyone/domain/review/formula";
import { textRecords } from "./text-records.ts";

const NEEDED = ["asset", "category", "answer"];

/**
 * Rows of a csv file by the names of its header; a row that can't be read is a sentence instead.
 *
 * @throws Fault `bad-input` when the header lacks a column that no answer is without
 */
export async function* readCsv(path: string): AsyncGenerator<Record<string, string> | string> {
  let header: { delimiter: string; names: string[] } | undefined;
  for await (const { text, broken } of textRecords(path, true)) {
    const line = header ? text : text.replace(/^\ufeff/, "");
    if (line.trim() === "") continue;
    if (!header) header = headerOf(path, line);
    else if (broken) yield `The row ends in the middle, or a quote in it is never closed: ${line.slice(0, 100).trim()}`;
    else yield rowOf(header, line);
  }
  if (!header) throw fault("bad-input", `${path} is empty.`, { hint: "Its first line names the columns." });
}

function headerOf(path: string, line: string): { delimiter: string; names: string[] } {
  const count = (delimiter: string) => line.split(delimiter).length;
  const [delimiter = ","] = [",", ";", "\t"].sort((a, b) => count(b) - count(a));
  const names = csvFields(line, delimiter).map((name) => name.trim().toLowerCase());
  const missing = NEEDED.filter((name) => !names.includes(name));
  if (missing.length === 0) return { delimiter, names };
  throw fault("bad-input", `${path} has no column ${missing.join(", ")}; it has ${names.join(", ")}.`, {
    hint: "Name the columns asset, category and answer in its first line.",
  });
}

function rowOf({ delimiter, names }: { delimiter: string; names: string[] }, line: string) {
  const fields = csvFields(line, delimiter);
  if (fields.length !== names.length) {
    return `The row has ${fields.length} fields and the header ${names.length}: ${line.slice(0, 100).trim()}`;
  }
  return Object.fromEntries(names.map((name, place) => [name, readCell(fields[place] ?? "")]));
}
