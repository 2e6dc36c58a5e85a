import { csvFields, recordEnd } from "@anyone/domain/csv";
import type { AsyncBuffer } from "hyparquet";
import { Unlisted } from "./connector.ts";
import { columnsOf, type Row } from "./list-rows.ts";
import { noUrlColumn } from "./parquet-rows.ts";

export type TextFormat = "csv" | "txt" | "jsonl";

const CHUNK = 1024 * 1024;
/** A record is held whole; a caption of 10 MB is, a quote that is never closed is not. */
const LONGEST_RECORD = 16 * 1024 * 1024;
const HEADER_BYTES = 64 * 1024;
/** A page ends early after so many bytes, so that long records cannot make it large. */
const PAGE_BYTES = 24 * 1024 * 1024;

/**
 * Rows of a text file from byte `at.byte` on: a URL a line (`#` begins a remark), a JSON object a line, or csv with a header.
 * Memory is that of one page, however long the file. Lines that are no rows are passed over.
 * @throws Unlisted `no-url-column`, `bad-list`
 */
export async function textRows(
  name: string,
  file: AsyncBuffer,
  format: TextFormat,
  at: { byte: number; count: number },
): Promise<{ rows: Row[]; next: number | undefined }> {
  const header = format === "csv" ? await readHeader(name, file) : undefined;
  const start = Math.max(at.byte, header?.end ?? 0);
  const rows: Row[] = [];
  let next = start;
  for await (const record of records(name, file, format, start)) {
    rows.push(...toRow(format, record.text, header));
    next = record.end;
    if (rows.length >= at.count || next - start >= PAGE_BYTES) break;
  }
  return { rows, next: next < file.byteLength ? next : undefined };
}

interface Header {
  delimiter: string;
  columns: Record<string, number>;
  end: number;
}

async function readHeader(name: string, file: AsyncBuffer): Promise<Header> {
  const head = Buffer.from(await file.slice(0, Math.min(HEADER_BYTES, file.byteLength)));
  const end = recordEnd(head, 0, true) ?? (head.length < HEADER_BYTES ? head.length : undefined);
  if (end === undefined) throw badList(name, 0, "its header is longer than 64 kB");
  const line = head.toString("utf8", 0, end).replace(/^\ufeff/, "");
  const count = (delimiter: string) => line.split(delimiter).length;
  const [delimiter = ","] = [",", "\t", ";", "|"].sort((a, b) => count(b) - count(a));
  const names = csvFields(line, delimiter);
  const columns = columnsOf(names);
  if (columns.url === undefined) throw noUrlColumn(name, names);
  return {
    delimiter,
    columns: Object.fromEntries(Object.entries(columns).map(([meaning, column]) => [meaning, names.indexOf(column)])),
    end,
  };
}

/** Records with the byte after each; the last one may lack its line's end. */
async function* records(
  name: string,
  file: AsyncBuffer,
  format: TextFormat,
  start: number,
): AsyncGenerator<{ text: string; end: number }> {
  let held = Buffer.alloc(0);
  let heldFrom = start;
  for (let from = start; from < file.byteLength; from += CHUNK) {
    const chunk = Buffer.from(await file.slice(from, Math.min(from + CHUNK, file.byteLength)));
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let begin = 0;
    for (let end = recordEnd(held, begin, format === "csv"); end !== undefined; ) {
      yield { text: held.toString("utf8", begin, end), end: heldFrom + end };
      begin = end;
      end = recordEnd(held, begin, format === "csv");
    }
    held = held.subarray(begin);
    heldFrom += begin;
    if (held.length > LONGEST_RECORD) {
      throw badList(name, heldFrom, "a record there is longer than 16 MB; a quote may never be closed");
    }
  }
  if (held.length > 0) yield { text: held.toString("utf8"), end: file.byteLength };
}

function toRow(format: TextFormat, record: string, header: Header | undefined): Row[] {
  const line = record.replace(/^\ufeff/, "").trim();
  if (line === "") return [];
  if (format === "txt") return line.startsWith("#") ? [] : [{ url: line }];
  if (format === "jsonl") return jsonRow(line);
  const fields = csvFields(record, header?.delimiter ?? ",");
  return [
    Object.fromEntries(Object.entries(header?.columns ?? {}).map(([meaning, place]) => [meaning, fields[place]])),
  ];
}

function jsonRow(line: string): Row[] {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
    const given = value as Record<string, unknown>;
    return [
      Object.fromEntries(Object.entries(columnsOf(Object.keys(given))).map(([meaning, key]) => [meaning, given[key]])),
    ];
  } catch {
    return [];
  }
}

function badList(name: string, byte: number, what: string): Unlisted {
  return new Unlisted("bad-list", `The list ${name} can't be read beyond byte ${byte}: ${what}.`);
}
