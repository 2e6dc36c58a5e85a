import { createHash } from "node:crypto";
import { type PackedAnswers, recordModelAnswers } from "../../packages/db/src/answers.ts";
import { type OpenDatabase, openDatabase } from "../../packages/db/src/client.ts";
import { GIVER } from "../../packages/domain/src/annotate/answer.ts";
import { primeHuman } from "../../packages/domain/src/annotate/prime-human.ts";
import { random } from "../../packages/domain/src/random.ts";
import { databaseUrl, withClient } from "../../test/support/postgres.ts";
import { openStores } from "../../test/support/stores.ts";
import type { BenchResult } from "./run.ts";

const ASSETS = 20_000;
const CHUNK = 64;
/** Questions of the protocol that apply to a picture, about. */
const APPLICABLE = 20;
/** The table as it was: an index that every new labeller's number goes into, and no room left in the pages. */
const AS_IT_WAS = `CREATE INDEX answers_by_labeller ON answers (protocol_id, labeller); ALTER TABLE answers RESET (fillfactor)`;

interface Pass {
  name: string;
  before: string;
  /** Share of the rows in which the new labeller moves confidences. */
  changed: number;
}

const PASSES: readonly Pass[] = [
  { name: "as it was, every row another", before: AS_IT_WAS, changed: 1 },
  { name: "every row another", before: "", changed: 1 },
  { name: "half of the rows", before: "", changed: 0.5 },
  { name: "no row", before: "", changed: 0 },
];

/** What a new labeller's pass over the pool writes into PostgreSQL, which keeps what it commits. */
export async function run(): Promise<BenchResult> {
  const stores = openStores({ durable: true });
  const table = [
    [
      "new answers in",
      "rows written",
      "in place",
      "log, bytes a row of the pool",
      "table and indexes, MB",
      "then",
      "s",
    ],
  ];
  const figures: Record<string, number> = {};
  try {
    const { adminUrl, template } = await stores.postgres();
    for (const [place, pass] of PASSES.entries()) {
      const name = template.replace(/_template$/, `_reannotate_${place}`);
      await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
      const db = openDatabase(databaseUrl(adminUrl, name));
      try {
        const { cells, written, logBytes } = await measure(db, pass);
        table.push([pass.name, ...cells]);
        figures[`written_${place}`] = written;
        figures[`log_bytes_${place}`] = logBytes;
      } finally {
        await db.close();
      }
    }
    return { table, figures };
  } finally {
    await stores.close();
  }
}

async function measure(db: OpenDatabase, { before, changed }: Pass) {
  if (before) await db.query(before);
  const ids = Array.from({ length: ASSETS }, (_, n) => createHash("sha256").update(`${n}`).digest("hex"));
  for (const chunk of chunks(ids)) await record(db, chunk, 1, 0);
  await db.query("VACUUM ANALYZE answers");
  const from = await state(db);
  const started = performance.now();
  let written = 0;
  for (const chunk of chunks([...ids].sort())) written += await record(db, chunk, 2, changed);
  const seconds = (performance.now() - started) / 1000;
  const to = await state(db);
  const logBytes = Math.round((to.log - from.log) / ASSETS);
  const cells = [
    String(written),
    written > 0 ? `${((100 * (to.inPlace - from.inPlace)) / written).toFixed(0)} %` : "–",
    String(logBytes),
    (from.bytes / 1e6).toFixed(1),
    (to.bytes / 1e6).toFixed(1),
    seconds.toFixed(1),
  ];
  return { cells, written, logBytes };
}

function record(db: OpenDatabase, ids: readonly string[], labeller: number, changed: number): Promise<number> {
  return db.transaction((tx) =>
    recordModelAnswers(
      tx,
      primeHuman.identity,
      ids.map((id) => rowOf(id, labeller, changed)),
    ),
  );
}

function rowOf(assetId: string, labeller: number, changed: number): PackedAnswers {
  const draw = random(assetId);
  const moved = draw() < changed ? 100 * (labeller - 1) : 0;
  const asked = primeHuman.categories.map(() => draw() < APPLICABLE / primeHuman.categories.length);
  const perMille = () => asked.map((is) => (is ? Math.floor(800 * draw()) + moved : 0));
  return {
    assetId,
    labeller,
    value: asked.map((is) => (is ? Math.floor(8 * draw()) : -1)),
    confidence: perMille(),
    margin: perMille(),
    entropy: perMille(),
    giver: asked.map((is) => (is ? GIVER.model : GIVER.nobody)),
  };
}

async function state(db: OpenDatabase): Promise<{ log: number; bytes: number; inPlace: number }> {
  await db.query("SELECT pg_stat_force_next_flush()");
  const [row] = await db.query<{ log: number; bytes: number; inPlace: number }>(
    `SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS log, pg_total_relation_size('answers')::float8 AS bytes,
            (SELECT n_tup_hot_upd::int FROM pg_stat_user_tables WHERE relname = 'answers') AS "inPlace"`,
  );
  return row as NonNullable<typeof row>;
}

function chunks(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / CHUNK) }, (_, n) => ids.slice(n * CHUNK, (n + 1) * CHUNK));
}
