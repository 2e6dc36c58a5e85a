import { sourceApi } from "@anyone/contracts/source";
import { listCrawls, readCrawl, readLosses, readPace } from "@anyone/db/browse/source";
import { startCrawl } from "@anyone/db/crawls";
import { recordEvent } from "@anyone/db/events";
import { cancelCrawl, pauseCrawl, resumeCrawl } from "@anyone/db/halt-crawls";
import { sourceRepository } from "@anyone/db/sources";
import { fault } from "@anyone/domain/fault";
import type { CrawlId, SourceId } from "@anyone/domain/ids";
import { candidatesFor } from "@anyone/domain/source/crawl";
import type { Transaction } from "@anyone/domain/transaction";
import { next } from "@anyone/queues/job";
import { discoverCandidates, resumeTasks } from "@anyone/queues/jobs/source";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { route } from "../route.ts";

/** Minutes of a crawl before which its pace says nothing. */
const FIRST_PACE_MINUTES = 0.1;

export function crawlRoutes(app: FastifyInstance, { db, tasks }: ApiContext): void {
  const sources = sourceRepository(db);
  const crawlOf = async (id: string) => found(await readCrawl(db, id), `crawl "${id}"`);

  route(app, sourceApi.listCrawls, ({ query }) => listCrawls(db, query, query));

  route(app, sourceApi.getCrawl, async ({ params }) => {
    const crawl = await crawlOf(params.id);
    const [losses, { accepted, minutes }] = await Promise.all([readLosses(db, params.id), readPace(db, params.id)]);
    return { ...crawl, losses, acceptedPerMinute: minutes < FIRST_PACE_MINUTES ? null : accepted / minutes };
  });

  route(app, sourceApi.startCrawl, async ({ body, principal }) => {
    const { sourceId, limit: wanted, query } = body;
    if (query !== undefined) await requireSearch(sourceId);
    const target = body.target ?? (wanted === undefined ? 1000 : candidatesFor(wanted));
    const start = {
      sourceId,
      target,
      wanted,
      query,
      trigger: "manual",
      why: `asked for by ${principal.name}`,
    } as const;
    const id = await db.transaction(async (tx) => {
      const crawlId = await startCrawl(tx, start);
      await tasks.add(tx, [next(discoverCandidates, { crawlId, page: 0 })]);
      return crawlId;
    });
    return crawlOf(id);
  });

  route(app, sourceApi.pauseCrawl, async ({ params, principal }) => {
    await db.transaction(async (tx) => {
      await pauseCrawl(tx, params.id);
      await note(tx, "crawl-paused", params.id, `paused by ${principal.name}`);
    });
    return crawlOf(params.id);
  });

  route(app, sourceApi.resumeCrawl, async ({ params, principal }) => {
    await db.transaction(async (tx) => {
      await tasks.add(tx, resumeTasks(params.id, await resumeCrawl(tx, params.id)));
      await note(tx, "crawl-resumed", params.id, `resumed by ${principal.name}`);
    });
    return crawlOf(params.id);
  });

  route(app, sourceApi.cancelCrawl, async ({ params, principal }) => {
    await db.transaction(async (tx) => {
      const given = await cancelCrawl(tx, params.id, `cancelled by ${principal.name}`);
      await note(tx, "crawl-cancelled", params.id, `cancelled by ${principal.name}, ${given} candidates given up`);
    });
    return crawlOf(params.id);
  });

  async function requireSearch(sourceId: SourceId): Promise<void> {
    const { settings } = await sources.get(sourceId);
    if ("text" in settings) return;
    throw fault(
      "bad-input",
      `The source "${sourceId}" is of the kind ${settings.kind}, which is not searched by words.`,
      {
        hint: "Crawl it without a query.",
      },
    );
  }

  async function note(tx: Transaction, kind: string, crawlId: CrawlId, what: string): Promise<void> {
    await recordEvent(tx, { stage: "source", kind, text: `A crawl was ${what}.`, data: { crawlId } });
  }
}
