import { annotateApi } from "@anyone/contracts/annotate";
import {
  answerDistribution,
  listLabellers,
  listProtocols,
  readAnswers,
  readProtocol,
} from "@anyone/db/browse/annotate";
import { readAsset } from "@anyone/db/browse/filter";
import { publishNewer, putInUse } from "@anyone/db/change-protocol";
import { protocolRepository } from "@anyone/db/protocols";
import { compareProtocols } from "@anyone/domain/annotate/compare-protocols";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { route } from "../route.ts";

export function annotateRoutes(app: FastifyInstance, { db }: ApiContext): void {
  const protocols = protocolRepository(db);
  route(app, annotateApi.listProtocols, async () => ({ items: await listProtocols(db) }));
  route(app, annotateApi.getProtocol, async ({ params }) =>
    found(await readProtocol(db, params.id), `label protocol "${params.id}"`),
  );
  route(app, annotateApi.publishProtocol, async ({ body }) => {
    const id = await publishNewer(protocols, body.content);
    return found(await readProtocol(db, id), `label protocol "${id}"`);
  });
  route(app, annotateApi.compareProtocols, async ({ params, query }) =>
    compareProtocols(await protocols.get(query.from), await protocols.get(params.id)),
  );
  route(app, annotateApi.useProtocol, ({ params, principal }) =>
    db.transaction((tx) => putInUse(tx, params.id, principal.name)),
  );
  route(app, annotateApi.listLabellers, async () => ({ items: await listLabellers(db) }));
  route(app, annotateApi.getAnswers, async ({ params }) => {
    found(await readAsset(db, params.id), `asset ${params.id}`);
    return readAnswers(db, params.id);
  });
  route(app, annotateApi.getDistribution, async ({ query }) => ({
    items: await answerDistribution(db, query.category),
  }));
}
