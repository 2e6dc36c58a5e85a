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

/** Rows of one COPY, some three megabytes: a reader that is slow holds no snapshot for longer than these take. */
const ROWS = 8_000;
/** Ranges that are copied while one is read: spelling rows takes PostgreSQL longer than reading them, and it has several processes. */
const AHEAD = 2;
const SETTLE_MS = 10_000;

/**
 * What people said as bytes of csv (its first line the columns, unless it goes on after an id) or of JSON lines, in the
 * order of ids. Memory is that of three ranges: the next is copied once somebody takes one. Connections are given
 * back when the last range was read, or nobody reads on.
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
  const flying: Promise<Buffer[]>[] = [];
  try {
    for await (const range of rangesOf(db, selection, until)) {
      const copied = copy(db, copyStatement(format, protocols, where(selection, range)));
      copied.catch(() => {}); // thrown where it is awaited
      flying.push(copied);
      if (flying.length > AHEAD) yield* (await flying.shift()) ?? [];
    }
    while (flying.length > 0) yield* (await flying.shift()) ?? [];
  } finally {
    await Promise.allSettled(flying);
  }
}

/** What has PostgreSQL spell the answers that fit a condition, in the order of ids; `to` is SQL: where they go. */
export function copyStatement(
  format: "csv" | "jsonl",
  protocols: readonly Protocol[],
  condition: string,
  to = "STDOUT",
): string {
  const columns = format === "csv" ? csvColumns(protocols) : jsonColumn(protocols);
  const signs = format === "csv" ? "" : `, DELIMITER E'\\x02', QUOTE E'\\x01'`;
  return `COPY (SELECT ${columns} FROM human_answers WHERE ${condition} ORDER BY id) TO ${to} (FORMAT csv${signs})`;
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

interface Range {
  after: number;
  upTo: number;
}

/** The ids after `after` in ranges of so many rows. */
async function* rangesOf(db: Sql, { after }: AnswerSelection, until: number): AsyncGenerator<Range> {
  for (let from = after; from < until; ) {
    const [row] = await db.query<{ id: number }>(
      `SELECT id::float8 AS id FROM human_answers WHERE id > $1 AND id <= $2 ORDER BY id OFFSET ${ROWS - 1} LIMIT 1`,
      [from, until],
    );
    const upTo = row?.id ?? until;
    yield { after: from, upTo };
    from = upTo;
  }
}

/** Only published protocols have answers; each is parsed once per process. */
async function protocolsOf(db: Sql): Promise<Protocol[]> {
  const repository = protocolRepository(db);
  const rows = await db.query<{ id: string }>("SELECT id FROM protocols ORDER BY id");
  return Promise.all(rows.map(({ id }) => repository.get(id)));
}

function where({ iteration, reviewer }: AnswerSelection, { after, upTo }: Range): string {
  return [
    `id > ${Math.trunc(after)} AND id <= ${Math.trunc(upTo)}`,
    ...(iteration === undefined ? [] : [`iteration = ${Math.trunc(iteration)}`]),
    ...(reviewer === undefined ? [] : [`reviewer = ${pg.escapeLiteral(reviewer)}`]),
  ].join(" AND ");
}

async function copy(db: OpenDatabase, sql: string): Promise<Buffer[]> {
  const client = await db.pool.connect().catch((error) => {
    throw connectionFault(error);
  });
  const pieces: Buffer[] = [];
  let whole = false;
  try {
    for await (const piece of client.query(copyTo(sql))) pieces.push(piece as Buffer);
    whole = true;
    return pieces;
  } catch (error) {
    throw connectionFault(error);
  } finally {
    client.release(!whole); // a connection that is left in the middle of a copy is of no use to anyone
  }
}
