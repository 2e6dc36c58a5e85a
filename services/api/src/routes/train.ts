import { trainApi } from "@anyone/contracts/train";
import { readVersions } from "@anyone/db/browse/release";
import { listCheckpoints, listRuns, readCheckpoint, readCurves, readRun } from "@anyone/db/browse/train";
import { fault } from "@anyone/domain/fault";
import { next } from "@anyone/queues/job";
import { startRuns } from "@anyone/queues/jobs/train";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { route } from "../route.ts";

export function trainRoutes(app: FastifyInstance, { db, tasks }: ApiContext): void {
  const runOf = async (id: string) => found(await readRun(db, id), `run "${id}"`);

  route(app, trainApi.listRuns, ({ query }) => listRuns(db, query, query));
  route(app, trainApi.getRun, ({ params }) => runOf(params.id));

  route(app, trainApi.startRuns, async ({ body }) => {
    const version = found((await readVersions(db, body.version))[0], `dataset version ${body.version}`);
    if (version.state !== "released") {
      throw fault("conflict", `Version ${version.name} is not released: it is ${version.state}.`);
    }
    const task = next(startRuns, body);
    const added = await db.transaction((tx) => tasks.add(tx, [task]));
    return { taskId: task.id, repeated: added.length === 0 };
  });

  route(app, trainApi.getMetrics, async ({ params, query }) => {
    await runOf(params.id);
    const names = query.names?.split(",").map((name) => name.trim());
    return { curves: await readCurves(db, params.id, query.points, names) };
  });

  route(app, trainApi.listCheckpoints, ({ query }) => listCheckpoints(db, query, query));
  route(app, trainApi.getCheckpoint, async ({ params }) =>
    found(await readCheckpoint(db, params.id), `checkpoint "${params.id}"`),
  );
}
