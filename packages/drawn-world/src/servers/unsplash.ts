import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { CatalogueEntry } from "./catalogue.ts";
import { badDays, type PhotoSiteOptions, type Query, within } from "./photo-site.ts";
import { searchOf } from "./search.ts";

/**
 * `GET /search/photos` and the download that wants to be told, in the Unsplash API's shape: keys are refused with 401, a spent
 * quota is a 403 with X-Ratelimit-Remaining 0.
 */
export function serveUnsplash(app: FastifyInstance, options: PhotoSiteOptions): void {
  const { apiKey, rate, entries, imageUrl } = options;
  const isBad = badDays(options.trouble);
  const searched = searchOf(entries);
  const byId = new Map(entries.map((entry) => [entry.id, entry]));

  app.get<{ Querystring: Query }>("/unsplash/search/photos", (request, reply) => {
    if (refused(request, reply)) return reply;
    const { query } = request;
    if (!query.query) return reply.code(400).send({ errors: ["query is missing"] });
    const perPage = within(query.per_page, 10, 30);
    const page = within(query.page, 1, Number.MAX_SAFE_INTEGER);
    const found = searched(query.query);
    const origin = originOf(request);
    return reply.send({
      total: found.length,
      total_pages: Math.ceil(found.length / perPage),
      results: found
        .slice((page - 1) * perPage, page * perPage)
        .map((entry) => toPhoto(entry, origin, imageUrl(entry))),
    });
  });

  app.get<{ Querystring: Query; Params: { id: string } }>("/unsplash/photos/:id/download", (request, reply) => {
    if (refused(request, reply)) return reply;
    const entry = byId.get(request.params.id);
    if (!entry) return reply.code(404).send({ errors: ["Couldn't find Photo"] });
    return reply.send({ url: imageUrl(entry) });
  });

  function refused(request: FastifyRequest<{ Querystring: Query }>, reply: FastifyReply): boolean {
    const key = request.query.client_id ?? /^Client-ID (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (key !== apiKey) {
      reply.code(401).send({ errors: ["OAuth error: The access token is invalid"] });
      return true;
    }
    if (rate.take(key) === undefined) return isBad(request, reply);
    reply.code(403).header("x-ratelimit-remaining", "0").type("text/plain").send("Rate Limit Exceeded");
    return true;
  }
}

function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

function toPhoto(entry: CatalogueEntry, origin: string, url: string): Record<string, unknown> {
  const { id, ownerName, seed, title } = entry;
  return {
    id,
    created_at: new Date(Date.UTC(2024, 0, 1) + seed * 30_000).toISOString(),
    width: 768,
    height: 1536,
    color: "#c0b0a0",
    description: seed % 3 === 0 ? title : null,
    alt_description: title,
    user: { id: ownerName, username: ownerName, name: ownerName, links: { html: `${origin}/unsplash/@${ownerName}` } },
    urls: { raw: url, full: url, regular: url, small: url, thumb: url },
    links: {
      self: `${origin}/unsplash/photos/${id}`,
      html: `${origin}/unsplash/photos/${id}`,
      download: `${origin}/unsplash/photos/${id}/download`,
      download_location: `${origin}/unsplash/photos/${id}/download?ixid=${seed.toString(36)}`,
    },
  };
}
