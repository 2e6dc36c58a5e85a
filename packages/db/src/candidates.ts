import { createHash } from "node:crypto";
import type { OwnVerdicts } from "@anyone/domain/filter/verdict";
import { CandidateId, type CrawlId, SourceId } from "@anyone/domain/ids";
import type { CandidateStatus, FetchFailure, Listing, Validators } from "@anyone/domain/source/candidate";
import type { Heard } from "@anyone/domain/source/consent";
import { placesToBits } from "@anyone/domain/source/consent";
import type { ImageHeader } from "@anyone/domain/source/image-header";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { EVIDENCE_COLUMNS, firstRows, type Reading, recordReadings } from "./evidence.ts";
import { mayFetch } from "./halt-crawls.ts";

/** The same image listed twice by a source is the same candidate, whichever crawl or process met it first. */
export function candidateIdOf(sourceId: SourceId, externalId: string): CandidateId {
  return CandidateId.parse(createHash("sha256").update(`${sourceId}\n${externalId}`).digest("hex").slice(0, 24));
}

/** What a stage needs to go on with a candidate. */
export interface CandidateRow {
  id: CandidateId;
  sourceId: SourceId;
  externalId: string;
  url: string;
  /** The caption or alternative text, as its source wrote it. */
  caption: string | null;
  status: CandidateStatus;
  sha256: string | null;
  objectKey: string | null;
  contentType: string | null;
  bytes: number | null;
}

export interface FetchedCandidate {
  id: CandidateId;
  sha256: string;
  objectKey: string;
  bytes: number;
  contentType: string;
  /** The URL after redirects. */
  fetchedFrom: string;
  validators?: Validators;
  /** What was said of training on it, and what was asked. */
  heard: Heard;
}

export interface CandidateRepository {
  /** Those of `ids` that stand at `status`, in the order of `ids`. */
  withStatus(ids: readonly CandidateId[], status: CandidateStatus): Promise<CandidateRow[]>;
  /** Which of `ids` are known; those given up with a cancelled crawl count as new. */
  known(ids: readonly CandidateId[]): Promise<Set<CandidateId>>;
  /**
   * Notes at once that a candidate's bytes are stored, before the task that fetched it ends: whoever does the task again after a crash
   * does not ask the host again.
   */
  fetched(candidate: FetchedCandidate): Promise<void>;
  /** Whether a task of this crawl and turn may still ask for a candidate. */
  mayFetch(id: CandidateId, of: { crawlId: CrawlId; turn: number }): Promise<boolean>;
}

export function candidateRepository(db: Sql): CandidateRepository {
  return {
    async withStatus(ids, status) {
      const rows = await db.query<Omit<CandidateRow, "id" | "sourceId"> & { id: string; sourceId: string }>(
        `SELECT id, source_id AS "sourceId", external_id AS "externalId", url, caption, status, sha256, object_key AS "objectKey",
           content_type AS "contentType", bytes
         FROM candidates JOIN unnest($1::text[]) WITH ORDINALITY AS wanted (wanted_id, place) ON id = wanted_id
         WHERE status = $2 ORDER BY place`,
        [ids, status],
      );
      return rows.map((row) => ({ ...row, id: CandidateId.parse(row.id), sourceId: SourceId.parse(row.sourceId) }));
    },

    async known(ids) {
      const rows = await db.query<{ id: string }>(
        `SELECT id FROM candidates WHERE id = ANY($1::text[]) AND (status, coalesce(reason, '')) <> ('failed', 'cancelled')`,
        [ids],
      );
      return new Set(rows.map((row) => CandidateId.parse(row.id)));
    },

    fetched: (candidate) => recordFetched(db, candidate),

    mayFetch: (id, of) => mayFetch(db, id, of),
  };
}

/** Writes what a page listed; a candidate that is known stays as it is, one that was given up with a cancelled crawl is listed anew. */
export async function insertListed(
  tx: Transaction,
  from: { sourceId: SourceId; crawlId: CrawlId },
  listings: readonly Listing[],
): Promise<void> {
  const rows = listings.map((listing) => ({
    id: candidateIdOf(from.sourceId, listing.externalId),
    external_id: listing.externalId,
    url: listing.url,
    landing_url: listing.landingUrl,
    licence: listing.licence,
    licence_url: listing.licenceUrl,
    author: listing.author,
    credit: listing.credit,
    caption: listing.caption,
    width: listing.width,
    height: listing.height,
    claims: listing.claims,
    brought: listing.brought,
    person_key: listing.personKey,
  }));
  await tx.query(
    `INSERT INTO candidates
       (id, source_id, crawl_id, external_id, url, landing_url, licence, licence_url, author, credit, caption, width, height, claims, brought, person_key)
     SELECT id, $1, $2, external_id, url, landing_url, licence, licence_url, author, credit, caption, width, height, claims, brought, person_key
     FROM json_to_recordset($3::json) AS listed (id text, external_id text, url text, landing_url text, licence text,
       licence_url text, author text, credit text, caption text, width int, height int, claims jsonb, brought jsonb, person_key text)
     ON CONFLICT (id) DO UPDATE SET crawl_id = excluded.crawl_id, url = excluded.url, status = 'listed', reason = NULL,
       fetched_at = NULL, listed_at = clock_timestamp()
     WHERE candidates.status = 'failed' AND candidates.reason = 'cancelled'`,
    [from.sourceId, from.crawlId, JSON.stringify(rows, storable)],
  );
}

