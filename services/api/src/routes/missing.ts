import { missingApi } from "@anyone/contracts/missing";
import { readMissing, readWatched } from "@anyone/db/missing";
import { protocolRepository } from "@anyone/db/protocols";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { sourceWeights } from "@anyone/domain/source/deficit";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { route } from "../route.ts";
import { sharedBy } from "../shared.ts";

export function missingRoutes(app: FastifyInstance, { db }: ApiContext): void {
  const protocols = protocolRepository(db);
  // Every open page of sources asks every half minute, and a count reads all that was answered.
  const missingUnder = sharedBy(
    (protocol: Protocol | undefined) => protocol?.identity ?? "",
    (protocol) => readMissing(db, protocol),
  );

  route(app, missingApi.getMissing, async () => {
    const { assets, counted, lacks } = await missingUnder(await protocols.newest());
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
