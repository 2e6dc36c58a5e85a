import { systemApi } from "@anyone/contracts/system";
import { listTasks, readMovement } from "@anyone/db/browse/system";
import { listEvents } from "@anyone/db/events";
import { readOverview } from "@anyone/db/overview";
import { fault } from "@anyone/domain/fault";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { eventStream } from "../event-stream.ts";
import { judge } from "../movement.ts";
import { route } from "../route.ts";
import { allSettings, changeSetting, oneSetting } from "../settings.ts";
import { shared } from "../shared.ts";

export function systemRoutes(app: FastifyInstance, { db, keys, tasks }: ApiContext): void {
  const overview = shared(() => readOverview(db));
  const movement = shared(() => readMovement(db));
  const events = eventStream(db);
  app.addHook("onClose", () => events.close());

  route(app, systemApi.health, async ({ reply }) => {
    const health = await movement().then(judge, (error: unknown) => ({
      ok: false,
      reason: error instanceof Error ? error.message : "The database can't be reached.",
    }));
    if (!health.ok) reply.code(503).serializer(JSON.stringify);
    return health;
  });

  route(app, systemApi.signIn, async ({ body, request, reply }) => {
    const holder = await keys.holder(body.key);
    if (!holder) throw fault("unauthenticated", "This key is not known here, or it was revoked.");
    reply.header("set-cookie", app.sessions.begin(holder.id, request.protocol === "https"));
    return holder;
  });
  route(app, systemApi.whoAmI, async ({ principal }) => principal);
  route(app, systemApi.signOut, async ({ reply }) => {
    reply.header("set-cookie", app.sessions.end());
    return { signedOut: true as const };
  });

  route(app, systemApi.listKeys, async () => ({ items: await keys.list() }));
  route(app, systemApi.createKey, ({ body }) => keys.create(body.name, body.role));
  route(app, systemApi.revokeKey, ({ params }) => keys.revoke(params.id));

  route(app, systemApi.overview, () => overview());
  route(app, systemApi.recentEvents, ({ query }) => listEvents(db, query, query));
  route(app, systemApi.events, async ({ query, request, reply }) => {
    const last = Number(request.headers["last-event-id"] ?? query.since);
    return reply
      .type("text/event-stream")
      .header("cache-control", "no-cache")
      .header("x-accel-buffering", "no")
      .send(events.open(Number.isSafeInteger(last) && last >= 0 ? last : undefined));
  });

  route(app, systemApi.listTasks, ({ query }) => listTasks(db, query, query));
  route(app, systemApi.retryTasks, async ({ body }) => ({ retried: await tasks.retryDead(body) }));

  route(app, systemApi.listSettings, async () => ({ items: await allSettings(db) }));
  route(app, systemApi.getSetting, ({ params }) => oneSetting(db, params.key));
  route(app, systemApi.putSetting, ({ params, body, principal }) =>
    changeSetting(db, { key: params.key, value: body.value, version: body.version, by: principal.name }),
  );
}
