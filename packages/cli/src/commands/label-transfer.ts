import { existsSync, statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { fault } from "@anyone/domain/fault";
import { TRANSFER_FORMATS, type TransferFormat } from "@anyone/domain/review/exported-answer";
import { type Command, Option } from "commander";
import { wholeNumber } from "../numbers.ts";
import type { Output } from "../output.ts";
import { connect } from "../session.ts";
import { exportAnswers } from "../transfer/export-answers.ts";
import { importAnswers } from "../transfer/import-answers.ts";

const ENDINGS: Readonly<Record<string, TransferFormat>> = {
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".csv": "csv",
  ".tsv": "csv",
  ".parquet": "parquet",
  ".json": "label-studio",
};

/** `label export` and `label import`: people's answers, out to files and in from files. */
export function addLabelTransfer(label: Command, output: () => Output): void {
  label
    .command("export")
    .description("write all answers of people into a file; run it again to go on after an interruption")
    .addOption(formatOption())
    .requiredOption("--out <file>", "file to write")
    .option("--iteration <number>", "only answers of this iteration; 0 are the imported ones", wholeNumber(0, 32_767))
    .option("--by <name>", "only answers of this reviewer")
    .addHelpText("after", HELP_EXPORT)
    .action(async (options: { format?: TransferFormat; out: string; iteration?: number; by?: string }) => {
      const path = resolve(options.out);
      const format = options.format ?? formatOf(path);
      const { iteration, by } = options;
      const say = output();
      const follow = (bytes: number) => say.progress(`${megabytes(bytes)} written`);
      const written = await exportAnswers({ client: connect().client, path, format, iteration, by, follow });
      say.result({ file: path, format, ...written }, () => {
        const resumed = written.resumedAfter > 0 ? `, going on after answer ${written.resumedAfter}` : "";
        return `${path} has all answers: ${megabytes(written.bytes)}${resumed}.`;
      });
    });

  label
    .command("import")
    .description("take answers of people from a file; run it again to go on after an interruption")
    .argument("<file>", "csv, JSON lines, Parquet, or Label Studio's JSON")
    .addOption(formatOption())
    .option("--reviewer <name>", "whose the answers are that name nobody")
    .addHelpText("after", HELP_IMPORT)
    .action(async (file: string, options: { format?: TransferFormat; reviewer?: string }) => {
      const path = resolve(file);
      if (!existsSync(path) || !statSync(path).isFile()) {
        throw fault("bad-input", `There is no file ${path}.`, { hint: "Name a file of answers on this machine." });
      }
      const say = output();
      const follow = (rows: number, refused: number) => say.progress(`${rows} rows decided, ${refused} refused`);
      const format = options.format ?? formatOf(path);
      const done = await importAnswers({ client: connect().client, path, format, reviewer: options.reviewer, follow });
      say.result(done, () => {
        const before = done.repeated > 0 ? `, ${done.repeated} were there before` : "";
        const refused = done.rejectedFile ? ` ${done.rejected} rows were refused: see ${done.rejectedFile}.` : "";
        return `${done.accepted} answers were added${before}.${refused}`;
      });
    });
}

function formatOption(): Option {
  return new Option("--format <format>", "format of the file; default: by its name's ending").choices(TRANSFER_FORMATS);
}

function formatOf(path: string): TransferFormat {
  const format = ENDINGS[extname(path).toLowerCase()];
  if (format) return format;
  throw fault("bad-input", `The name ${path} does not say its format.`, {
    hint: `Name it: --format ${TRANSFER_FORMATS.join(" | ")}.`,
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const HELP_EXPORT = `
  anyone label export --out answers.parquet
  anyone label export --format label-studio --out tasks.json --by ada

In csv, cells that a spreadsheet would run (= + - @) begin with an apostrophe; the import takes it away again.`;

const HELP_IMPORT = `
  anyone label import answers.csv --reviewer "Ada"

A row needs asset, category (its id or number) and answer: an option, not_visible, unsure or other:<text>; it may have
second, reviewer, answered_at, milliseconds, protocol and key. Of Label Studio's JSON, each choices result is an answer:
from_name is the category, data.asset (or the sha256 in data.image) the asset, a second choice the second colour.
Rows that are refused stand in <file>.rejected.jsonl with the reason; the others are taken. Nothing is added twice.`;
