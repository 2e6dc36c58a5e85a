import { type CandidateRow, type FetchedCandidate, recordFailed, recordTooSmall } from "@anyone/db/candidates";
import { fault } from "@anyone/domain/fault";
import { gates } from "@anyone/domain/filter/gate";
import { ownVerdicts } from "@anyone/domain/filter/judge";
import type { CandidateId } from "@anyone/domain/ids";
import { type FetchFailure, retryDelay } from "@anyone/domain/source/candidate";
import type { Heard } from "@anyone/domain/source/consent";
import type { ImageHeader } from "@anyone/domain/source/image-header";
import type { Source } from "@anyone/domain/source/source";
import type { NextTask } from "@anyone/domain/tasks";
import { done, next, type Outcome, skipped, type TaskContext } from "@anyone/queues/job";
import { filterCandidates } from "@anyone/queues/jobs/filter";
import { fetchCandidates as fetchLater } from "@anyone/queues/jobs/source";
import { putContent } from "@anyone/storage/content";
import { type ImageBytes, type ImageRefused, Unlisted } from "./connectors/connector.ts";
import { connectorOf } from "./connectors/connectors.ts";
import type { CrawlerContext } from "./context.ts";
import { mapPool } from "./map-pool.ts";

/** Fetches in flight per task, over all hosts; each host's own queue is far stricter. Times tasks and largest image: the memory held. */
export const AT_ONCE = 8;

type Result = { ok: true; id: CandidateId } | Failed;

interface Failed {
  ok: false;
  id: CandidateId;
  reason: FetchFailure;
  retryInMs: number | undefined;
  heard: Heard;
  header?: ImageHeader;
}

/**
 * Stores the bytes of listed candidates under their hash. Passing failures come back as a later task, final ones end the candidate;
 * one whose header shows that the filter's size gate would drop it is dropped right there, by that gate.
 */
export async function fetchCandidates(
  { candidateIds, attempt: round }: { candidateIds: CandidateId[]; attempt: number },
  context: CrawlerContext & TaskContext,
): Promise<Outcome> {
  const listed = await context.candidates.withStatus(candidateIds, "listed");
  // Of an attempt that was cut short, with their filter's task.
  const before = (await context.candidates.withStatus(candidateIds, "fetched")).map(({ id }) => id);
  if (listed.length + before.length === 0) return skipped("nothing-listed");
  const sources = new Map(
    await Promise.all(
      [...new Set(listed.map((one) => one.sourceId))].map(async (id) => [id, await context.sources.get(id)] as const),
    ),
  );
  const results = await mapPool(listed, AT_ONCE, (candidate) => {
    const source = sources.get(candidate.sourceId);
    if (!source) throw fault("internal", `Candidate ${candidate.id} has no source.`);
    return fetchOne(candidate, source, round, context);
  });
  const fetched = results.flatMap((result) => (result.ok ? [result.id] : []));
  const refused = results.flatMap((result) => (result.ok ? [] : [result]));
  const tooSmall = refused.flatMap(({ id, reason, header, heard }) =>
    header && reason === "too-small" ? { id, header, heard, says: ownVerdicts({ ...header, models: [] }, gates) } : [],
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
  return done({
    write: async (tx) => {
      await recordTooSmall(tx, tooSmall, gates.version);
      await recordFailed(
        tx,
        failed.map(({ id, reason, retryInMs, heard }) => ({ id, reason, heard, final: retryInMs === undefined })),
      );
    },
    next: [...toFilter([...before, ...fetched]), ...toRetry(later, round)],
  });
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

function toFilter(candidateIds: CandidateId[]): NextTask[] {
  return candidateIds.length === 0 ? [] : [next(filterCandidates, { candidateIds })];
}

/** One later task for all that may be tried again, at the moment the most patient of them asks for. */
function toRetry(later: readonly { id: CandidateId; retryInMs: number | undefined }[], round: number): NextTask[] {
  if (later.length === 0) return [];
  const waitMs = Math.max(...later.map((one) => one.retryInMs ?? 0));
  return [
    next(
      fetchLater,
      { candidateIds: later.map((one) => one.id), attempt: round + 1 },
      { notBefore: new Date(Date.now() + waitMs) },
    ),
  ];
}
