import { textRecords } from "./text-records.ts";

/** The values of JSON lines; a line that is no JSON, as the last one of half a file, is a sentence instead. */
export async function* readJsonl(path: string): AsyncGenerator<unknown> {
  for await (const { text, broken } of textRecords(path, false)) {
    const line = text.replace(/^\ufeff/, "").trim();
    if (line === "") continue;
    yield broken ? `The line is longer than a row can be: ${line.slice(0, 100)}` : parse(line);
  }
}

function parse(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "string" ? `The line is a text, not an object: ${line.slice(0, 100)}` : value;
  } catch (error) {
    return `The line is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}
