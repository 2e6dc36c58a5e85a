import { addTasks } from "@anyone/db/add-tasks";
import { hashesOf, lockPool } from "@anyone/db/assets";
import type { Range } from "@anyone/db/judged";
import {
  REJUDGED_AT_ONCE,
  type RejudgedVerdict,
  recordRejudged,
  rejudgeable,
  rejudgeableAlike,
  reopen,
} from "@anyone/db/rejudge";
import { addRejudgeTask, finishRejudge, isRejudged, recordRejudgeTask } from "@anyone/db/rejudges";
import { returnAssets, withdrawAssets } from "@anyone/db/withdraw-assets";
import type { Gates } from "@anyone/domain/filter/gate";
import { judgement } from "@anyone/domain/filter/judge";
import { type Cuts, RANKED_SCORES, type RankedScore } from "@anyone/domain/filter/ranking";
import {
  collectRejudged,
  type Rejudgeable,
  type RejudgeCounts,
  type Rejudged,
  rejudge,
} from "@anyone/domain/filter/rejudge";
import { AssetId, CandidateId } from "@anyone/domain/ids";
import { FETCH_CHUNK } from "@anyone/domain/source/crawl";
import type { NextTask } from "@anyone/domain/tasks";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { chunks } from "@anyone/queues/chunks";
import { done, next, type Outcome, skipped, type TaskContext } from "@anyone/queues/job";
import { annotateAssets } from "@anyone/queues/jobs/annotate";
import { rejudgeAlike as alikeOn, filterCandidates } from "@anyone/queues/jobs/filter";
import { fetchCandidates } from "@anyone/queues/jobs/source";
import type { FilterContext } from "./filter-candidates.ts";
import { placeArrivals } from "./place-arrivals.ts";

/** Candidates or assets of one task that follows. */
const CHUNK = 64;
const NO_CUTS: ReadonlyMap<string, Cuts> = new Map();

interface Decided {
  candidate: Rejudgeable;
  becomes: Rejudged;
}

/**
 * Judges a range of candidates again by what was measured on them, under the thresholds in force when it commits; no picture is read. What is
 * newly dropped leaves the pool. What is newly kept comes back, or goes through the filter once more, or through the fetch. The last range has
 * near duplicates looked at whose like left the pool only after they were judged.
 */
export async function rejudgeCandidates(
  { rejudge: run, ...range }: Range & { rejudge: number },
  context: FilterContext & TaskContext,
): Promise<Outcome> {
  return judgeAgain(
    (sql, cuts) => rejudgeable(sql, range, cuts),
    { ...context, run, unlike: false },
    async (tx, counts) => {
      if (!(await recordRejudgeTask(tx, run, { ...counts, written: 0 }))) return;
      await addRejudgeTask(tx, run);
      await addTasks(tx, [next(alikeOn, { rejudge: run })]);
    },
  );
}

/** The same for a page of near duplicates whose like was withdrawn: whether they are let in does not hang on the order of ids. They were counted already. */
export async function rejudgeAlike(
  { rejudge: run, after }: { rejudge: number; after: string },
  context: FilterContext & TaskContext,
): Promise<Outcome> {
  return judgeAgain(
    (sql, cuts) => rejudgeableAlike(sql, after, cuts),
    { ...context, run, unlike: true },
    async (tx, counts, last) => {
      const written = last === undefined ? 0 : 1;
      const ended = await recordRejudgeTask(tx, run, { ...counts, judged: 0, written });
      if (last !== undefined) await addTasks(tx, [next(alikeOn, { rejudge: run, after: last })]);
      if (ended) await finishRejudge(tx, run);
    },
  );
}

type Reader = (sql: Sql, cuts: ReadonlyMap<string, Cuts>) => Promise<Rejudgeable[]>;
type Run = FilterContext & TaskContext & { run: number; unlike: boolean };

/** `counted` gets what changed, and the id of the last where there were so many that more may follow. */
async function judgeAgain(
  read: Reader,
  context: Run,
  counted: (tx: Transaction, counts: RejudgeCounts, last: string | undefined) => Promise<void>,
): Promise<Outcome> {
  const { db, index, log, run } = context;
  if (await isRejudged(db, run)) return skipped("rejudge-ended");
  // What takes long is read before the pool's lock is taken, which everybody else waits for.
  await index.catchUp(db);
  const cuts = await cutsFor(await read(db, NO_CUTS), context);
  return done({
    write: async (tx) => {
      await lockPool(tx);
      const gates = await context.thresholds(tx);
      const found = await read(tx, cuts);
      const decided = await settleReturns(
        tx,
        found.map((candidate) => ({ candidate, becomes: rejudge(candidate, gates) })),
        { ...context, gates },
      );
      await recordRejudged(
        tx,
        decided.flatMap((one) => verdictOf(one, gates)),
      );
      await addTasks(tx, await sendOn(tx, decided, context));
      const counts = collectRejudged(gates);
      for (const { candidate, becomes } of decided) counts.add(candidate, becomes);
      const { judged, newlyKept, newlyDropped, toMeasure, toFetch } = counts.close();
      const changed = { judged, newlyKept, newlyDropped, toMeasure, toFetch };
      await counted(tx, changed, found.length < REJUDGED_AT_ONCE ? undefined : found.at(-1)?.id);
      log.info({ stage: "filter", event: "rejudged", gates: gates.version, ...changed });
    },
  });
}

