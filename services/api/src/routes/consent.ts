import { consentApi } from "@anyone/contracts/consent";
import { listRechecks, readRecheck, startRecheck } from "@anyone/db/consent-rechecks";
import { readConsent } from "@anyone/db/evidence";
import { readRefresh } from "@anyone/db/pool-refresh";
import { countStale } from "@anyone/db/stale-candidates";
import { next } from "@anyone/queues/job";
import { recheckConsent } from "@anyone/queues/jobs/source";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { route } from "../route.ts";

/** Rechecks that a list holds. */
const LISTED = 50;

export function consentRoutes(app: FastifyInstance, { db, tasks }: ApiContext): void {
  const recheckOf = async (id: string) => found(await readRecheck(db, id), `recheck "${id}"`);

  route(app, consentApi.getEvidence, async ({ params }) =>
    found(await readConsent(db, params.id), `candidate "${params.id}"`),
  );
  route(app, consentApi.listRechecks, async () => ({ items: await listRechecks(db, LISTED) }));
  route(app, consentApi.getRecheck, ({ params }) => recheckOf(params.id));

  route(app, consentApi.getRefresh, () => readRefresh(db));
  route(app, consentApi.countStale, async ({ query }) => ({ items: await countStale(db, query) }));

  route(app, consentApi.startRecheck, async ({ body, principal }) => {
    const id = await db.transaction(async (tx) => {
      const recheckId = await startRecheck(tx, { ...body, why: `asked for by ${principal.name}` });
      await tasks.add(tx, [next(recheckConsent, { recheckId })]);
      return recheckId;
    });
    return recheckOf(id);
  });
}
