import { Readable } from "node:stream";
import { type AnswerSelection, exportAnswers } from "@anyone/db/answer-export";
import type { OpenDatabase } from "@anyone/db/client";
import type { TransferFormat } from "@anyone/domain/review/exported-answer";
import { readLines } from "./read-lines.ts";
import { writeLabelStudio } from "./write-label-studio.ts";
import { writeParquet } from "./write-parquet.ts";

export const CONTENT_TYPES: Readonly<Record<TransferFormat, string>> = {
  csv: "text/csv; charset=utf-8",
  jsonl: "application/x-ndjson",
  parquet: "application/vnd.apache.parquet",
  "label-studio": "application/json",
};

/** A file of answers, made while it is read: nobody reading, nothing is made. */
export function exportStream(db: OpenDatabase, format: TransferFormat, selection: AnswerSelection): Readable {
  return Readable.from(pieces(db, format, selection), { objectMode: false, highWaterMark: 256 * 1024 });
}

function pieces(db: OpenDatabase, format: TransferFormat, selection: AnswerSelection): AsyncGenerator<Buffer> {
  if (format === "csv" || format === "jsonl") return exportAnswers(db, format, selection);
  const answers = readLines(exportAnswers(db, "jsonl", selection));
  return format === "parquet" ? writeParquet(answers) : writeLabelStudio(answers);
}
