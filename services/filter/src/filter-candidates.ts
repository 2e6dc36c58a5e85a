import { addTasks } from "@anyone/db/add-tasks";
import { insertAssets, knownAssets, lockPool, type NewAsset, recordVerdicts } from "@anyone/db/assets";
import type { CandidateRepository, CandidateRow } from "@anyone/db/candidates";
import { generatedMarks } from "@anyone/db/evidence";
import { fault } from "@anyone/domain/fault";
import type { Gates } from "@anyone/domain/filter/gate";
import { judgement } from "@anyone/domain/filter/judge";
import { promptOf } from "@anyone/domain/filter/ranking";
import { type DropReason, roundedMeasurement } from "@anyone/domain/filter/verdict";
import { AssetId, type CandidateId, type ProtocolId } from "@anyone/domain/ids";
import type { NextTask } from "@anyone/domain/tasks";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { done, next, type Outcome, skipped, type TaskContext } from "@anyone/queues/job";
import { annotateAssets } from "@anyone/queues/jobs/annotate";
import { filterCandidates as filter } from "@anyone/queues/jobs/filter";
import type { Logger } from "@anyone/runtime/logger";
import type { Store } from "@anyone/storage/store";
import type { CutReader } from "./cut-reader.ts";
import { type Judged, judgeAnew } from "./judge-anew.ts";
import type { MeasurePool } from "./measure-pool.ts";
import { placeArrivals } from "./place-arrivals.ts";
import type { PoolIndex } from "./pool-index.ts";
import { storeAdmission } from "./store-admission.ts";

export interface FilterContext {
  db: Sql;
  candidates: CandidateRepository;
  store: Store;
  pool: MeasurePool;
  index: PoolIndex;
  /** Reads the thresholds in force. */
  thresholds: (sql: Sql) => Promise<Gates>;
  cuts: CutReader;
  /** Cuts also of scores that only models of earlier days gave. */
  storedCuts: CutReader;
  /** The protocol whose questions are asked about what is kept. */
  protocolId: ProtocolId;
  log: Logger;
}

interface Payload {
  candidateIds: readonly CandidateId[];
  rejudge?: number | undefined;
  unlike?: boolean | undefined;
  again?: number | undefined;
}

/** What is known before anything is measured: the thresholds in force, contents that are assets, and marks by which files say that a model made them. */
interface Foreknown {
  gates: Gates;
  known: ReadonlySet<string>;
  marks: ReadonlyMap<string, string>;
}

/**
 * Runs the gates over fetched candidates. Each is kept, and then an asset with its derivatives stored, or dropped with one reason.
 * Whether a picture is in the pool already is decided inside the commit, under the pool's lock: of two alike one is kept. There it is also known
 * whether the thresholds still are those that judged: whoever judges again holds the lock too, so that no candidate escapes both.
 */
export async function filterCandidates(payload: Payload, context: FilterContext & TaskContext): Promise<Outcome> {
  const fetched = await context.candidates.withStatus(payload.candidateIds, "fetched");
  if (fetched.length === 0) return skipped("nothing-fetched");
  const ids = fetched.map(({ id }) => id);
  const [gates, known, marks] = await Promise.all([
    context.thresholds(context.db),
    knownAssets(context.db, fetched.map(contentOf)),
    generatedMarks(context.db, ids),
  ]);
  const judged = await Promise.all(fetched.map((candidate) => judge(candidate, { gates, known, marks }, context)));
  // Most is read before the pool's lock is taken, which everybody else waits for.
  await context.index.catchUp(context.db);
  return done({
    write: async (tx) => {
      await lockPool(tx);
      const now = await context.thresholds(tx);
      const { ended, again } = now.version === gates.version ? { ended: judged, again: [] } : judgeAnew(judged, now);
      await record(tx, ended, now, context);
      if (again.length > 0) await addTasks(tx, [onceMore(payload, again)]);
    },
  });
}

async function judge(
  candidate: CandidateRow,
  foreknown: Foreknown,
  context: FilterContext & TaskContext,
): Promise<Judged> {
  const started = performance.now();
  const judged = await verdictOn(candidate, foreknown, context);
  const ms = Math.round(performance.now() - started);
  const outcome = judged.reason ? "dropped" : "passed";
  context.log.info({
    stage: "filter",
    candidateId: candidate.id,
    sourceId: candidate.sourceId,
    outcome,
    reason: judged.reason,
    ms,
  });
  return judged;
}

