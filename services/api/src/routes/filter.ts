import { filterApi } from "@anyone/contracts/filter";
import { assetObjects, listAssets, readAsset, readFunnel, readGateCounts } from "@anyone/db/browse/filter";
import { readLineage } from "@anyone/db/lineage";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { imageType, sendObject } from "../objects.ts";
import { route } from "../route.ts";

export function filterRoutes(app: FastifyInstance, { db, store }: ApiContext): void {
  const objectsOf = async (id: string) => found(await assetObjects(db, id), `asset ${id}`);

  route(app, filterApi.getFunnel, async () => ({ items: await readFunnel(db) }));
  route(app, filterApi.getFilterReport, async () => ({ items: await readGateCounts(db) }));
  route(app, filterApi.listAssets, ({ query }) => listAssets(db, query, query));
  route(app, filterApi.getAsset, async ({ params }) => found(await readAsset(db, params.id), `asset ${params.id}`));
  route(app, filterApi.getLineage, async ({ params }) => found(await readLineage(db, params.id), `asset ${params.id}`));

  route(app, filterApi.getImage, async ({ params, ...asked }) => {
    const { image } = await objectsOf(params.id);
    return sendObject(asked, store, { key: image, contentType: imageType(image) });
  });
  route(app, filterApi.getThumbnail, async ({ params, ...asked }) => {
    const { thumbnail } = await objectsOf(params.id);
    return sendObject(asked, store, { key: thumbnail, contentType: imageType(thumbnail) });
  });
  route(app, filterApi.getParts, async ({ params, ...asked }) => {
    const { parts } = await objectsOf(params.id);
    return sendObject(asked, store, { key: parts, contentType: "image/png" });
  });
}
