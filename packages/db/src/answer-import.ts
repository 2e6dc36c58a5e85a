import { createHash } from "node:crypto";
import { fault } from "@anyone/domain/fault";
import { type ImportedAnswer, judgeRow, type RowFault } from "@anyone/domain/review/imported-answer";
import type { NextTask } from "@anyone/domain/tasks";
import type { Database, Sql, Transaction } from "@anyone/domain/transaction";
import { addTasks } from "./add-tasks.ts";
import { read } from "./browse/page.ts";
import { recordEvent } from "./events.ts";
import type { Protocols } from "./protocols.ts";

export interface AnswerImportRow {
  id: number;
  name: string;
  sha256: string;
  position: number;
  chunkStart: number;
  accepted: number;
  repeated: number;
  rejected: number;
  state: "open" | "done";
  startedBy: string;
  startedAt: string;
  finishedAt: string | null;
}

export interface Rejected {
  /** Number of the row in its file, from 1. */
  row: number;
  reason: RowFault;
  detail: string;
}

const IMPORT = `select id, name, sha256, position::float8 as position, chunk_start::float8 as "chunkStart", accepted::float8 as accepted,
  repeated::float8 as repeated, rejected::float8 as rejected, state, started_by as "startedBy", started_at as "startedAt",
  finished_at as "finishedAt" from answer_imports`;

/** Imports, latest first. */
export function listImports(sql: Sql): Promise<AnswerImportRow[]> {
  return read(sql, `${IMPORT} order by id desc limit 200`);
}

/** Begins an import, or finds the open one of the same file; one that is done is gone through again from its first row. */
export async function startImport(
  sql: Sql,
  file: { name: string; sha256: string; reviewer?: string | undefined; by: string },
): Promise<AnswerImportRow> {
  const [row] = await sql.query<{ id: number }>(
    `insert into answer_imports as i (name, sha256, reviewer, started_by) values ($1, $2, $3, $4)
     on conflict (sha256, reviewer) do update set name = excluded.name, state = 'open', finished_at = null,
       position = case i.state when 'done' then 0 else i.position end, chunk_start = case i.state when 'done' then 0 else i.chunk_start end,
       accepted = case i.state when 'done' then 0 else i.accepted end, repeated = case i.state when 'done' then 0 else i.repeated end,
       rejected = case i.state when 'done' then 0 else i.rejected end
     returning id`,
    [file.name, file.sha256, file.reviewer ?? "", file.by],
  );
  return importOf(sql, row?.id ?? 0);
}

/** What was added about assets under a protocol; `from` is the number of the first of these answers. */
export interface Added {
  protocolId: string;
  assetIds: string[];
  from: string;
}

/**
 * Decides the next rows of a file and how far it is, in one transaction. Rows that were decided before are judged the same
 * and add nothing: an answer is known by its content, or by the key that its file gives it.
 *
 * @param chunk `position`: rows of the file before the first of `rows`
 * @param settle the tasks that settle what was added: they are written with it
 * @throws Fault `not-found`; `conflict` when rows before these are missing, or the import is done
 */
export async function addRows(
  db: Database,
  protocols: Protocols,
  chunk: { id: number; position: number; rows: readonly unknown[] },
  settle: (added: Added) => readonly NextTask[],
): Promise<{ position: number; accepted: number; repeated: number; rejected: Rejected[] }> {
  // before the transaction: inside of it, a second connection could be one too many
  const current = await protocols.current();
  const published = await db.query<{ id: string }>("SELECT id FROM protocols");
  const known = new Map(await Promise.all(published.map(async ({ id }) => [id, await protocols.get(id)] as const)));
  return db.transaction(async (tx) => {
    const { reviewer, position, state } = await lock(tx, chunk.id);
    if (state === "done") throw fault("conflict", `Import ${chunk.id} is done.`, { hint: "Start it again." });
    if (chunk.position > position) {
      throw fault("conflict", `Import ${chunk.id} is at row ${position}, not yet at ${chunk.position}.`, {
        hint: `Go on at ${position}.`,
      });
    }
    const { answers, rejected } = await judge(tx, chunk, {
      protocols: known,
      current,
      ...(reviewer ? { reviewer } : {}),
    });
    const added = await insert(tx, answers);
    await addTasks(tx, byProtocol(added).flatMap(settle));
    const accepted = added.length;
    const repeated = answers.length - accepted;
    const end = chunk.position + chunk.rows.length;
    if (end > position) {
      await tx.query(
        `UPDATE answer_imports SET position = $2, chunk_start = $3, accepted = accepted + $4, repeated = repeated + $5,
                rejected = rejected + $6 WHERE id = $1`,
        [chunk.id, end, chunk.position, accepted, repeated, rejected.length],
      );
    }
    return { position: Math.max(end, position), accepted, repeated, rejected };
  });
}

/** Says that the file has no more rows than were decided, once. Faults: `not-found`; `conflict` when it has. */
export function finishImport(db: Database, id: number, rows: number): Promise<AnswerImportRow> {
  return db.transaction(async (tx) => {
    const { position, state } = await lock(tx, id);
    if (position !== rows) {
      throw fault("conflict", `Import ${id} is at row ${position}, and its file has ${rows}.`, {
        hint: `Go on at ${Math.min(position, rows)}.`,
      });
    }
    if (state === "open") {
      await tx.query("UPDATE answer_imports SET state = 'done', finished_at = clock_timestamp() WHERE id = $1", [id]);
      const { name, accepted, repeated, rejected } = await importOf(tx, id);
      const data = { import: id, name, accepted, repeated, rejected };
      const text = `${accepted} answers were imported from ${name}, ${rejected} rows were refused`;
      await recordEvent(tx, { stage: "review", kind: "answers-imported", text, data });
      await tx.query("SELECT tell_webhooks('answers.imported', $1)", [JSON.stringify(data)]);
    }
    return importOf(tx, id);
  });
}