async function verdictOn(
  candidate: CandidateRow,
  foreknown: Foreknown,
  context: FilterContext & TaskContext,
): Promise<Judged> {
  const { db, store, pool, signal } = context;
  const { gates } = foreknown;
  const id = AssetId.parse(contentOf(candidate));
  if (foreknown.known.has(id))
    return { candidate, seen: undefined, reason: "duplicate", details: { gates: gates.version, duplicateOf: id } };
  signal.throwIfAborted();
  const cuts = await context.cuts(db, candidate.sourceId);
  const mark = foreknown.marks.get(candidate.id);
  const claims = mark === undefined ? {} : { saysGenerated: mark };
  const about = { prompt: promptOf(candidate.caption), cuts, claims };
  const answer = await pool.measure(() => store.get(candidate.objectKey as string), gates, about);
  const seen = "measurement" in answer ? { measured: roundedMeasurement(answer.measurement), cuts } : undefined;
  if (answer.drop) {
    const why = "detail" in answer ? { gates: gates.version, detail: answer.detail } : {};
    const details = seen ? { ...judgement(seen.measured, gates, cuts), ...seen.measured } : why;
    return { candidate, seen, reason: answer.drop, details };
  }

  const { admission, measurement } = answer;
  const keys = await storeAdmission(store, admission);
  const { models, ...measures } = roundedMeasurement(measurement);
  const asset: NewAsset = {
    id,
    candidateId: candidate.id,
    sourceId: candidate.sourceId,
    width: measurement.width as number,
    height: measurement.height as number,
    originalKey: candidate.objectKey as string,
    ...keys,
    phash: admission.phash,
    detailHash: admission.detailHash,
    groupId: id,
    personBox: admission.personBox,
    faceBox: admission.faceBox,
    keypoints: admission.keypoints.flat(),
    partShares: admission.partShares,
    cutParts: admission.cutParts,
    brisque: measurement.brisque as number,
    measures: { gates: gates.version, ...measures },
    models,
  };
  return { candidate, seen, asset, details: judgement({ models, ...measures }, gates, cuts) };
}

/** Verdicts, assets, groups and the next task, all or nothing. Runs again from scratch when the transaction is repeated. */
async function record(
  tx: Transaction,
  judged: readonly Judged[],
  gates: Gates,
  { index, protocolId }: FilterContext,
): Promise<void> {
  const passed = judged.flatMap(({ asset }) => asset ?? []);
  const known = await knownAssets(
    tx,
    passed.map(({ id }) => id),
  );
  const unknown = passed.filter(({ id }) => !known.has(id));
  const places = await placeArrivals(tx, unknown, { index, gates });
  const admitted: NewAsset[] = [];
  const dropped = new Map<CandidateId, { reason: DropReason; duplicateOf: string; models: unknown }>();
  for (const asset of passed) {
    const place = places.get(asset.id);
    if (!place || admitted.some(({ id }) => id === asset.id)) {
      dropped.set(asset.candidateId, { ...measuresOf(asset), reason: "duplicate", duplicateOf: asset.id });
    } else if ("groupId" in place) admitted.push({ ...asset, groupId: place.groupId });
    else dropped.set(asset.candidateId, { ...measuresOf(asset), reason: "near-duplicate", ...place });
  }
  await insertAssets(tx, admitted);
  await recordVerdicts(
    tx,
    judged.map(({ candidate, reason, details }) => {
      const { reason: late, ...why } = dropped.get(candidate.id) ?? { reason: undefined };
      return { candidateId: candidate.id, reason: reason ?? late ?? null, details: { ...details, ...why } };
    }),
  );
  const assetIds = admitted.map(({ id }) => id);
  if (assetIds.length > 0) await addTasks(tx, [next(annotateAssets, { assetIds, protocolId })]);
}

/** What was measured on a picture that does not become an asset stays with its candidate. */
function measuresOf({ measures, models }: NewAsset): { models: unknown } {
  return { ...measures, models };
}

/** The task that filters some of a chunk once more, as the thresholds were set anew. */
function onceMore({ rejudge, unlike, again = 0 }: Payload, candidates: readonly CandidateRow[]): NextTask {
  return next(filter, { candidateIds: candidates.map(({ id }) => id), rejudge, unlike, again: again + 1 });
}

/** The sha256 the fetch stored the bytes under: an asset is named by it. */
function contentOf({ id, sha256 }: CandidateRow): string {
  if (!sha256) throw fault("internal", `Candidate ${id} counts as fetched but has no content.`);
  return sha256;
}
