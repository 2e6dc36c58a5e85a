import { NOT_ASKED, NOT_VISIBLE, UNSURE } from "../annotate/answer.ts";
import type { Category, Protocol } from "../annotate/protocol.ts";

/** One person's answer to one question as every format of a file carries it, in the order of a table's columns. */
export interface ExportedAnswer {
  /** Rows are only ever added and numbered as they are: an export goes on after the last id it has. */
  id: number;
  asset: string;
  /** `name@version` of the label protocol. */
  protocol: string;
  /** Id of the category, for example `dress.color`. */
  category: string;
  /** An option's text, `not_visible`, `unsure` or `other:<text>`. */
  answer: string;
  /** The second colour of a two-option category. */
  second?: string | undefined;
  reviewer: string;
  iteration: number;
  purpose: string;
  milliseconds?: number | undefined;
  /** ISO 8601 in UTC, to the millisecond. */
  answered_at: string;
  /** Idempotency key of the submission: what was imported once is known by it. */
  key: string;
}

export const ANSWER_COLUMNS = [
  "id",
  "asset",
  "protocol",
  "category",
  "answer",
  "second",
  "reviewer",
  "iteration",
  "purpose",
  "milliseconds",
  "answered_at",
  "key",
] as const satisfies readonly (keyof ExportedAnswer)[];

/** Files that answers are written to and read from. */
export const TRANSFER_FORMATS = ["jsonl", "csv", "parquet", "label-studio"] as const;
export type TransferFormat = (typeof TRANSFER_FORMATS)[number];

/** The words of every packed value of a category that names one thing: options by their index, and what is none. */
export function wordsOf(category: Category): Map<number, string> {
  return new Map<number, string>([
    ...category.options.map((option, index): [number, string] => [index, option]),
    [NOT_ASKED, "not_asked"],
    [NOT_VISIBLE, "not_visible"],
    [UNSURE, "unsure"],
  ]);
}

/** Numbers of the categories whose packed values hold two options. */
export function paired({ categories }: Protocol): number[] {
  return categories.filter(({ arity }) => arity === "two").map(({ n }) => n);
}
