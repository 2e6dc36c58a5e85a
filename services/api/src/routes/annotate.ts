import { annotateApi } from "@anyone/contracts/annotate";
import {
  answerDistribution,
  listLabellers,
  listProtocols,
  readAnswers,
  readProtocol,
} from "@anyone/db/browse/annotate";
import { readAsset } from "@anyone/db/browse/filter";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { route } from "../route.ts";

export function annotateRoutes(app: FastifyInstance, { db }: ApiContext): void {
  route(app, annotateApi.listProtocols, async () => ({ items: await listProtocols(db) }));
  route(app, annotateApi.getProtocol, async ({ params }) =>
    found(await readProtocol(db, params.id), `label protocol "${params.id}"`),
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