/**
 * Withdraws first, then lets assets come back that nothing in the pool is too like by now; the others are near duplicates. What comes back and has
 * no answers is annotated.
 */
async function settleReturns(
  tx: Transaction,
  decided: readonly Decided[],
  { gates, index, protocolId, run }: Run & { gates: Gates },
): Promise<Decided[]> {
  await withdrawAssets(
    tx,
    decided.flatMap(({ candidate: { assetId }, becomes }) =>
      becomes.to === "withdrawn" && assetId !== null ? [{ assetId, reason: becomes.reason }] : [],
    ),
  );
  const returning = decided.flatMap(({ candidate, becomes }) => (becomes.to === "returned" ? [candidate.assetId] : []));
  const places = await placeArrivals(
    tx,
    await hashesOf(
      tx,
      returning.flatMap((id) => id ?? []),
    ),
    { index, gates },
  );
  const back = [...places].flatMap(([id, place]) => ("groupId" in place ? [id] : []));
  const unanswered = await returnAssets(tx, back, protocolId);
  await addTasks(
    tx,
    chunks(unanswered, CHUNK).map((assetIds) => next(annotateAssets, { assetIds, protocolId, rejudge: run })),
  );
  return decided.map((one) => {
    const { assetId } = one.candidate;
    const place = one.becomes.to === "returned" && assetId !== null ? places.get(AssetId.parse(assetId)) : undefined;
    if (!place || "groupId" in place) return one;
    return { candidate: likeA(one.candidate, place.duplicateOf), becomes: { to: "dropped", reason: "near-duplicate" } };
  });
}

/** The candidate as a near duplicate of an asset. */
function likeA(candidate: Rejudgeable, id: string): Rejudgeable {
  return { ...candidate, twin: { id, sourceId: "", measured: undefined, cuts: {} } };
}

function verdictOf({ candidate, becomes }: Decided, gates: Gates): RejudgedVerdict[] {
  const { id: candidateId, measured, cuts, twin } = candidate;
  if (!measured || becomes.to === "unjudged" || isSentOn(becomes)) return [];
  const reason = "reason" in becomes ? becomes.reason : null;
  const like = reason !== null && twin ? { duplicateOf: twin.id } : {};
  const details = { ...judgement(measured, gates, cuts), ...like };
  return [{ candidateId, status: reason === null ? "kept" : "dropped", reason, details }];
}

/** Puts what may be kept, and is no asset yet, before the filter or the fetch. */
async function sendOn(
  tx: Transaction,
  decided: readonly Decided[],
  { run: rejudge, unlike }: Pick<Run, "run" | "unlike">,
): Promise<NextTask[]> {
  const idsOf = (...to: Rejudged["to"][]) =>
    decided.flatMap(({ candidate, becomes }) => (to.includes(becomes.to) ? [CandidateId.parse(candidate.id)] : []));
  const [stored, gone] = [idsOf("admitted", "measured"), idsOf("fetched")];
  await reopen(tx, stored, "fetched");
  await reopen(tx, gone, "listed");
  return [
    ...chunks(stored, CHUNK).map((candidateIds) => next(filterCandidates, { candidateIds, rejudge, unlike })),
    ...chunks(gone, FETCH_CHUNK).map((candidateIds) => next(fetchCandidates, { candidateIds, rejudge })),
  ];
}

function isSentOn({ to }: Rejudged): boolean {
  return to === "admitted" || to === "measured" || to === "fetched";
}

/** Cuts of every source that a candidate with such a score came from; the others need none. */
async function cutsFor(candidates: readonly Rejudgeable[], { db, storedCuts }: FilterContext) {
  const sources = candidates.flatMap(({ sourceId, measured, twin }) => [
    ...(isRanked(measured) ? [sourceId] : []),
    ...(twin && isRanked(twin.measured) ? [twin.sourceId] : []),
  ]);
  return new Map(
    await Promise.all([...new Set(sources)].map(async (id) => [id, await storedCuts(db, id)] as [string, Cuts])),
  );
}

function isRanked(measured: Rejudgeable["measured"]): boolean {
  return (Object.keys(RANKED_SCORES) as RankedScore[]).some((score) => measured?.[score] !== undefined);
}
