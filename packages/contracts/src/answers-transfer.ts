import { TRANSFER_FORMATS } from "@anyone/domain/review/exported-answer";
import { z } from "zod";
import { operation } from "./operation.ts";
import { Moment } from "./page.ts";

const Id = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const TransferFormat = z.enum(TRANSFER_FORMATS);

/** A file that answers come from, and how far it is. */
export const AnswerImport = z.object({
  id: z.number().int(),
  name: z.string(),
  /** sha256 of the file: the same file again goes on with the same import. */
  sha256: z.string(),
  /** Rows of the file that are decided: taken, known before or refused. */
  position: z.number().int(),
  /** Where the last chunk began: who was cut off sends it again, to hear what was refused of it. */
  chunkStart: z.number().int(),
  accepted: z.number().int(),
  repeated: z.number().int(),
  rejected: z.number().int(),
  state: z.enum(["open", "done"]),
  startedBy: z.string(),
  startedAt: Moment,
  finishedAt: Moment.nullable(),
});
export type AnswerImport = z.infer<typeof AnswerImport>;

export const RejectedRow = z.object({
  /** Number of the row in the file, from 1. */
  row: z.number().int(),
  reason: z.string(),
  detail: z.string(),
});
export type RejectedRow = z.infer<typeof RejectedRow>;

const byImport = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) });
const Row = z.number().int().min(0).max(1_000_000_000_000);

/** The most rows of one chunk: a transaction of some hundredths of a second. */
export const CHUNK_ROWS = 2_000;

/** What people said, out to files and in from files. */
export const answersTransferApi = {
  exportAnswers: operation({
    path: "/v1/review/answers/export",
    stage: "review",
    access: "operator",
    summary: "All answers of people as a file, in the order of their ids; `after` goes on where another one ended",
    query: z.object({
      format: TransferFormat.default("jsonl"),
      after: Id.default(0),
      iteration: z.coerce.number().int().min(0).max(32_767).optional(),
      by: z.string().min(1).max(200).optional(),
    }),
    contentType: "application/octet-stream",
  }),
  listImports: operation({
    path: "/v1/review/imports",
    stage: "review",
    access: "operator",
    summary: "Files that answers were imported from, latest first",
    answer: z.object({ items: z.array(AnswerImport) }),
  }),
  startImport: operation({
    method: "POST",
    path: "/v1/review/imports",
    stage: "review",
    access: "operator",
    summary: "Begins to import a file of answers, or goes on with one that was interrupted",
    body: z.strictObject({
      name: z.string().trim().min(1).max(300),
      sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hex digits of a sha256"),
      /** Whose the answers are that name nobody. */
      reviewer: z.string().trim().min(1).max(200).optional(),
    }),
    answer: AnswerImport,
  }),
  addRows: operation({
    method: "POST",
    path: "/v1/review/imports/:id/rows",
    stage: "review",
    access: "operator",
    summary:
      "Adds the next rows of the file, in one transaction; sent again they change nothing and are judged the same",
    params: byImport,
    body: z.strictObject({
      /** Rows of the file before the first of these. */
      position: Row,
      /** Rows as the file has them; a text stands for one that could not be read, and says why. */
      rows: z.array(z.unknown()).min(1).max(CHUNK_ROWS),
    }),
    answer: z.object({
      position: z.number().int(),
      accepted: z.number().int(),
      repeated: z.number().int(),
      rejected: z.array(RejectedRow),
    }),
    perMinute: 60_000,
  }),
  finishImport: operation({
    method: "POST",
    path: "/v1/review/imports/:id/finish",
    stage: "review",
    access: "operator",
    summary: "Says that the file has no more rows",
    params: byImport,
    body: z.strictObject({ rows: Row }),
    answer: AnswerImport,
  }),
} as const;
