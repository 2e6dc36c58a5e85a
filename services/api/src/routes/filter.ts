import { createHash } from "node:crypto";
import { filterApi } from "@anyone/contracts/filter";
import { assetObjects, listAssets, readAsset, readFunnel } from "@anyone/db/browse/filter";
import { everyJudged, listJudged } from "@anyone/db/judged";
import { readLineage } from "@anyone/db/lineage";
import { readThresholds } from "@anyone/db/thresholds";
import { canonicalJson } from "@anyone/domain/filter/canonical";
import type { Gates } from "@anyone/domain/filter/gate";
import type { Change } from "@anyone/domain/filter/histogram";
import { collectReport, type FilterReport } from "@anyone/domain/filter/report";
import { collectWhatIf, type MovedThresholds } from "@anyone/domain/filter/what-if";
import type { Sql } from "@anyone/domain/transaction";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { imageType, sendObject } from "../objects.ts";
import { route } from "../route.ts";
import { sharedBy } from "../shared.ts";

export function filterRoutes(app: FastifyInstance, { db, store }: ApiContext): void {
  const reportUnder = sharedBy(canonicalJson, (gates: Gates) => reportOf(db, gates));
  const whatIfUnder = sharedBy(canonicalJson, (asked: { gates: Gates; moved: MovedThresholds }) => whatIf(db, asked));
  const objectsOf = async (id: string) => found(await assetObjects(db, id), `asset ${id}`);

  route(app, filterApi.getFunnel, async () => ({ items: await readFunnel(db) }));
  route(app, filterApi.getFilterReport, async () => reportUnder(await readThresholds(db)));
  route(app, filterApi.filterWhatIf, async ({ body }) => ({
    sources: await whatIfUnder({ gates: await readThresholds(db), moved: body.thresholds }),
  }));
  route(app, filterApi.listJudged, async ({ query }) => listJudged(db, await readThresholds(db), query, query));
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

async function reportOf(db: Sql, gates: Gates): Promise<FilterReport> {
  const collector = collectReport(gates);
  for await (const candidate of everyJudged(db, gates)) collector.add(candidate);
  return collector.close((text) => createHash("sha256").update(text).digest("hex"));
}

async function whatIf(db: Sql, { gates, moved }: { gates: Gates; moved: MovedThresholds }): Promise<Change[]> {
  const collector = collectWhatIf(gates, moved);
  for await (const candidate of everyJudged(db, gates)) collector.add(candidate);
  return collector.close();
}
