import { releaseApi } from "@anyone/contracts/release";
import { listLabellers, readProtocol } from "@anyone/db/browse/annotate";
import { diffVersions, listItems, readVersions, shardObject } from "@anyone/db/browse/release";
import { versionRepository } from "@anyone/db/versions";
import { fault } from "@anyone/domain/fault";
import { next } from "@anyone/queues/job";
import { cutVersion } from "@anyone/queues/jobs/release";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { sendObject } from "../objects.ts";
import { route } from "../route.ts";

export function releaseRoutes(app: FastifyInstance, { db, tasks, store }: ApiContext): void {
  const versions = versionRepository(db);
  const versionOf = async (number: number) => found((await readVersions(db, number))[0], `dataset version ${number}`);

  route(app, releaseApi.listVersions, async () => ({ items: await readVersions(db) }));
  route(app, releaseApi.getVersion, ({ params }) => versionOf(params.number));

  route(app, releaseApi.cutVersion, async ({ body }) => {
    const protocol = await readProtocol(db, "current");
    const labeller = (await listLabellers(db)).find((one) => one.current);
    if (!protocol || !labeller) {
      throw fault("conflict", "There are no answers to cut a version of yet.", {
        hint: "Import or crawl images first; they are answered as they arrive.",
      });
    }
    const number = await db.transaction(async (tx) => {
      const opened = await versions.open(tx, {
        protocolId: protocol.id,
        labellerId: labeller.id,
        seed: body.seed,
      });
      await tasks.add(tx, [next(cutVersion, { version: opened })]);
      return opened;
    });
    return { number, name: `v${number}` };
  });

  route(app, releaseApi.listItems, async ({ params, query }) => {
    await versionOf(params.number);
    return listItems(db, params.number, query, query);
  });

  route(app, releaseApi.getManifest, async ({ params, request, reply }) => {
    const { manifestKey, name } = await versionOf(params.number);
    const key = found(manifestKey ?? undefined, `manifest of ${name} yet`);
    const object = { key, contentType: "application/json", fileName: `${name}.manifest.json`, lasting: false };
    return sendObject({ request, reply }, store, object);
  });

  route(app, releaseApi.getShard, async ({ params, request, reply }) => {
    const key = found(
      await shardObject(db, params.number, params.shard),
      `written shard ${params.shard} of version ${params.number}`,
    );
    const fileName = key.split("/").at(-1) ?? "shard.tar";
    return sendObject({ request, reply }, store, { key, contentType: "application/x-tar", fileName });
  });

  route(app, releaseApi.diffVersions, async ({ params }) => {
    await versionOf(params.number);
    await versionOf(params.other);
    return { from: params.other, to: params.number, ...(await diffVersions(db, params.other, params.number)) };
  });
}
