import { missingApi } from "@anyone/contracts/missing";
import { readMissing, readWatched } from "@anyone/db/missing";
import { protocolRepository } from "@anyone/db/protocols";
import { sourceWeights } from "@anyone/domain/source/deficit";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { route } from "../route.ts";

export function missingRoutes(app: FastifyInstance, { db }: ApiContext): void {
  const protocols = protocolRepository(db);

  route(app, missingApi.getMissing, async () => {
    const { assets, counted, lacks } = await readMissing(db, await protocols.newest());
    const watched = await readWatched(db);
    const weights = sourceWeights(
      lacks,
      watched.map(({ id }) => id),
    );
    return {
      assets,
      counted,
      items: lacks.map(({ sources, ...lack }) => ({
        ...lack,
        best: sources.find(({ brought }) => brought > 0) ?? null,
      })),
      sources: watched.map(({ id, searched }, place) => ({ sourceId: id, searched, weight: weights[place] ?? 0 })),
    };
  });
}
