import { grantsApi } from "@anyone/contracts/grants";
import { readSources } from "@anyone/db/browse/source";
import { grantsBySource, readGrants, recordGrant, revokeGrant } from "@anyone/db/grants";
import { type Permitting, permit } from "@anyone/domain/source/permission";
import { SOURCE_USES, TERMS_VERSION, termsOf } from "@anyone/domain/source/terms";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { route } from "../route.ts";

export function grantRoutes(app: FastifyInstance, { db }: ApiContext): void {
  route(app, grantsApi.listPermissions, async () => {
    const [sources, grants] = await Promise.all([readSources(db), grantsBySource(db)]);
    const items = sources.map(({ id, connector: kind }) =>
      permissionsOf({ sourceId: id, kind, grants: grants.get(id) ?? [] }),
    );
    return { items };
  });

  route(app, grantsApi.listGrants, async ({ query }) => ({ items: await readGrants(db, query) }));
  route(app, grantsApi.recordGrant, ({ body, principal }) => recordGrant(db, body, principal.name));
  route(app, grantsApi.revokeGrant, ({ params, principal }) => revokeGrant(db, params.id, principal.name));
}

/** What a source permits, by its terms and grants. */
export function permissionsOf(permitting: Permitting) {
  const { sourceId, kind } = permitting;
  const terms = termsOf(kind);
  return {
    sourceId,
    kind,
    terms: TERMS_VERSION,
    reference: terms?.reference ?? null,
    read: terms?.read ?? null,
    hotlink: terms?.hotlink ?? null,
    uses: SOURCE_USES.map((use) => permit(permitting, use)),
  };
}
