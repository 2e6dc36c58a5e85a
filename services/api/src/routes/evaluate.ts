import { evaluateApi } from "@anyone/contracts/evaluate";
import { listPromotions, readReports, readSchedules } from "@anyone/db/browse/evaluate";
import { readVersions } from "@anyone/db/browse/release";
import { readCheckpoint } from "@anyone/db/browse/train";
import { scheduleRepository } from "@anyone/db/schedules";
import { fault } from "@anyone/domain/fault";
import { whyNoClock } from "@anyone/queues/clock";
import { next } from "@anyone/queues/job";
import { evaluateCheckpoint } from "@anyone/queues/jobs/evaluate";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { sendObject } from "../objects.ts";
import { route } from "../route.ts";

export function evaluateRoutes(app: FastifyInstance, { db, tasks, store }: ApiContext): void {
  const schedules = scheduleRepository(db);
  const reportOf = async (id: string) => found((await readReports(db, { id }))[0], `report "${id}"`);

  route(app, evaluateApi.listReports, async ({ query }) => ({ items: await readReports(db, query) }));
  route(app, evaluateApi.getReport, ({ params }) => reportOf(params.id));

  route(app, evaluateApi.getGrid, async ({ params, request, reply }) => {
    const key = found((await reportOf(params.id)).gridKey ?? undefined, `picture in the report "${params.id}"`);
    return sendObject({ request, reply }, store, { key, contentType: "image/png" });
  });

  route(app, evaluateApi.evaluate, async ({ body }) => {
    found(await readCheckpoint(db, body.checkpointId), `checkpoint "${body.checkpointId}"`);
    found((await readVersions(db, body.version))[0], `dataset version ${body.version}`);
    const task = next(evaluateCheckpoint, body);
    const added = await db.transaction((tx) => tasks.add(tx, [task]));
    return { taskId: task.id, repeated: added.length === 0 };
  });

  route(app, evaluateApi.listPromotions, async () => ({ items: await listPromotions(db) }));
  route(app, evaluateApi.listSchedules, async () => ({ items: await readSchedules(db) }));

  route(app, evaluateApi.putSchedule, async ({ params, body }) => {
    const why = body.kind === "cron" ? whyNoClock(body.cron, body.zone) : undefined;
    if (why !== undefined) {
      throw fault("bad-payload", `The body does not fit: ${why}.`, { hint: "For example `0 3 * * 1` in UTC." });
    }
    await db.transaction((tx) => schedules.put(tx, { id: params.id, ...body }));
    return found((await readSchedules(db, params.id))[0], `schedule "${params.id}"`);
  });
}
