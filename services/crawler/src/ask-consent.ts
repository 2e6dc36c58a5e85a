import { lockPool } from "@anyone/db/assets";
import { type Askable, askableCandidates, recordAnswers } from "@anyone/db/consent-rechecks";
import { recordEvent } from "@anyone/db/events";
import { type Reading, recordReadings } from "@anyone/db/evidence";
import { type LinkCheck, type RightsTold, recordChecks, recordRights, recordUnanswered } from "@anyone/db/link-checks";
import { type CandidateId, ProtocolId } from "@anyone/domain/ids";
import { retryDelay } from "@anyone/domain/source/candidate";
import type { Heard } from "@anyone/domain/source/consent";
import type { Found } from "@anyone/domain/source/recheck";
import type { Source } from "@anyone/domain/source/source";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { done, next, type Outcome, type TaskContext } from "@anyone/queues/job";
import { askConsent as askLater } from "@anyone/queues/jobs/source";
import { Unlisted } from "./connectors/connector.ts";
import { connectorOf } from "./connectors/connectors.ts";
import type { CrawlerContext } from "./context.ts";
import { type AskedAgain, askAgain } from "./fetch/ask-again.ts";
import { AT_ONCE } from "./fetch-candidates.ts";
import { lookAgain } from "./look-again.ts";
import { mapPool } from "./map-pool.ts";
import { settlePool } from "./settle-pool.ts";

interface Answered {
  candidate: Askable;
  answer: AskedAgain;
  /** Its rights as its source tells them now, where it does. */
  rights: RightsTold[];
  /** When a host that does not answer now is to be asked again; undefined when it answered, or was asked often enough. */
  retryInMs: number | undefined;
}

/**
 * Asks the hosts of fetched candidates again what may be done with them, and adds to the ledger what is new. In the same transaction what may not stay leaves
 * the pool, and what may be there again comes back, to be annotated if nobody has answered for it. Hosts that do not answer now come back as a later task.
 */
export async function askConsent(
  { recheckId, candidateIds, attempt: round }: { recheckId: string; candidateIds: CandidateId[]; attempt: number },
  context: CrawlerContext & TaskContext & { db: Sql },
): Promise<Outcome> {
  const { db, sources, protocols, log } = context;
  const candidates = await askableCandidates(db, candidateIds);
  const bySource = new Map<string, Source>();
  for (const { sourceId } of candidates)
    if (!bySource.has(sourceId)) bySource.set(sourceId, await sources.get(sourceId));

  const answered = await mapPool(candidates, AT_ONCE, async (candidate): Promise<Answered> => {
    const settings = bySource.get(candidate.sourceId)?.settings;
    const [answer, rights] = await Promise.all([
      askWhereItLies(candidate, settings, context),
      round === 1 ? rightsNow(candidate, settings, context) : [],
    ]);
    const wait = answer.found === "unanswered" ? retryDelay(answer.reason, round, answer.retryAfterMs) : undefined;
    return { candidate, answer, rights, retryInMs: wait };
  });

  const later = answered.filter(({ retryInMs }) => retryInMs !== undefined);
  const settled = answered.filter(({ retryInMs }) => retryInMs === undefined);
  const protocolId = ProtocolId.parse((await protocols.current()).identity);
  const gone = candidateIds.length - candidates.length;
  const found: Found[] = [...settled.map(({ answer }) => answer.found), ...Array<Found>(gone).fill("gone")];
  const optedOut = settled.filter(({ answer }) => answer.found === "opted-out");
  log.info({
    stage: "source",
    recheckId,
    asked: settled.length,
    optedOut: optedOut.length,
    later: later.length,
    round,
  });
  return done({
    write: async (tx) => {
      await lockPool(tx);
      await recordReadings(tx, settled.flatMap(readingOf));
      await recordChecks(tx, settled.flatMap(checkOf));
      await recordUnanswered(
        tx,
        settled.filter(({ answer }) => answer.found === "unanswered").map(({ candidate }) => candidate.id),
      );
      await recordRights(
        tx,
        answered.flatMap(({ rights }) => rights),
      );
      const asked = answered.map(({ candidate: { id } }) => id);
      const { departed, returned } = await settlePool(tx, asked, { protocolId, by: recheckId });
      await recordAnswers(tx, recheckId, found, { departed: departed.length, returned: returned.length });
      if (optedOut.length > 0) await tell(tx, recheckId, optedOut);
    },
    next: later.length === 0 ? [] : [askLaterAbout(recheckId, later, round)],
  });
}

