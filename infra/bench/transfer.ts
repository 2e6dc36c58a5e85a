import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { exportAnswers } from "../../packages/cli/src/transfer/export-answers.ts";
import { importAnswers } from "../../packages/cli/src/transfer/import-answers.ts";
import { type Client, createClient } from "../../packages/contracts/src/client.ts";
import { seedAnswers, seedAssets } from "../../packages/db/src/answered.fixture.ts";
import { bareCopySeconds } from "../../packages/db/src/bare-copy.bench.ts";
import { type OpenDatabase, openDatabase } from "../../packages/db/src/client.ts";
import { primeHuman } from "../../packages/domain/src/annotate/prime-human.ts";
import { TRANSFER_FORMATS, type TransferFormat } from "../../packages/domain/src/review/exported-answer.ts";
import { databaseUrl, withClient } from "../../test/support/postgres.ts";
import { openStores } from "../../test/support/stores.ts";
import type { BenchResult } from "./run.ts";

const ROWS = 1_200_000;
/** Rows at the beginning, where the table is empty, and at the end, where it holds a million, whose rates are compared. */
const WINDOW = 200_000;
const ASSETS = 60_000;
const KEY = "anyone_bench-key-that-nobody-else-knows-0001";
const API = fileURLToPath(new URL("../../services/api/src/main.ts", import.meta.url));

/**
 * 1.2 million answers out to a file of each format and in again, by the command's own functions through a real API process
 * on a durable PostgreSQL. An export is held against PostgreSQL's own COPY of the same text, and of the table as it lies, to a file on
 * the same disk: best of three each, in turns.
 */
export async function run(): Promise<BenchResult> {
  const stores = openStores({ durable: true });
  const folder = await mkdtemp(join(tmpdir(), "anyone-transfer-bench-"));
  const closing: (() => Promise<void> | boolean)[] = [];
  try {
    const { adminUrl, template } = await stores.postgres();
    const open = async (name: string) => {
      await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
      const db = openDatabase(databaseUrl(adminUrl, name));
      closing.push(db.close);
      await seedAssets(db, ASSETS);
      const api = await startApi(databaseUrl(adminUrl, name), folder);
      closing.push(api.stop);
      return { db, ...api };
    };
    const from = await open(template.replace(/_template$/, "_from"));
    await seedAnswers(from.db, { assets: ASSETS, count: ROWS });
    await from.db.query("VACUUM ANALYZE human_answers");
    const out = await measureExports(from, folder);
    const to = await open(template.replace(/_template$/, "_to"));
    const taken = await measureImport(to.client, join(folder, "answers.jsonl"));
    return {
      table: [
        ["what", "rows/s", "of PostgreSQL's COPY of the same text", "of its COPY of the table", "API's peak, MB"],
        ...out.rates.map(({ format, perSecond, peak }) => [
          `export ${format}`,
          perSecond.toFixed(0),
          percent(perSecond / out.bare[spellingOf(format)]),
          percent(perSecond / out.bare.table),
          String(peak),
        ]),
        ["COPY of the table to a file", out.bare.table.toFixed(0)],
        ["COPY of the csv to a file", out.bare.csv.toFixed(0)],
        ["COPY of the JSON lines to a file", out.bare.jsonl.toFixed(0)],
        ["import into an empty table", taken.empty.toFixed(0)],
        [`import beside ${(ROWS - WINDOW) / 1e6} M`, taken.full.toFixed(0)],
        ["longest chunk of 2,000, ms", taken.longestMs.toFixed(0)],
        ["API's memory, idle → import, MB", `${to.idle} → ${memory(to.pid)}`],
        ["API's memory, idle → exports, MB", `${from.idle} → ${Math.max(...out.rates.map(({ peak }) => peak))}`],
      ],
      figures: {
        ...Object.fromEntries(
          out.rates.map(({ format, perSecond }) => [`export_${format}_rows_per_s`, Math.round(perSecond)]),
        ),
        bare_table_rows_per_s: Math.round(out.bare.table),
        bare_csv_rows_per_s: Math.round(out.bare.csv),
        bare_jsonl_rows_per_s: Math.round(out.bare.jsonl),
        import_empty_rows_per_s: Math.round(taken.empty),
        import_full_rows_per_s: Math.round(taken.full),
        longest_chunk_ms: Math.round(taken.longestMs),
        ...Object.fromEntries(out.rates.map(({ format, peak }) => [`api_growth_${format}_mb`, peak - from.idle])),
        api_import_growth_mb: memory(to.pid) - to.idle,
      },
    };
  } finally {
    for (const close of closing.reverse()) await close();
    await rm(folder, { recursive: true, force: true });
    await stores.close();
  }
}

