import { addTasks } from "@anyone/db/add-tasks";
import { type CandidateRow, type FetchedCandidate, recordFailed, recordTooSmall } from "@anyone/db/candidates";
import { shareCrawl } from "@anyone/db/halt-crawls";
import { holdThresholds } from "@anyone/db/thresholds";
import { fault } from "@anyone/domain/fault";
import { firstDrop, ownVerdicts } from "@anyone/domain/filter/judge";
import type { CandidateId, CrawlId } from "@anyone/domain/ids";
import { type FetchFailure, MOST_ATTEMPTS, retryDelay } from "@anyone/domain/source/candidate";
import type { Heard } from "@anyone/domain/source/consent";
import type { ImageHeader } from "@anyone/domain/source/image-header";
import type { Source } from "@anyone/domain/source/source";
import type { NextTask } from "@anyone/domain/tasks";
import type { Transaction } from "@anyone/domain/transaction";
import { done, next, type Outcome, skipped, type TaskContext } from "@anyone/queues/job";
import { filterCandidates } from "@anyone/queues/jobs/filter";
import { fetchCandidates as fetchLater } from "@anyone/queues/jobs/source";
import { putContent } from "@anyone/storage/content";
import { type ImageBytes, type ImageRefused, Unlisted } from "./connectors/connector.ts";
import { connectorOf } from "./connectors/connectors.ts";
import type { CrawlerContext } from "./context.ts";
import { Refusal } from "./fetch/refusal.ts";
import { mapPool } from "./map-pool.ts";
import type { PoliteFetch } from "./polite-fetch.ts";

/** Fetches in flight per task, over all hosts; each host's own queue is far stricter. Times tasks and largest image: the memory held. */
export const AT_ONCE = 8;

interface FetchPayload {
  candidateIds: CandidateId[];
  crawlId?: CrawlId | undefined;
  turn?: number | undefined;
  rejudge?: number | undefined;
  attempt: number;
}

/** Its crawl was halted, or goes on in another turn: it is nobody's business here. */
interface Halted {
  ok: false;
  id: CandidateId;
  halted: true;
}

interface Failed {
  ok: false;
  halted?: false;
  id: CandidateId;
  reason: FetchFailure;
  retryInMs: number | undefined;
  heard: Heard;
  header?: ImageHeader;
}

type Result = { ok: true; id: CandidateId } | Halted | Failed;

/**
 * Stores the bytes of listed candidates under their hash. Passing failures come back as a later task, final ones end the candidate;
 * one whose header shows that the filter's size gate would drop it is dropped right there, by that gate.
 */
export async function fetchCandidates(
  { candidateIds, crawlId, turn, rejudge, attempt: round }: FetchPayload,
  context: CrawlerContext & TaskContext,
): Promise<Outcome> {
  const listed = await context.candidates.withStatus(candidateIds, "listed");
  // Of an attempt that was cut short, with their filter's task.
  const before = (await context.candidates.withStatus(candidateIds, "fetched")).map(({ id }) => id);
  if (listed.length + before.length === 0) return skipped("nothing-listed");
  const gates = await context.thresholds();
  const reach = { ...context.reach, thresholds: gates };
  const sources = new Map(
    await Promise.all(
      [...new Set(listed.map((one) => one.sourceId))].map(async (id) => [id, await context.sources.get(id)] as const),
    ),
  );
  const results = await mapPool(listed, AT_ONCE, (candidate) => {
    const source = sources.get(candidate.sourceId);
    if (!source) throw fault("internal", `Candidate ${candidate.id} has no source.`);
    return fetchUnlessHalted(candidate, source);
  });
  const fetched = results.flatMap((result) => (result.ok ? [result.id] : []));
  const refused = results.flatMap((result) => (result.ok || result.halted ? [] : [result]));
  const tooSmall = refused.flatMap(({ id, reason, header, heard }) =>
    header && reason === "too-small" ? { id, header, heard } : [],
  );
  const failed = refused.filter(({ reason }) => reason !== "too-small");
  const final = failed.filter((result) => result.retryInMs === undefined);
  const later = failed.filter((result) => result.retryInMs !== undefined);
  const reasons = Object.fromEntries(
    failed.map((one) => [one.reason, failed.filter((other) => other.reason === one.reason).length]),
  );
  context.log.info({
    stage: "source",
    fetched: fetched.length,
    failed: final.length,
    later: later.length,
    tooSmall: tooSmall.length,
    reasons,
    round,
  });
  const as = { crawlId, turn, rejudge, attempt: round + 1 };
  return done({
    write: async (tx) => {
      // Before any candidate, as whoever cancels the crawl does: neither waits for the other's candidates.
      if (crawlId !== undefined) await shareCrawl(tx, crawlId);
      if (tooSmall.length > 0) await dropTooSmall(tx, tooSmall, as);
      await recordFailed(
        tx,
        failed.map(({ id, reason, retryInMs, heard }) => ({ id, reason, heard, final: retryInMs === undefined })),
      );
    },
    next: [...toFilter([...before, ...fetched], rejudge), ...toRetry(later, as)],
  });

  /** Asked when the host's line is through to a candidate: a chunk may wait long, and its crawl may be halted meanwhile. */
  async function fetchUnlessHalted(candidate: CandidateRow, source: Source): Promise<Result> {
    if (crawlId === undefined) return fetchOne(candidate, source, round, { ...context, reach });
    const of = { crawlId, turn: turn ?? 0 };
    const stillWanted = async () => {
      if (!(await context.candidates.mayFetch(candidate.id, of)))
        throw new Refusal("cancelled", "its crawl was halted");
    };
    const fetch: PoliteFetch = (url, options) => reach.fetch(url, { ...options, stillWanted });
    // Files on a disk stand in no line.
    if (!(await context.candidates.mayFetch(candidate.id, of))) return { ok: false, id: candidate.id, halted: true };
    return fetchOne(candidate, source, round, { ...context, reach: { ...reach, fetch } });
  }
}

