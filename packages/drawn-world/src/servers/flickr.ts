import type { FastifyInstance } from "fastify";
import type { CatalogueEntry } from "./catalogue.ts";
import { type PhotoSiteOptions, type Query, within } from "./photo-site.ts";
import { searchOf } from "./search.ts";

type FlickrOptions = Omit<PhotoSiteOptions, "trouble">;
type Flickr = FlickrOptions & { searched: ReturnType<typeof searchOf> };
type Answer = Record<string, unknown>;

/** Beyond this many photos a search gives its last ones again, as the real one does. */
const MOST_PER_SEARCH = 4_000;

/**
 * `flickr.photos.search`, `flickr.photos.getInfo` and `flickr.photos.licenses.getInfo` in the REST API's shape: errors come with status 200 and
 * `stat: "fail"`, JSON is wrapped in a call unless `nojsoncallback=1`, too many calls get 429 with Retry-After.
 */
export function serveFlickr(app: FastifyInstance, options: FlickrOptions): void {
  const searched = searchOf(options.entries);
  app.get<{ Querystring: Query }>("/services/rest/", (request, reply) => {
    const query = request.query;
    const waitSeconds = options.rate.take(query.api_key ?? "");
    if (waitSeconds !== undefined)
      return reply.code(429).header("retry-after", waitSeconds).type("text/plain").send("Too many requests");
    if (query.format !== "json")
      return send(reply, query, failure(111, `Format "${query.format ?? "rest"}" not found`));
    return send(reply, query, answer(query, { ...options, searched }));
  });
}

function answer(query: Query, options: Flickr): Answer {
  if (query.api_key !== options.apiKey) return failure(100, "Invalid API Key (Key has invalid format)");
  switch (query.method) {
    case "flickr.photos.search":
      return search(query, options);
    case "flickr.photos.getInfo":
      return info(query, options);
    case "flickr.photos.licenses.getInfo":
      return { licenses: { license: LICENCES }, stat: "ok" };
    default:
      return failure(112, `Method "${query.method ?? ""}" not found`);
  }
}

function search(query: Query, { entries, searched, imageUrl }: Flickr): Answer {
  const searchable = ["text", "tags", "license", "user_id"].some((name) => query[name]);
  if (!searchable)
    return failure(3, "Parameterless searches have been disabled. Please use flickr.photos.getRecent instead.");
  const licences = query.license?.split(",");
  const before = Number(query.max_upload_date ?? Number.POSITIVE_INFINITY);
  const found = (query.text ? searched(query.text) : entries).filter(
    (entry) => (!licences || licences.includes(entry.licence)) && uploadedAt(entry) <= before,
  );
  const perPage = within(query.per_page, 100, 500);
  const page = within(query.page, 1, Number.MAX_SAFE_INTEGER);
  const pages = Math.ceil(found.length / perPage);
  const reachable = Math.max(1, Math.floor(MOST_PER_SEARCH / perPage));
  const start = (Math.min(page, reachable) - 1) * perPage;
  const extras = new Set(query.extras?.split(",") ?? []);
  const photo = found.slice(start, start + perPage).map((entry) => toPhoto(entry, extras, imageUrl));
  return { photos: { page, pages, perpage: perPage, total: found.length, photo }, stat: "ok" };
}

function info(query: Query, { entries }: Flickr): Answer {
  const entry = entries.find(({ id }) => id === query.photo_id);
  if (!entry) return failure(1, `Photo "${query.photo_id ?? ""}" not found (invalid ID)`);
  const { id, owner, ownerName, title, licence } = entry;
  return {
    photo: {
      ...{ id, license: licence, title: { _content: title }, dateuploaded: String(uploadedAt(entry)) },
      owner: { nsid: owner, username: ownerName, realname: "" },
    },
    stat: "ok",
  };
}

/** Two photos a minute, in the order of their seeds, from the first second of 2024. */
function uploadedAt(entry: CatalogueEntry): number {
  return 1_704_067_200 + entry.seed * 30;
}

function toPhoto(entry: CatalogueEntry, extras: ReadonlySet<string>, imageUrl: PhotoSiteOptions["imageUrl"]): Answer {
  const photo: Answer = {
    id: entry.id,
    owner: entry.owner,
    secret: (entry.seed * 2654435761).toString(16).slice(-10).padStart(10, "0"),
    server: "65535",
    farm: 66,
    title: entry.title,
    ispublic: 1,
    isfriend: 0,
    isfamily: 0,
  };
  if (extras.has("license")) photo.license = entry.licence;
  if (extras.has("date_upload")) photo.dateupload = String(uploadedAt(entry));
  if (extras.has("owner_name")) photo.ownername = entry.ownerName;
  if (extras.has("url_o")) photo.url_o = imageUrl(entry);
  if (extras.has("url_l") && !extras.has("url_o")) photo.url_l = imageUrl(entry);
  return photo;
}

function failure(code: number, message: string): Answer {
  return { stat: "fail", code, message };
}

function send(reply: { type(type: string): { send(body: string): unknown } }, query: Query, body: Answer): unknown {
  const text = JSON.stringify(body);
  if (query.nojsoncallback === "1") return reply.type("application/json; charset=utf-8").send(text);
  return reply.type("text/javascript; charset=utf-8").send(`jsonFlickrApi(${text})`);
}

const LICENCES = [
  { id: 0, name: "All Rights Reserved", url: "" },
  {
    id: 1,
    name: "Attribution-NonCommercial-ShareAlike License",
    url: "https://creativecommons.org/licenses/by-nc-sa/2.0/",
  },
  { id: 4, name: "Attribution License", url: "https://creativecommons.org/licenses/by/2.0/" },
  { id: 5, name: "Attribution-ShareAlike License", url: "https://creativecommons.org/licenses/by-sa/2.0/" },
  { id: 7, name: "No known copyright restrictions", url: "https://www.flickr.com/commons/usage/" },
  { id: 9, name: "Public Domain Dedication (CC0)", url: "https://creativecommons.org/publicdomain/zero/1.0/" },
  { id: 10, name: "Public Domain Mark", url: "https://creativecommons.org/publicdomain/mark/1.0/" },
];
