import type { FastifyInstance } from "fastify";
import type { CatalogueEntry } from "./catalogue.ts";
import { badDays, type PhotoSiteOptions, type Query, within } from "./photo-site.ts";
import { searchOf } from "./search.ts";

/** No search gives more. */
const MOST_PER_SEARCH = 500;

/** `GET /api/` in the Pixabay API's shape: errors are plain text with status 400, a page beyond the end is one, too many calls get 429. */
export function servePixabay(app: FastifyInstance, options: PhotoSiteOptions): void {
  const { apiKey, rate, entries, imageUrl } = options;
  const searched = searchOf(entries);
  const isBad = badDays(options.trouble);

  app.get<{ Querystring: Query }>("/pixabay/api/", (request, reply) => {
    const { query } = request;
    const wrong = (what: string) => reply.code(400).type("text/plain").send(`[ERROR 400] ${what}`);
    if (query.key !== apiKey) return wrong("Invalid or missing API key (https://pixabay.com/api/docs/).");
    const waitSeconds = rate.take(query.key);
    if (waitSeconds !== undefined) {
      reply.header("x-ratelimit-remaining", "0").header("x-ratelimit-reset", waitSeconds);
      return reply.code(429).header("retry-after", waitSeconds).type("text/plain").send("API rate limit exceeded");
    }
    if (isBad(request, reply)) return reply;
    const matching = query.q ? searched(query.q) : entries;
    const found = matching.filter((entry) => !query.category || query.category === categoryOf(entry));
    const perPage = within(query.per_page, 20, 200);
    const page = within(query.page, 1, Number.MAX_SAFE_INTEGER);
    const start = (page - 1) * perPage;
    const reachable = found.slice(0, MOST_PER_SEARCH);
    if (page > 1 && start >= reachable.length) return wrong('"page" is out of valid range.');
    return reply.send({
      total: found.length,
      totalHits: reachable.length,
      hits: reachable.slice(start, start + perPage).map((entry) => toHit(entry, imageUrl(entry))),
    });
  });
}

/** Two in three are of people, the others of fashion. */
function categoryOf(entry: CatalogueEntry): string {
  return entry.seed % 3 === 0 ? "fashion" : "people";
}

/** What a key without full access is told: the large picture's side is at most 1280, the size is that of the original. */
function toHit(entry: CatalogueEntry, url: string): Record<string, unknown> {
  return {
    id: Number(entry.id),
    pageURL: `https://pixabay.com/photos/drawn-person-${entry.id}/`,
    type: "photo",
    tags: entry.title,
    previewURL: url,
    webformatURL: url,
    webformatWidth: 320,
    webformatHeight: 640,
    largeImageURL: url,
    imageWidth: 768,
    imageHeight: 1536,
    imageSize: 300_000,
    views: entry.seed,
    downloads: entry.seed,
    user_id: entry.seed % 400,
    user: entry.ownerName,
    userImageURL: "",
  };
}
