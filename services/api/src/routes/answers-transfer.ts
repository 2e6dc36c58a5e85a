import { answersTransferApi } from "@anyone/contracts/answers-transfer";
import { type Added, addRows, finishImport, listImports, startImport } from "@anyone/db/answer-import";
import { protocolRepository } from "@anyone/db/protocols";
import { AssetId, ProtocolId } from "@anyone/domain/ids";
import { chunks } from "@anyone/queues/chunks";
import { next } from "@anyone/queues/job";
import { settleImported } from "@anyone/queues/jobs/review";
import type { FastifyInstance } from "fastify";
import { CONTENT_TYPES, exportStream } from "../answers/export-stream.ts";
import type { ApiContext } from "../context.ts";
import { route } from "../route.ts";

const ENDINGS = { csv: "csv", jsonl: "jsonl", parquet: "parquet", "label-studio": "json" } as const;

/** People's answers, out to files and in from files. */
export function answersTransferRoutes(app: FastifyInstance, { db }: ApiContext): void {
  const protocols = protocolRepository(db);

  route(app, answersTransferApi.exportAnswers, async ({ query, reply }) => {
    const { format, after, iteration, by } = query;
    return reply
      .type(CONTENT_TYPES[format])
      .header("content-disposition", `attachment; filename="answers.${ENDINGS[format]}"`)
      .header("x-content-type-options", "nosniff")
      .header("content-security-policy", "default-src 'none'; sandbox")
      .header("cache-control", "private, no-store")
      .send(exportStream(db, format, { after, iteration, reviewer: by }));
  });

  route(app, answersTransferApi.listImports, async () => ({ items: await listImports(db) }));
  route(app, answersTransferApi.startImport, ({ body, principal }) => startImport(db, { ...body, by: principal.name }));
  route(app, answersTransferApi.addRows, ({ params, body }) => addRows(db, protocols, { ...params, ...body }, settle));
  route(app, answersTransferApi.finishImport, ({ params, body }) => finishImport(db, params.id, body.rows));
}

/** Assets of one task. */
const CHUNK = 64;

function settle({ protocolId, assetIds, from }: Added) {
  return chunks(assetIds, CHUNK).map((chunk) =>
    next(settleImported, {
      protocolId: ProtocolId.parse(protocolId),
      assetIds: chunk.map((id) => AssetId.parse(id)),
      from,
    }),
  );
}
