import { readRecheck, recordFound } from "@anyone/db/consent-rechecks";
import { staleCandidates } from "@anyone/db/stale-candidates";
import { RECHECK_CHUNK, RECHECK_PAGE } from "@anyone/domain/source/recheck";
import type { Sql } from "@anyone/domain/transaction";
import { chunks } from "@anyone/queues/chunks";
import { done, next, type Outcome, skipped } from "@anyone/queues/job";
import { askConsent, recheckConsent as later } from "@anyone/queues/jobs/source";

/** Finds one page of the candidates that a recheck is about: the tasks that ask, and the task of the next page. */
export async function recheckConsent(
  { recheckId, after }: { recheckId: string; after: string },
  { db }: { db: Sql },
): Promise<Outcome> {
  const recheck = await readRecheck(db, recheckId);
  if (!recheck) return skipped("recheck-unknown");
  if (recheck.listed) return skipped("recheck-listed");
  const left = (recheck.most ?? Number.POSITIVE_INFINITY) - recheck.found;
  const wanted = Math.min(RECHECK_PAGE, left);
  const { ids, last } = await staleCandidates(db, recheck, after, wanted);
  const listed = last === undefined || ids.length < RECHECK_PAGE || ids.length === left;
  return done({
    write: (tx) => recordFound(tx, recheckId, ids.length, listed),
    next: [
      ...chunks(ids, RECHECK_CHUNK).map((candidateIds) => next(askConsent, { recheckId, candidateIds })),
      ...(listed ? [] : [next(later, { recheckId, after: last })]),
    ],
  });
}