async function lock(tx: Transaction, id: number) {
  const [row] = await tx.query<{ reviewer: string; position: number; state: string }>(
    "SELECT reviewer, position::float8 AS position, state FROM answer_imports WHERE id = $1 FOR UPDATE",
    [id],
  );
  if (!row) throw fault("not-found", `There is no import ${id}.`, { hint: "Start one: POST /v1/review/imports." });
  return row;
}

async function judge(
  tx: Transaction,
  chunk: { position: number; rows: readonly unknown[] },
  by: Parameters<typeof judgeRow>[1],
): Promise<{ answers: ImportedAnswer[]; rejected: Rejected[] }> {
  const rejected: Rejected[] = [];
  const judged = chunk.rows.flatMap((row, place) => {
    const one = judgeRow(row, by);
    if (one.ok) return [{ place, answer: one.answer }];
    rejected.push({ row: chunk.position + place + 1, reason: one.reason, detail: one.detail });
    return [];
  });
  const named = [...new Set(judged.map(({ answer }) => answer.assetId))];
  const there = await tx.query<{ id: string }>("SELECT id FROM assets WHERE id = ANY ($1::text[])", [named]);
  const assets = new Set(there.map(({ id }) => id));
  for (const { place, answer } of judged) {
    if (assets.has(answer.assetId)) continue;
    const detail = `There is no asset "${answer.assetId}" here.`;
    rejected.push({ row: chunk.position + place + 1, reason: "unknown-asset", detail });
  }
  rejected.sort((a, b) => a.row - b.row);
  return { answers: judged.map(({ answer }) => answer).filter(({ assetId }) => assets.has(assetId)), rejected };
}

/**
 * Adds those that are not there yet, and returns them. They belong to no iteration of this platform: number 0. What one
 * person says about one asset is one page, whichever files it comes in, and an answer given anew is its next revision: the
 * later row stands, as for a correction made here.
 */
async function insert(tx: Transaction, answers: readonly ImportedAnswer[]): Promise<AddedAnswer[]> {
  if (answers.length === 0) return [];
  // two files may hold turns of the same answer: one numbers its revisions after the other
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('answer_imports'))");
  const column = <Value>(of: (answer: ImportedAnswer) => Value) => answers.map(of);
  return tx.query<AddedAnswer>(
    `INSERT INTO human_answers (review_task_id, asset_id, protocol_id, category, value, text, reviewer, iteration, purpose,
                                milliseconds, idempotency_key, created_at, imported_at, revision)
     SELECT page, asset, protocol, category, value, text, reviewer, 0, 'import', milliseconds, key,
            coalesce(answered_at, clock_timestamp()), clock_timestamp(),
            row_number() OVER (PARTITION BY page, protocol, category ORDER BY place)
              + (SELECT coalesce(max(h.revision), 0) FROM human_answers h
                  WHERE h.review_task_id = page AND h.protocol_id = protocol AND h.category = given.category)
       FROM unnest($1::text[], $2::text[], $3::smallint[], $4::smallint[], $5::text[], $6::text[], $7::int[], $8::text[],
                   $9::text[], $10::timestamptz[]) WITH ORDINALITY
         AS given (asset, protocol, category, value, text, reviewer, milliseconds, key, own_key, answered_at, place),
            LATERAL (SELECT 'import.' || md5(asset || ' ' || reviewer) AS page) AS pages
      WHERE own_key IS NULL OR NOT EXISTS (
        SELECT FROM human_answers AS before
         WHERE before.idempotency_key = own_key AND before.category = given.category AND before.asset_id = asset)
      ORDER BY place
     ON CONFLICT (idempotency_key, category) DO NOTHING RETURNING id::text, asset_id AS "assetId", protocol_id AS "protocolId"`,
    [
      column(({ assetId }) => assetId),
      column(({ protocolId }) => protocolId),
      column(({ category }) => category),
      column(({ value }) => value),
      column(({ text }) => text),
      column(({ reviewer }) => reviewer),
      column(({ milliseconds }) => milliseconds),
      column(contentKey),
      column(({ key }) => key),
      column(({ answeredAt }) => answeredAt),
    ],
  );
}

interface AddedAnswer {
  id: string;
  assetId: string;
  protocolId: string;
}

function byProtocol(added: readonly AddedAnswer[]): Added[] {
  return [...Map.groupBy(added, ({ protocolId }) => protocolId)].map(([protocolId, some]) => ({
    protocolId,
    assetIds: [...new Set(some.map(({ assetId }) => assetId))],
    from: (some[0] as AddedAnswer).id,
  }));
}

/**
 * What an imported answer is known by. A key that an import of ours made stays; another file's key is made part of ours, so
 * that no file can take the key of a submission that is still to come; without one the content is the key.
 */
function contentKey(answer: ImportedAnswer): string {
  if (answer.key && /^import\.[0-9a-f]{32}$/.test(answer.key)) return answer.key;
  const content = answer.key
    ? [answer.key, answer.assetId, answer.protocolId]
    : [answer.assetId, answer.protocolId, answer.reviewer, answer.value, answer.text, answer.answeredAt];
  return `import.${createHash("sha256")
    .update(JSON.stringify([...content, answer.category]))
    .digest("hex")
    .slice(0, 32)}`;
}

async function importOf(sql: Sql, id: number): Promise<AnswerImportRow> {
  const [row] = await read<AnswerImportRow>(sql, `${IMPORT} where id = $1`, [id]);
  if (!row) throw fault("not-found", `There is no import ${id}.`);
  return row;
}
