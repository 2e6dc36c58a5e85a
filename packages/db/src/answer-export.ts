import { setTimeout as sleep } from "node:timers/promises";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { fault } from "@anyone/domain/fault";
import { ANSWER_COLUMNS } from "@anyone/domain/review/exported-answer";
import type { Sql } from "@anyone/domain/transaction";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { OpenDatabase } from "./client.ts";
import { connectionFault } from "./connection-fault.ts";
import { csvColumns, jsonColumn } from "./exported-columns.ts";
import { protocolRepository } from "./protocols.ts";

/** Which answers: those after an id, of one iteration, of one reviewer. */
export interface AnswerSelection {
  after: number;
  iteration?: number | undefined;
  reviewer?: string | undefined;
}

/** Rows of one COPY: a reader that is slow holds no snapshot for longer than these take. */
const ROWS = 100_000;
const SETTLE_MS = 10_000;

/**
 * What people said as bytes of csv (its first line the columns, unless it goes on after an id) or of JSON lines, in the
 * order of ids. Memory is that of the pieces under way: the next is read once somebody takes it. The connection is given
 * back when the last piece was read, or nobody reads on.
 *
 * @throws Fault `unavailable` when a transaction that writes answers does not end in ten seconds.
 */
export async function* exportAnswers(
  db: OpenDatabase,
  format: "csv" | "jsonl",
  selection: AnswerSelection,
): AsyncGenerator<Buffer> {
  const protocols = await protocolsOf(db);
  const until = await settledId(db);
  if (format === "csv" && selection.after === 0) yield Buffer.from(`${ANSWER_COLUMNS.join(",")}\n`);
  for (let after = selection.after; after < until; ) {
    const upTo = await endOf(db, after, until);
    const columns = format === "csv" ? csvColumns(protocols) : jsonColumn(protocols);
    yield* copy(
      db,
      `COPY (SELECT ${columns} FROM human_answers WHERE ${where({ ...selection, after }, upTo)} ORDER BY id)
      TO STDOUT (FORMAT csv${format === "csv" ? "" : `, DELIMITER E'\\x02', QUOTE E'\\x01'`})`,
    );
    after = upTo;
  }
}

/**
 * An id up to which no row will come any more. Ids are handed out before their transactions commit, so a row with a
 * smaller one may still turn up: every transaction that holds the table's write lock now is waited for, as CREATE INDEX
 * CONCURRENTLY does; writers wait for nobody.
 */
async function settledId(db: Sql): Promise<number> {
  const [last] = await db.query<{ id: number }>(
    "SELECT last_value::float8 AS id FROM human_answers_id_seq WHERE is_called",
  );
  const writing = await writers(db);
  for (let waited = 0; writing.size > 0; waited += 20) {
    if (waited >= SETTLE_MS) {
      throw fault("unavailable", "Somebody has been writing answers for ten seconds without an end.", {
        hint: "Try again in a moment.",
      });
    }
    await sleep(20);
    const still = await writers(db);
    for (const one of writing) if (!still.has(one)) writing.delete(one);
  }
  return last?.id ?? 0;
}

async function writers(db: Sql): Promise<Set<string>> {
  const rows = await db.query<{ id: string }>(
    `SELECT virtualtransaction AS id FROM pg_locks
      WHERE locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND relation = 'human_answers'::regclass AND mode = 'RowExclusiveLock' AND granted`,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Where a piece that begins after an id ends. */
async function endOf(db: Sql, after: number, until: number): Promise<number> {
  const [row] = await db.query<{ id: number }>(
    `SELECT id::float8 AS id FROM human_answers WHERE id > $1 AND id <= $2 ORDER BY id OFFSET ${ROWS - 1} LIMIT 1`,
    [after, until],
  );
  return row?.id ?? until;
}

/** Only published protocols have answers; each is parsed once per process. */
async function protocolsOf(db: Sql): Promise<Protocol[]> {
  const repository = protocolRepository(db);
  const rows = await db.query<{ id: string }>("SELECT id FROM protocols ORDER BY id");
  return Promise.all(rows.map(({ id }) => repository.get(id)));
}

function where({ after, iteration, reviewer }: AnswerSelection, upTo: number): string {
  return [
    `id > ${Math.trunc(after)} AND id <= ${Math.trunc(upTo)}`,
    ...(iteration === undefined ? [] : [`iteration = ${Math.trunc(iteration)}`]),
    ...(reviewer === undefined ? [] : [`reviewer = ${pg.escapeLiteral(reviewer)}`]),
  ].join(" AND ");
}

async function* copy(db: OpenDatabase, sql: string): AsyncGenerator<Buffer> {
  const client = await db.pool.connect().catch((error) => {
    throw connectionFault(error);
  });
  let whole = false;
  try {
    for await (const piece of client.query(copyTo(sql))) yield piece as Buffer;
    whole = true;
  } catch (error) {
    throw connectionFault(error);
  } finally {
    client.release(!whole); // a connection that is left in the middle of a copy is of no use to anyone
  }
}
