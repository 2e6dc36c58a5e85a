import { candidateIdOf, insertListed } from "@anyone/db/candidates";
import { endCrawls, recordPage } from "@anyone/db/crawls";
import { Fault, sentence } from "@anyone/domain/fault";
import type { CandidateId, CrawlId } from "@anyone/domain/ids";
import { captionTerms, pickRare } from "@anyone/domain/source/balance";
import type { Listing } from "@anyone/domain/source/candidate";
import { endAfter, roomFor } from "@anyone/domain/source/crawl";
import { type SourceSettings, searching } from "@anyone/domain/source/source";
import { done, next, type Outcome, postponed, skipped, type TaskContext } from "@anyone/queues/job";
import { discoverCandidates as discover, fetchTasks } from "@anyone/queues/jobs/source";
import { Unlisted } from "./connectors/connector.ts";
import { connectorOf } from "./connectors/connectors.ts";
import type { CrawlerContext } from "./context.ts";

/** Seconds between two looks at a crawl that waits for verdicts before it lists more. */
const VERDICTS_SECONDS = 2;
/** A source that only wants to be left alone is asked again; one that can't be read ends the crawl after so many tries. */
const TRIES = 3;

/** Lists one page of a crawl's source: new candidates, the tasks that fetch them, and the task of the next page. */
export async function discoverCandidates(
  { crawlId, page, turn }: { crawlId: CrawlId; page: number; turn?: number | undefined },
  {
    sources,
    crawls,
    candidates,
    protocols,
    tasks,
    reach,
    log,
    signal,
    attempt,
    traceparent,
  }: CrawlerContext & TaskContext,
): Promise<Outcome> {
  const crawl = await crawls.get(crawlId);
  if (crawl.state !== "running") return skipped(`crawl-${crawl.state}`);
  if (crawl.pages !== page || crawl.turn !== (turn ?? 0)) return skipped("page-known");
  const progress = crawl.wanted === null ? undefined : await crawls.progress(crawlId);
  if (progress && crawl.wanted !== null && progress.kept >= crawl.wanted) return reached();
  const room = progress ? roomFor(crawl.wanted, progress) : Number.POSITIVE_INFINITY;
  if (room === 0) return postponed("verdicts-awaited", VERDICTS_SECONDS);
  const source = await sources.get(crawl.sourceId);
  const settings = searching(source.settings, crawl.query);
  try {
    const listed = await connectorOf(settings).list(settings, crawl.cursor, reach, signal);
    const found = await unknown(listed.listings);
    // What words were searched for is wanted as it is.
    const fresh = crawl.query === null ? await rarest(found, settings) : found;
    const wanted = fresh.slice(0, Math.max(0, Math.min(crawl.target - crawl.found, room)));
    const whole = wanted.length === fresh.length;
    const end = endAfter(crawl, { fresh: wanted.length, done: listed.done && whole });
    log.info({
      stage: "source",
      crawlId,
      page,
      listed: listed.listings.length,
      found: wanted.length,
      end: end?.stopReason,
    });
    return done({
      write: async (tx) => {
        // A page that holds more than was wanted is listed again, by this crawl or the next, which then finds the rest new.
        const cursor = whole ? listed.cursor : crawl.cursor;
        const found = wanted.length;
        const { goesOn } = await recordPage(tx, {
          crawlId,
          turn: crawl.turn,
          page,
          listed: listed.listings.length,
          found,
          cursor,
          end,
        });
        await insertListed(
          tx,
          { sourceId: source.id, crawlId },
          wanted.map((one) => one.listing),
        );
        if (!goesOn) return;
        const ids = wanted.map((one) => one.id);
        const following = end ? [] : [next(discover, { crawlId, page: page + 1, turn })];
        const all = [...fetchTasks(crawlId, ids, turn), ...following];
        await tasks.add(
          tx,
          all.map((task) => ({ ...task, traceparent: traceparent ?? undefined })),
        );
      },
    });
  } catch (error) {
    if (error instanceof Unlisted) return fail(error);
    if (error instanceof Fault || attempt < TRIES) throw error;
    // A task that died would leave its crawl running for ever.
    return fail(new Unlisted("unreadable", sentence(error)));
  }

  function reached(): Outcome {
    return done({
      write: async (tx) => {
        await endCrawls(tx, [crawlId], { state: "done", stopReason: "limit-reached" });
      },
    });
  }

  /** Listings that are no candidate yet, each once. */
  async function unknown(listings: readonly Listing[]): Promise<{ id: CandidateId; listing: Listing }[]> {
    const byId = new Map(listings.map((listing) => [candidateIdOf(source.id, listing.externalId), listing] as const));
    const known = await candidates.known([...byId.keys()]);
    return [...byId].filter(([id]) => !known.has(id)).map(([id, listing]) => ({ id, listing }));
  }

  /** The source's share of them, those first whose captions name what is rare among them. */
  async function rarest<Item extends { listing: Listing }>(items: Item[], settings: SourceSettings): Promise<Item[]> {
    const share = "share" in settings ? settings.share : 1;
    if (share === 1) return items;
    const terms = captionTerms(await protocols.current());
    const captions = items.map(({ listing }) => listing.caption);
    return pickRare(captions, Math.ceil(share * items.length), terms).map((place) => items[place] as Item);
  }

  function fail(error: Unlisted): Outcome {
    log.warn({ stage: "source", crawlId, page, reason: error.reason, detail: error.message });
    if (error.retryAfterMs !== undefined)
      return postponed(error.reason, Math.min(3600, Math.ceil(error.retryAfterMs / 1000)));
    if (error.passing && attempt < TRIES) throw error;
    return done({
      write: async (tx) => {
        await endCrawls(tx, [crawlId], {
          state: "failed",
          stopReason: `${error.reason}: ${error.message}`.slice(0, 500),
        });
      },
    });
  }
}
