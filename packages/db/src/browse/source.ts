import type { Aim } from "@anyone/domain/source/aim";
import type { CandidateStatus } from "@anyone/domain/source/candidate";
import type { CrawlState, CrawlTrigger } from "@anyone/domain/source/crawl";
import type { Sql } from "@anyone/domain/transaction";
import { reservedBy } from "../evidence.ts";
import { type PageRequest, read, readPage } from "./page.ts";

export interface SourceRow {
  id: string;
  connector: string;
  settings: Record<string, unknown>;
  enabled: boolean;
  automatic: boolean;
  exhaustedAt: string | null;
  createdAt: string;
  candidates: Record<string, number>;
}

export interface CrawlRow {
  id: string;
  sourceId: string;
  trigger: CrawlTrigger;
  why: string;
  state: CrawlState;
  target: number;
  wanted: number | null;
  query: string | null;
  plan: Aim | null;
  candidates: Record<string, number>;
  pages: number;
  listed: number;
  found: number;
  stopReason: string | null;
  startedAt: string;
  finishedAt: string | null;
}

export interface CandidateRow {
  id: string;
  sourceId: string;
  crawlId: string;
  url: string;
  landingUrl: string | null;
  licence: string | null;
  author: string | null;
  credit: string | null;
  caption: string | null;
  width: number | null;
  height: number | null;
  status: CandidateStatus;
  reason: string | null;
  verdict: unknown;
  sha256: string | null;
  bytes: number | null;
  contentType: string | null;
  assetId: string | null;
  viewable: boolean;
  reservedBy: string | null;
  consentAt: string | null;
  listedAt: string;
  fetchedAt: string | null;
  filteredAt: string | null;
  checkedAt: string | null;
  deadAt: string | null;
  replacedAt: string | null;
}

/** The sources with their candidates by status; one of them when `id` is given. */
export function readSources(sql: Sql, id?: string): Promise<SourceRow[]> {
  return read(
    sql,
    `select s.id, s.connector, s.settings, s.enabled, s.automatic, s.exhausted_at as "exhaustedAt",
            s.created_at as "createdAt", coalesce(c.counts, '{}') as candidates
       from sources s
       left join (
         select source_id, jsonb_object_agg(status, n) as counts
           from (select source_id, status, count(*)::int as n from candidates group by 1, 2) g group by 1
       ) c on c.source_id = s.id
      where $1::text is null or s.id = $1
      order by s.id`,
    [id ?? null],
  );
}

const CRAWL = `select w.id, w.source_id as "sourceId", w.trigger, w.why, w.state, w.target, w.wanted, w.query, w.plan, w.pages, w.listed,
  w.found, w.stop_reason as "stopReason", w.started_at as "startedAt", w.finished_at as "finishedAt",
  coalesce((select jsonb_object_agg(status, n) from (
    select status, count(*)::int as n from candidates where crawl_id = w.id group by 1) g), '{}') as candidates from crawls w`;

/** Crawls, latest first. */
export function listCrawls(sql: Sql, filter: { sourceId?: string; state?: string }, page: PageRequest) {
  const where = [
    { sql: "w.source_id = ?", value: filter.sourceId },
    { sql: "w.state = ?", value: filter.state },
  ];
  return readPage<CrawlRow>(sql, { select: CRAWL, where, moment: "w.started_at", id: "w.id" }, page);
}

export async function readCrawl(sql: Sql, id: string): Promise<CrawlRow | undefined> {
  return (await read<CrawlRow>(sql, `${CRAWL} where w.id = $1`, [id]))[0];
}

/** Why candidates of a crawl were dropped or failed, the commonest first. */
export function readLosses(
  sql: Sql,
  crawlId: string,
): Promise<{ status: CandidateStatus; reason: string; count: number }[]> {
  return read(
    sql,
    `select status, reason, count(*)::int as count from candidates
      where crawl_id = $1 and status in ('dropped', 'failed') and reason is not null group by 1, 2 order by 3 desc, 2`,
    [crawlId],
  );
}

/** Images of a crawl that were accepted in the last five minutes, and minutes of them that it has run. */
export async function readPace(sql: Sql, crawlId: string): Promise<{ accepted: number; minutes: number }> {
  const rows = await read<{ accepted: number; minutes: number }>(
    sql,
    `select (select count(*)::int from candidates where crawl_id = w.id and status = 'kept'
               and filtered_at > clock_timestamp() - interval '5 minutes') as accepted,
            least(5, extract(epoch from clock_timestamp() - started_at) / 60)::float8 as minutes
       from crawls w where id = $1`,
    [crawlId],
  );
  return rows[0] ?? { accepted: 0, minutes: 0 };
}

const CANDIDATE = `select c.id, c.source_id as "sourceId", c.crawl_id as "crawlId", c.url, c.landing_url as "landingUrl",
  c.licence, c.author, c.credit, c.caption, c.width, c.height, c.status, c.reason, c.verdict, c.sha256, c.bytes,
  c.content_type as "contentType", a.id as "assetId",
  (c.object_key is not null and c.content_type in ('image/jpeg', 'image/png', 'image/webp')) as viewable,
  ${reservedBy("c.id")} as "reservedBy", c.consent_at as "consentAt", c.listed_at as "listedAt", c.fetched_at as "fetchedAt", c.filtered_at as "filteredAt",
  c.checked_at as "checkedAt", c.dead_at as "deadAt", c.replaced_at as "replacedAt"
  from candidates c left join assets a on a.candidate_id = c.id`;

export interface CandidateFilter {
  status?: string | undefined;
  reason?: string | undefined;
  sourceId?: string | undefined;
  crawlId?: string | undefined;
}

/** Candidates, latest first. */
export function listCandidates(sql: Sql, filter: CandidateFilter, page: PageRequest) {
  const where = [
    { sql: "c.status = ?", value: filter.status },
    { sql: "c.reason = ?", value: filter.reason },
    { sql: "c.source_id = ?", value: filter.sourceId },
    { sql: "c.crawl_id = ?", value: filter.crawlId },
  ];
  return readPage<CandidateRow>(sql, { select: CANDIDATE, where, moment: "c.listed_at", id: "c.id" }, page);
}

export async function readCandidate(sql: Sql, id: string): Promise<CandidateRow | undefined> {
  return (await read<CandidateRow>(sql, `${CANDIDATE} where c.id = $1`, [id]))[0];
}

/** Where the bytes of a fetched candidate are; undefined when there is no such candidate, or nothing was fetched. */
export async function fetchedObject(sql: Sql, id: string): Promise<{ key: string; contentType: string } | undefined> {
  const rows = await read<{ key: string; contentType: string }>(
    sql,
    `select object_key as key, content_type as "contentType" from candidates
      where id = $1 and object_key is not null and content_type in ('image/jpeg', 'image/png', 'image/webp')`,
    [id],
  );
  return rows[0];
}