/**
 * Drops what the size gate drops by its header under the thresholds in force. What others let in that were set while it was read is fetched again:
 * whoever judges again has passed it by.
 */
async function dropTooSmall(
  tx: Transaction,
  judged: readonly { id: CandidateId; header: ImageHeader; heard: Heard }[],
  as: Omit<FetchPayload, "candidateIds">,
): Promise<void> {
  const gates = await holdThresholds(tx);
  const isSmall = (header: ImageHeader) => firstDrop({ ...header, models: [] }, gates) === "too-small";
  const again = as.attempt > MOST_ATTEMPTS ? [] : judged.filter(({ header }) => !isSmall(header));
  const small = judged.filter((one) => !again.includes(one));
  const says = ({ header }: { header: ImageHeader }) => ownVerdicts({ ...header, models: [] }, gates);
  await recordTooSmall(
    tx,
    small.map((one) => ({ ...one, says: says(one) })),
    gates.version,
  );
  await addTasks(
    tx,
    toRetry(
      again.map(({ id }) => ({ id, retryInMs: 0 })),
      as,
    ),
  );
}

async function fetchOne(
  candidate: CandidateRow,
  source: Source,
  round: number,
  context: CrawlerContext & TaskContext,
): Promise<Result> {
  const { id, url } = candidate;
  const answer = await read(url, source, context);
  const heard = { asked: answer.asked ?? [], evidence: answer.evidence ?? [] };
  if (!answer.ok) {
    const { reason, header, retryAfterMs } = answer;
    if (reason === "cancelled") return { ok: false, id, halted: true };
    return { ok: false, id, reason, header, heard, retryInMs: retryDelay(reason, round, retryAfterMs) };
  }
  const { key, sha256 } = await putContent(
    context.store,
    "original",
    answer.bytes,
    answer.type.slice("image/".length),
    answer.type,
  );
  const fetched: FetchedCandidate = {
    id,
    sha256,
    objectKey: key,
    bytes: answer.bytes.length,
    contentType: answer.type,
    fetchedFrom: answer.url,
    validators: answer.validators,
    heard,
  };
  await context.candidates.fetched(fetched);
  return { ok: true, id };
}

async function read(
  url: string,
  source: Source,
  { reach, signal }: CrawlerContext & TaskContext,
): Promise<ImageBytes | ImageRefused> {
  try {
    return await connectorOf(source.settings).read(source.settings, url, reach, signal);
  } catch (error) {
    if (error instanceof Unlisted) return { ok: false, reason: "unreadable", detail: error.message };
    throw error;
  }
}

function toFilter(candidateIds: CandidateId[], rejudge: number | undefined): NextTask[] {
  return candidateIds.length === 0 ? [] : [next(filterCandidates, { candidateIds, rejudge })];
}

/** One later task for all that may be tried again, at the moment the most patient of them asks for. */
function toRetry(
  later: readonly { id: CandidateId; retryInMs: number | undefined }[],
  as: Omit<FetchPayload, "candidateIds">,
): NextTask[] {
  if (later.length === 0) return [];
  const waitMs = Math.max(...later.map((one) => one.retryInMs ?? 0));
  return [
    next(fetchLater, { candidateIds: later.map((one) => one.id), ...as }, { notBefore: new Date(Date.now() + waitMs) }),
  ];
}
