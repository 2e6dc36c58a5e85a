import { sourceApi } from "@anyone/contracts/source";
import { readRequestBudgets } from "@anyone/db/browse/request-budgets";
import { fetchedObject, listCandidates, readCandidate, readSources } from "@anyone/db/browse/source";
import { sourceRepository } from "@anyone/db/sources";
import { fault } from "@anyone/domain/fault";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { sendObject } from "../objects.ts";
import { route } from "../route.ts";

export function sourceRoutes(app: FastifyInstance, { db, store }: ApiContext): void {
  const sources = sourceRepository(db);
  const sourceOf = async (id: string) => found((await readSources(db, id))[0], `source "${id}"`);

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
