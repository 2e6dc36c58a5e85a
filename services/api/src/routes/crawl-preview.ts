import { crawlPreviewApi } from "@anyone/contracts/crawl-preview";
import { readExperience } from "@anyone/db/browse/experience";
import { readRequestBudgets } from "@anyone/db/browse/request-budgets";
import { readGrants } from "@anyone/db/grants";
import { sourceRepository } from "@anyone/db/sources";
import { estimateCrawl, quotaOf } from "@anyone/domain/source/estimate";
import { crawlRefusal } from "@anyone/domain/source/permission";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { route } from "../route.ts";
import { permissionsOf } from "./grants.ts";

export function crawlPreviewRoutes(app: FastifyInstance, { db }: ApiContext): void {
  route(app, crawlPreviewApi.previewCrawl, async ({ body }) => {
    const { sourceId, limit } = body;
    const settings = body.settings ?? (await sourceRepository(db).get(sourceId)).settings;
    const { kind } = settings;
    const permitting = { sourceId, kind, grants: await readGrants(db, { sourceId }) };
    const refusal = crawlRefusal(permitting);
    const keys = await readRequestBudgets(db, { kind: "key", limit: 50 });
    return {
      permissions: permissionsOf(permitting),
      refusal: refusal ? { message: refusal.message, hint: refusal.hint ?? null } : null,
      quota: quotaOf(settings) ?? null,
      perSecond: "politeness" in settings ? settings.politeness.perSecond : null,
      keys: keys.filter(({ name }) => name.startsWith(`key:${kind}:`)),
      estimate: estimateCrawl(settings, limit, await readExperience(db, { sourceId, kind })),
    };
  });
}
