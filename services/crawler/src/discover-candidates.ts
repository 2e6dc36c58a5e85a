import { candidateIdOf, insertListed } from "@anyone/db/candidates";
import { endCrawls, recordPage } from "@anyone/db/crawls";
import { Fault, sentence } from "@anyone/domain/fault";
import type { CandidateId, CrawlId } from "@anyone/domain/ids";
import { captionTerms, pickRare } from "@anyone/domain/source/balance";
import type { Listing } from "@anyone/domain/source/candidate";
import { endAfter, FETCH_CHUNK } from "@anyone/domain/source/crawl";
import type { SourceSettings } from "@anyone/domain/source/source";
import { done, next, type Outcome, postponed, skipped, type TaskContext } from "@anyone/queues/job";
import { discoverCandidates as discover, fetchCandidates } from "@anyone/queues/jobs/source";
import { chunks } from "./chunks.ts";
import { Unlisted } from "./connectors/connector.ts";
import { connectorOf } from "./connectors/connectors.ts";
import type { CrawlerContext } from "./context.ts";

/** A source that only wants to be left alone is asked again; one that can't be read ends the crawl after so many tries. */
const TRIES = 3;

/** Lists one page of a crawl's source: new candidates, the tasks that fetch them, and the task of the next page. */
export async function discoverCandidates(
  { crawlId, page }: { crawlId: CrawlId; page: number },
  { sources, crawls, candidates, protocols, reach, log, signal, attempt }: CrawlerContext & TaskContext,
): Promise<Outcome> {
  const crawl = await crawls.get(crawlId);
  if (crawl.state !== "running") return skipped(`crawl-${crawl.state}`);
  if (crawl.pages !== page) return skipped("page-known");
  const source = await sources.get(crawl.sourceId);
  try {
    const listed = await connectorOf(source.settings).list(source.settings, crawl.cursor, reach, signal);
    const fresh = await rarest(await unknown(listed.listings), source.settings);
    const wanted = fresh.slice(0, Math.max(0, crawl.target - crawl.found));
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
        await insertListed(
          tx,
          { sourceId: source.id, crawlId },
          wanted.map((one) => one.listing),
        );
        // A page that holds more than was wanted is listed again by the next crawl, which then finds the rest new.
        const cursor = whole ? listed.cursor : crawl.cursor;
        await recordPage(tx, { crawlId, page, listed: listed.listings.length, found: wanted.length, cursor, end });
      },
      next: [
        ...chunks(
          wanted.map((one) => one.id),
          FETCH_CHUNK,
        ).map((candidateIds) => next(fetchCandidates, { candidateIds })),
        ...(end ? [] : [next(discover, { crawlId, page: page + 1 })]),
      ],
    });
  } catch (error) {
    if (error instanceof Unlisted) return fail(error);
    if (error instanceof Fault || attempt < TRIES) throw error;
    // A task that died would leave its crawl running for ever.
    return fail(new Unlisted("unreadable", sentence(error)));
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
