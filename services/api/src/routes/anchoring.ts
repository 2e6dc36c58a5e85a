import { anchoringApi } from "@anyone/contracts/anchoring";
import { pagesBesideSuggestions } from "@anyone/db/anchoring";
import { protocolRepository } from "@anyone/db/protocols";
import { measureAnchoring } from "@anyone/domain/review/anchoring";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { route } from "../route.ts";

export function anchoringRoutes(app: FastifyInstance, { db }: ApiContext): void {
  const protocols = protocolRepository(db);
  route(app, anchoringApi.getAnchoring, async () => {
    const protocol = await protocols.newest();
    const pages = protocol ? await pagesBesideSuggestions(db, protocol) : [];
    return { protocolId: protocol?.identity ?? null, ...measureAnchoring(pages) };
  });
}
