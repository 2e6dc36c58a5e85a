import { type Gates, gates } from "../../packages/domain/src/filter/gate.ts";
import { hammingDistance } from "../../packages/domain/src/filter/hash-index.ts";
import type { DropReason } from "../../packages/domain/src/filter/verdict.ts";
import { drawPerson } from "../../packages/drawn-world/src/draw-person.ts";
import { dropTruth } from "../../packages/drawn-world/src/drop-truth.ts";
import { DEFECTS, type Defect } from "../../packages/drawn-world/src/truth.ts";
import { modelsFolder } from "../../packages/vision/src/models-folder.ts";
import { type Answer, openMeasurePool } from "../../services/filter/src/measure-pool.ts";
import type { BenchResult } from "./run.ts";

const FIRST_SEED = 8_000_000;

/** Draws clean people and each defect, filters them with the real gates, and counts what became of them. */
export async function run(count = 60): Promise<BenchResult> {
  const pool = openMeasurePool({ models: modelsFolder, size: 1 });
  try {
    const kinds = [null, ...DEFECTS];
    const rows: Row[] = [];
    for (const [k, defect] of kinds.entries())
      rows.push(await filterKind(defect, FIRST_SEED + k * 10_000, count, pool));
    const clean = rows[0] as Row;
    const milliseconds = clean.seen.map(({ ms }) => ms).sort((a, b) => a - b);
    const figures: Record<string, number> = {
      clean_kept: share(clean.seen, (one) => one.reason === null),
      clean_alike: closestPairs(clean.seen, gates),
      ms_per_kept_picture: milliseconds[milliseconds.length >> 1] ?? 0,
    };
    for (const { defect, seen } of rows.slice(1))
      figures[`${String(defect).replaceAll("-", "_")}_right`] = rightShare(defect, seen);
    return { table: [["picture", "kept", "right", "dropped as"], ...rows.map(line)], figures };
  } finally {
    await pool.close();
  }
}

interface Seen {
  reason: DropReason | null;
  hash: bigint | undefined;
  ms: number;
}

interface Row {
  defect: Defect | null;
  seen: Seen[];
}

type Pool = ReturnType<typeof openMeasurePool>;

async function filterKind(defect: Defect | null, from: number, count: number, pool: Pool): Promise<Row> {
  const under: Promise<Seen>[] = [];
  for (let seed = from; seed < from + count; seed++) {
    const measured = defect === "near-duplicate" ? await twice(seed, pool) : await once(seed, defect, pool);
    under.push(measured.seen);
    // One picture is drawn while the one before it is measured.
    await under.at(-2);
  }
  return { defect, seen: await Promise.all(under) };
}

async function once(seed: number, defect: Defect | null, pool: Pool): Promise<{ seen: Promise<Seen> }> {
  const { jpeg } = await drawPerson(seed, { defect });
  return { seen: look(jpeg, pool) };
}

/** A near duplicate is judged beside its original, as the pool would. */
async function twice(seed: number, pool: Pool): Promise<{ seen: Promise<Seen> }> {
  const original = await drawPerson(seed, {});
  const again = await drawPerson(seed + 5_000, { defect: "near-duplicate", duplicateOf: seed });
  const judge = async () => {
    const [first, second] = [await look(original.jpeg, pool), await look(again.jpeg, pool)];
    const alike =
      first.hash !== undefined &&
      second.hash !== undefined &&
      hammingDistance(first.hash, second.hash) <= gates.sameBits;
    return alike ? { ...second, reason: "near-duplicate" as const } : second;
  };
  return { seen: judge() };
}

async function look(jpeg: Uint8Array, pool: Pool): Promise<Seen> {
  const started = performance.now();
  const answer: Answer = await pool.measure(async () => jpeg, gates);
  const hash = "admission" in answer ? answer.admission.phash : undefined;
  return { reason: answer.drop ?? null, hash, ms: Math.round(performance.now() - started) };
}

/** Dropped for what it is, or, of clean pictures and those with nothing to drop for, kept. A watermark is never right while no model looks for one. */
function rightShare(defect: Defect | null, seen: readonly Seen[]): number {
  const { reasons, also } = dropTruth({ seed: 0, defect, duplicateOf: null });
  const right: (DropReason | null)[] = defect === "near-duplicate" ? ["near-duplicate"] : [...reasons, ...also];
  if (right.length === 0) right.push(null);
  return share(seen, ({ reason }) => right.includes(reason));
}

/** Share of clean, different pictures that the pool would take for near duplicates of each other. */
function closestPairs(seen: readonly Seen[], { sameBits }: Gates): number {
  const hashes = seen.flatMap(({ hash }) => hash ?? []);
  return share(hashes, (hash) => hashes.some((other) => other !== hash && hammingDistance(other, hash) <= sameBits));
}

function share<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return Math.round((items.filter(holds).length / Math.max(1, items.length)) * 1000) / 1000;
}

function line({ defect, seen }: Row): string[] {
  const reasons = Object.entries(Object.groupBy(seen, ({ reason }) => reason ?? "kept")).map(
    ([reason, some]) => `${reason} ${some?.length}`,
  );
  const kept = share(seen, ({ reason }) => reason === null);
  return [defect ?? "clean", kept.toFixed(2), rightShare(defect, seen).toFixed(2), reasons.join(", ")];
}