/** A web host is asked, a disk or a bucket looked at. */
function askWhereItLies(
  candidate: Askable,
  settings: Source["settings"] | undefined,
  { reach, signal }: CrawlerContext & TaskContext,
): Promise<AskedAgain> {
  const { head, read } = settings ? connectorOf(settings) : {};
  if (settings && head && read) {
    return lookAgain(candidate, {
      head: () => head(settings, candidate.url, reach, signal),
      read: () => read(settings, candidate.url, reach, signal),
    });
  }
  const politeness = settings && "politeness" in settings ? settings.politeness : { perSecond: 1, concurrency: 2 };
  return askAgain(candidate, { fetch: reach.fetch, politeness, signal });
}

/** What a source says of a picture's rights now; nothing where it tells none, or can't be asked. */
async function rightsNow(
  { id, externalId }: Askable,
  settings: Source["settings"] | undefined,
  { reach, signal, log }: CrawlerContext & TaskContext,
): Promise<RightsTold[]> {
  if (!settings) return [];
  try {
    const now = await connectorOf(settings).rights?.(settings, externalId, reach, signal);
    return now ? [{ candidateId: id, ...now }] : [];
  } catch (error) {
    if (!(error instanceof Unlisted)) throw error;
    log.warn({ stage: "source", candidateId: id, reason: error.reason }, `its rights were not told: ${error.message}`);
    return [];
  }
}

/** What a host that did not answer said on the way is not what it says of the picture: nothing of it is kept. */
function readingOf({ candidate: { id }, answer }: Answered): Reading[] {
  if (answer.found === "unanswered") return [];
  const heard = answer.found === "changed" ? besidesThePicture(answer.heard) : answer.heard;
  return [{ candidateId: id, heard, whole: answer.found !== "opted-out" }];
}

function checkOf({ candidate: { id }, answer }: Answered): LinkCheck[] {
  if (answer.found === "unanswered") return [];
  const validators =
    answer.found === "changed" ? answer.validators : answer.found === "unchanged" ? answer.read : undefined;
  const reason = "reason" in answer ? answer.reason : undefined;
  return [{ candidateId: id, found: answer.found, reason, validators, read: validators !== undefined }];
}

/** The marks inside another picture say nothing of the one that we hold, as long as they do not reserve. */
function besidesThePicture({ asked, evidence }: Heard): Heard {
  const outside = (place: Heard["asked"][number]) => place !== "xmp" && place !== "c2pa";
  return { asked: asked.filter(outside), evidence: evidence.filter(({ place }) => outside(place)) };
}

async function tell(tx: Transaction, recheckId: string, optedOut: readonly Answered[]): Promise<void> {
  const count = optedOut.length;
  await recordEvent(tx, {
    stage: "source",
    kind: "opted-out",
    text: `${count} ${count === 1 ? "picture that was fetched is" : "pictures that were fetched are"} kept out of training by now: no further version holds ${count === 1 ? "it" : "them"}.`,
    data: { recheckId, candidateIds: optedOut.map(({ candidate }) => candidate.id) },
  });
}

/** One later task for all that did not answer, at the moment the most patient of them asks for. */
function askLaterAbout(recheckId: string, later: readonly Answered[], round: number) {
  const waitMs = Math.max(...later.map(({ retryInMs }) => retryInMs ?? 0));
  return next(
    askLater,
    { recheckId, candidateIds: later.map(({ candidate }) => candidate.id), attempt: round + 1 },
    { notBefore: new Date(Date.now() + waitMs) },
  );
}
