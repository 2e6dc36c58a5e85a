import type { ExportedAnswer } from "@anyone/domain/review/exported-answer";
import { type ColumnSource, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";

/** Rows of one row group: what is held at once, here and by who reads it. */
const GROUP = 20_000;

/** Answers as a Parquet file (snappy), a row group at a time: the file's end names all of them. */
export async function* writeParquet(answers: AsyncIterable<ExportedAnswer[]>): AsyncGenerator<Buffer> {
  const bytes = new ByteWriter();
  const file = new ParquetWriter({ writer: bytes, schema: schemaFromColumnData({ columnData: columns([]) }) });
  let held: ExportedAnswer[] = [];
  for await (const rows of answers) {
    held.push(...rows);
    if (held.length < GROUP) continue;
    await file.write({ columnData: columns(held), rowGroupSize: GROUP });
    held = [];
    yield take(bytes);
  }
  if (held.length > 0) await file.write({ columnData: columns(held), rowGroupSize: GROUP });
  await file.finish();
  yield take(bytes);
}

/** Types are declared, not guessed of the rows: a file without rows, or without a second colour, has the same columns. */
function columns(rows: readonly ExportedAnswer[]): ColumnSource[] {
  const text = (name: keyof ExportedAnswer): ColumnSource => ({
    name,
    data: rows.map((row) => row[name] ?? null),
    type: "STRING",
    nullable: true,
  });
  const whole = (name: keyof ExportedAnswer): ColumnSource => ({
    name,
    data: rows.map((row) => row[name] ?? null),
    type: "INT32",
    nullable: true,
  });
  return [
    { name: "id", data: rows.map(({ id }) => BigInt(id)), type: "INT64", nullable: false },
    ...(["asset", "protocol", "category", "answer", "second", "reviewer"] as const).map(text),
    whole("iteration"),
    text("purpose"),
    whole("milliseconds"),
    { name: "answered_at", data: rows.map((row) => new Date(row.answered_at)), type: "TIMESTAMP", nullable: false },
    text("key"),
  ];
}

/** What was written since the last time; the writer goes on at the same place of the file. */
function take(bytes: ByteWriter): Buffer {
  const taken = Buffer.from(bytes.getBytes());
  bytes.index = 0;
  return taken;
}