/** Captions come as strangers wrote them, or cut in the middle of a character: PostgreSQL takes no NUL and no half of a pair. */
export function storable(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll("\0", "").toWellFormed() : value;
}

/** The bytes are content: whoever stored them, also a process that has lost its lease since, may say so. */
async function recordFetched(db: Sql, one: FetchedCandidate): Promise<void> {
  // One statement is one transaction: no picture is stored without what was said of it.
  await db.query(
    `WITH fetched AS (UPDATE candidates SET status = 'fetched', reason = NULL, sha256 = $2, object_key = $3, bytes = $4, content_type = $5,
         fetched_from = nullif($6, url), validators = $7, fetched_at = clock_timestamp(), consent_asked = $8, consent_at = clock_timestamp()
       WHERE id = $1 AND status = 'listed' RETURNING id)
     INSERT INTO evidence (candidate_id, signal, stance, value, place, read_from, read_at)
     SELECT candidate_id, signal, stance, value, place, read_from, clock_timestamp()
     FROM fetched JOIN jsonb_to_recordset($9::jsonb) AS said ${EVIDENCE_COLUMNS} ON candidate_id = fetched.id`,
    [
      one.id,
      one.sha256,
      one.objectKey,
      one.bytes,
      one.contentType,
      one.fetchedFrom,
      one.validators === undefined ? null : JSON.stringify(one.validators),
      placesToBits(one.heard.asked),
      JSON.stringify(firstRows({ candidateId: one.id, heard: one.heard })),
    ],
  );
}

/**
 * Listed candidates that could not be fetched. A `final` one ends as failed, with what was heard of it; any other waits for its next try with
 * its reason noted, and what it heard is heard again then.
 */
export async function recordFailed(
  tx: Transaction,
  failed: readonly { id: CandidateId; reason: FetchFailure; final: boolean; heard: Heard }[],
): Promise<void> {
  if (failed.length === 0) return;
  await tx.query(
    `UPDATE candidates SET reason = now.reason, status = CASE WHEN now.final THEN 'failed' ELSE status END,
       fetched_at = CASE WHEN now.final THEN clock_timestamp() END
     FROM unnest($1::text[], $2::text[], $3::bool[]) AS now (id, reason, final)
     WHERE candidates.id = now.id AND candidates.status = 'listed'`,
    [failed.map((one) => one.id), failed.map((one) => one.reason), failed.map((one) => one.final)],
  );
  await recordReadings(tx, failed.filter(({ final }) => final).map(readingOf));
}

/** A fetch that failed broke off somewhere: what it did not reach may still say something. */
function readingOf({ id, heard }: { id: CandidateId; heard: Heard }): Reading {
  return { candidateId: id, heard, whole: false };
}

/** Listed candidates whose header alone shows that the size gate drops them: their bytes were not read further, and none are stored. */
export async function recordTooSmall(
  tx: Transaction,
  tooSmall: readonly { id: CandidateId; header: ImageHeader; says: OwnVerdicts; heard: Heard }[],
  gatesVersion: string,
): Promise<void> {
  if (tooSmall.length === 0) return;
  await tx.query(
    `UPDATE candidates SET status = 'dropped', reason = 'too-small', fetched_at = clock_timestamp(), filtered_at = clock_timestamp(),
       content_type = now.type, verdict = jsonb_build_object('gates', $5::text, 'width', now.width, 'height', now.height, 'seen', 'header',
         'says', now.says)
     FROM unnest($1::text[], $2::text[], $3::int[], $4::int[], $6::jsonb[]) AS now (id, type, width, height, says)
     WHERE candidates.id = now.id AND candidates.status = 'listed'`,
    [
      tooSmall.map(({ id }) => id),
      tooSmall.map(({ header }) => header.type),
      tooSmall.map(({ header }) => header.width),
      tooSmall.map(({ header }) => header.height),
      gatesVersion,
      tooSmall.map(({ says }) => JSON.stringify(says)),
    ],
  );
  await recordReadings(tx, tooSmall.map(readingOf));
}