async function measureExports({ db, client, pid }: { db: OpenDatabase; client: Client; pid: number }, folder: string) {
  const bare = new Map<Spelling, number>();
  const best = new Map<TransferFormat, { seconds: number; peak: number }>();
  for (let turn = 0; turn < 3; turn++) {
    for (const format of ["table", "csv", "jsonl"] as const) {
      const seconds = await bareCopySeconds(db, { format, protocols: [primeHuman] }, folder);
      bare.set(format, Math.min(seconds, bare.get(format) ?? Infinity));
    }
    for (const format of TRANSFER_FORMATS) {
      writeFileSync(`/proc/${pid}/clear_refs`, "5"); // the peak counts from here
      const startedAt = performance.now();
      await exportAnswers({ client, path: join(folder, `answers.${format}`), format });
      const seconds = (performance.now() - startedAt) / 1000;
      const before = best.get(format) ?? { seconds: Infinity, peak: 0 };
      best.set(format, { seconds: Math.min(seconds, before.seconds), peak: Math.max(memory(pid), before.peak) });
      if (format !== "jsonl") await rm(join(folder, `answers.${format}`));
    }
  }
  if ((await stat(join(folder, "answers.jsonl"))).size < ROWS * 100) throw new Error("The export is not whole.");
  const rate = (seconds: number | undefined) => ROWS / (seconds ?? Number.NaN);
  return {
    bare: { table: rate(bare.get("table")), csv: rate(bare.get("csv")), jsonl: rate(bare.get("jsonl")) },
    rates: [...best].map(([format, { seconds, peak }]) => ({ format, perSecond: rate(seconds), peak })),
  };
}

type Spelling = "table" | "csv" | "jsonl";

/** What PostgreSQL spells for a format: all but csv are made of JSON lines. */
function spellingOf(format: TransferFormat): "csv" | "jsonl" {
  return format === "csv" ? "csv" : "jsonl";
}

async function measureImport(client: Client, path: string) {
  const at: { position: number; ms: number }[] = [];
  const follow = (position: number) => at.push({ position, ms: performance.now() });
  const done = await importAnswers({ client, path, format: "jsonl", follow });
  if (done.accepted !== ROWS) throw new Error(`${done.accepted} of ${ROWS} answers were taken.`);
  const first = at[0] as (typeof at)[number];
  const rate = (window: typeof at) => {
    const [begin, end] = [window[0] as (typeof at)[number], window.at(-1) as (typeof at)[number]];
    return (end.position - begin.position) / ((end.ms - begin.ms) / 1000);
  };
  return {
    empty: rate(at.filter(({ position }) => position <= WINDOW + first.position)),
    full: rate(at.filter(({ position }) => position >= ROWS - WINDOW)),
    longestMs: Math.max(...at.slice(1).map(({ ms }, place) => ms - (at[place] as (typeof at)[number]).ms)),
  };
}

async function startApi(databaseUrl: string, folder: string) {
  const port = await freePort();
  const child: ChildProcess = spawn(process.execPath, [API], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: databaseUrl,
      REDIS_URL: "redis://127.0.0.1:1",
      OBJECTS_URL: `file://${folder}`,
      SERVICE_TOKEN: "a token that only this bench knows",
      ADMIN_KEY: KEY,
      API_PORT: String(port),
      LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/v1/openapi.json`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await sleep(100);
  const pid = child.pid as number;
  return { client: createClient({ url, key: KEY }), pid, idle: memory(pid), stop: () => child.kill("SIGKILL") };
}

/** Megabytes that a process held at most since its start, or since its peak was forgotten. */
function memory(pid: number): number {
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
