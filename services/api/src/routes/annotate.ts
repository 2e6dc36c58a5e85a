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
import { addLabeller, putLabellerInUse } from "@anyone/db/use-labeller";
import { unpackAll } from "@anyone/domain/annotate/answer";
import { compareProtocols } from "@anyone/domain/annotate/compare-protocols";
import { plainCaption } from "@anyone/domain/release/plain-caption";
import { putContent } from "@anyone/storage/content";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { route } from "../route.ts";

export function annotateRoutes(app: FastifyInstance, { db, store }: ApiContext): void {
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
  route(app, annotateApi.addLabeller, async ({ body: { content, licence, source } }) => {
    const { identity: protocolId } = await protocols.current();
    const bytes = new TextEncoder().encode(JSON.stringify(content));
    const { key, sha256 } = await putContent(store, "document", bytes, "json");
    const { version: id, model, tier, adapter } = content;
    const facts = { adapter, licence, source };
    await db.transaction((tx) => addLabeller(tx, { id, protocolId, model, tier, objectKey: key, sha256, facts }));
    return { id, sha256, protocolId };
  });
  route(app, annotateApi.useLabeller, async ({ params: { id }, principal }) => {
    await db.transaction((tx) => putLabellerInUse(tx, id, principal.name));
    return { id };
  });
  route(app, annotateApi.getAnswers, async ({ params }) => {
    found(await readAsset(db, params.id), `asset ${params.id}`);
    const answers = await readAnswers(db, params.id);
    const protocol = answers.protocolId === null ? null : await protocols.get(answers.protocolId);
    const packed = answers.answers.map(({ value }) => value);
    return { ...answers, plain: protocol && plainCaption(protocol, unpackAll(protocol, packed)) };
  });
  route(app, annotateApi.getDistribution, async ({ query }) => ({
    items: await answerDistribution(db, query.category),
  }));
}
