import { sourceApi } from "@anyone/contracts/source";
import { readRequestBudgets } from "@anyone/db/browse/request-budgets";
import {
  fetchedObject,
  listCandidates,
  listCrawls,
  readCandidate,
  readCrawl,
  readSources,
} from "@anyone/db/browse/source";
import { endCrawls, startCrawl } from "@anyone/db/crawls";
import { sourceRepository } from "@anyone/db/sources";
import { fault } from "@anyone/domain/fault";
import { next } from "@anyone/queues/job";
import { discoverCandidates } from "@anyone/queues/jobs/source";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { sendObject } from "../objects.ts";
import { route } from "../route.ts";

export function sourceRoutes(app: FastifyInstance, { db, tasks, store }: ApiContext): void {
  const sources = sourceRepository(db);
  const sourceOf = async (id: string) => found((await readSources(db, id))[0], `source "${id}"`);
  const crawlOf = async (id: string) => found(await readCrawl(db, id), `crawl "${id}"`);

  route(app, sourceApi.listSources, async () => ({ items: await readSources(db) }));

  route(app, sourceApi.createSource, async ({ body }) => {
    const known = await readSources(db, body.id);
    if (known.length > 0) {
      throw fault("conflict", `The source "${body.id}" exists already.`, { hint: "PUT /v1/sources/:id replaces it." });
    }
    await sources.save(body);
    return sourceOf(body.id);
  });

  route(app, sourceApi.getSource, ({ params }) => sourceOf(params.id));

  route(app, sourceApi.putSource, async ({ params, body }) => {
    await sources.save({ id: params.id, ...body });
    return sourceOf(params.id);
  });

  route(app, sourceApi.deleteSource, async ({ params }) => {
    await sourceOf(params.id);
    const deleted = await db.query(
      `delete from sources s where id = $1 and not exists (select 1 from crawls where source_id = s.id)
        and not exists (select 1 from candidates where source_id = s.id)
        and not exists (select 1 from grants where source_id = s.id) returning id`,
      [params.id],
    );
    if (deleted.length === 0) {
      throw fault("conflict", `Images or grants came with "${params.id}"; their lineage needs it.`, {
        hint: "Disable it instead: PUT it with enabled false.",
      });
    }
    return { deleted: true as const };
  });

  route(app, sourceApi.listCrawls, ({ query }) => listCrawls(db, query, query));
  route(app, sourceApi.getCrawl, ({ params }) => crawlOf(params.id));

  route(app, sourceApi.startCrawl, async ({ body, principal }) => {
    const id = await db.transaction(async (tx) => {
      const crawlId = await startCrawl(tx, { ...body, trigger: "manual", why: `asked for by ${principal.name}` });
      await tasks.add(tx, [next(discoverCandidates, { crawlId, page: 0 })]);
      return crawlId;
    });
    return crawlOf(id);
  });

  route(app, sourceApi.stopCrawl, async ({ params, principal }) => {
    const { state } = await crawlOf(params.id);
    const ended = await db.transaction((tx) =>
      endCrawls(tx, [params.id], { state: "stopped", stopReason: `stopped by ${principal.name}` }),
    );
    if (ended.length === 0) throw fault("conflict", `The crawl is not running: it is ${state}.`);
    return crawlOf(params.id);
  });

  route(app, sourceApi.listRequestBudgets, async ({ query }) => ({ items: await readRequestBudgets(db, query) }));

  route(app, sourceApi.listCandidates, ({ query }) => listCandidates(db, query, query));
  route(app, sourceApi.getCandidate, async ({ params }) =>
    found(await readCandidate(db, params.id), `candidate "${params.id}"`),
  );

  route(app, sourceApi.getCandidateImage, async ({ params, request, reply }) => {
    const object = found(await fetchedObject(db, params.id), `image of the candidate "${params.id}"`);
    return sendObject({ request, reply }, store, object);
  });
}
