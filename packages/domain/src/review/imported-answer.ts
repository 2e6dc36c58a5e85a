import { z } from "zod";
import { OTHER, pack, readAnswer } from "../annotate/answer.ts";
import type { Category, Protocol } from "../annotate/protocol.ts";
import { Fault, whatDoesNotFit } from "../fault.ts";

/** Why a row of a file is no answer; `unknown-asset` is found by the database. */
export const ROW_FAULTS = [
  "unreadable",
  "wrong-type",
  "no-reviewer",
  "unknown-protocol",
  "unknown-category",
  "unknown-answer",
  "unknown-asset",
] as const;
export type RowFault = (typeof ROW_FAULTS)[number];

/** An answer that a file holds, packed by its protocol. */
export interface ImportedAnswer {
  assetId: string;
  protocolId: string;
  category: number;
  value: number;
  text: string | null;
  reviewer: string;
  milliseconds: number | null;
  /** ISO 8601; null where the file does not say when. */
  answeredAt: string | null;
  /** What the file calls the submission, if it does. */
  key: string | null;
}

export type JudgedRow = { ok: true; answer: ImportedAnswer } | { ok: false; reason: RowFault; detail: string };

/** Text that a database can hold: no NUL, no half of a surrogate pair. */
const text = (most: number) =>
  z
    .string()
    .max(most)
    .refine((value) => !value.includes("\u0000") && value.isWellFormed(), "holds characters that are none");
const absent = (value: unknown) => (value === null || value === "" ? undefined : value);

const Row = z.object({
  asset: text(200).min(1),
  category: z.union([text(200).min(1), z.number().int()]),
  answer: text(400).min(1),
  protocol: z.preprocess(absent, text(200).optional()),
  second: z.preprocess(absent, text(200).optional()),
  reviewer: z.preprocess(absent, text(200).optional()),
  milliseconds: z.preprocess(
    (value) => (typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : absent(value)),
    z.number().int().min(0).max(2_147_483_647).optional(),
  ),
  answered_at: z.preprocess(
    absent,
    z.iso
      .datetime({ offset: true })
      .refine((moment) => !Number.isNaN(Date.parse(moment)), "no moment")
      .optional(),
  ),
  key: z.preprocess(absent, text(300).optional()),
});

/**
 * Judges one row of a file of answers against the label protocols (a text instead of a row says why it could not be read): a row is an answer or has a reason, never both, and one
 * row's fault is none of the others'. An answer that is spelled as an option, in any case, is that option.
 *
 * @param protocols published ones by their identity; `current` is that of rows that name none
 * @param reviewer whose the answers are that name nobody
 */
export function judgeRow(
  row: unknown,
  { protocols, current, reviewer }: { protocols: ReadonlyMap<string, Protocol>; current: Protocol; reviewer?: string },
): JudgedRow {
  if (typeof row === "string") return refused("unreadable", row.slice(0, 400));
  if (row === null || typeof row !== "object") return refused("unreadable", "It is no row with named values.");
  const { data, error } = Row.safeParse(row);
  if (!data) return refused("wrong-type", `${whatDoesNotFit(error)}.`);
  const protocol = data.protocol === undefined ? current : protocols.get(data.protocol);
  if (!protocol) return refused("unknown-protocol", `There is no label protocol "${data.protocol}" here.`);
  const category = categoryIn(protocol, data.category);
  if (!category) return refused("unknown-category", `${protocol.identity} has no category "${data.category}".`);
  const by = data.reviewer ?? reviewer;
  if (!by) return refused("no-reviewer", "It does not say who answered; name somebody with --reviewer.");
  const packed = packAnswer(category, data);
  if ("why" in packed) return refused("unknown-answer", packed.why);
  return {
    ok: true,
    answer: {
      assetId: data.asset,
      protocolId: protocol.identity,
      category: category.n,
      ...packed,
      reviewer: by,
      milliseconds: data.milliseconds ?? null,
      answeredAt: data.answered_at ?? null,
      key: data.key ?? null,
    },
  };
}

function refused(reason: RowFault, detail: string): JudgedRow {
  return { ok: false, reason, detail };
}

/** By its id or by its number. */
function categoryIn(protocol: Protocol, named: string | number): Category | undefined {
  const number = typeof named === "number" ? named : /^\d{1,4}$/.test(named) ? Number(named) : undefined;
  return number === undefined ? protocol.byId.get(named as string) : protocol.categories[number - 1];
}

const OTHER_PREFIX = "other:";

function packAnswer(
  category: Category,
  { answer, second }: { answer: string; second?: string | undefined },
): { value: number; text: string | null } | { why: string } {
  // what stands after it is kept to the letter, as it was when it was written out
  if (answer.startsWith(OTHER_PREFIX) && second === undefined) {
    const said = answer.slice(OTHER_PREFIX.length);
    if (said.trim() === said && said.length > 0 && said.length <= 200 && fewEnough(category, said)) {
      return { value: OTHER, text: said };
    }
  }
  try {
    const read = readAnswer(category, second === undefined ? { value: answer } : { value: answer, second }, "person");
    const value = pack(category, read);
    return { value, text: value === OTHER ? read.value.slice(OTHER_PREFIX.length) : null };
  } catch (error) {
    if (error instanceof Fault) return { why: [error.message, error.hint].filter(Boolean).join(" ") };
    throw error;
  }
}

function fewEnough({ max_words: most }: Category, said: string): boolean {
  return most === undefined || said.split(/\s+/).length <= most;
}
