import type { Listing } from "@anyone/domain/source/candidate";
import type { SettingsOf } from "@anyone/domain/source/source";
import { z } from "zod";
import { askApi, keyOf, readAnswer } from "./ask-api.ts";
import { type Connector, type Reach, type Rights, Unlisted } from "./connector.ts";
import { readImage } from "./read-image.ts";

/** The Flickr API gives the same photos again beyond the 4,000th of one search: what is older needs a search of its own. */
const MOST_PER_SEARCH = 4_000;

/** Flickr's licence ids: short name and deed. Ids that are not here are listed by their number alone. */
const LICENCES: Readonly<Record<string, readonly [name: string, url: string]>> = {
  0: ["All rights reserved", "https://www.flickrhelp.com/hc/en-us/articles/10710266545556"],
  1: ["CC BY-NC-SA 2.0", "https://creativecommons.org/licenses/by-nc-sa/2.0/"],
  2: ["CC BY-NC 2.0", "https://creativecommons.org/licenses/by-nc/2.0/"],
  3: ["CC BY-NC-ND 2.0", "https://creativecommons.org/licenses/by-nc-nd/2.0/"],
  4: ["CC BY 2.0", "https://creativecommons.org/licenses/by/2.0/"],
  5: ["CC BY-SA 2.0", "https://creativecommons.org/licenses/by-sa/2.0/"],
  6: ["CC BY-ND 2.0", "https://creativecommons.org/licenses/by-nd/2.0/"],
  7: ["No known copyright restrictions", "https://www.flickr.com/commons/usage/"],
  8: ["United States government work", "https://www.usa.gov/government-copyright"],
  9: ["CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"],
  10: ["Public Domain Mark 1.0", "https://creativecommons.org/publicdomain/mark/1.0/"],
};

/** `flickr.photos.search`, newest first; the cursor is `page` or `page@second`, where the search ends at that second of upload. */
export const flickr: Connector<"flickr"> = {
  kind: "flickr",

  async list(settings, cursor, reach, signal) {
    const { page, before } = position(cursor);
    const query = {
      text: settings.text,
      license: settings.licences.join(","),
      media: "photos",
      content_types: "0",
      safe_search: "1",
      sort: "date-posted-desc",
      extras: "license,owner_name,url_o,url_l,o_dims,date_upload",
      per_page: String(settings.perPage),
      page: String(page),
      ...(before === undefined ? {} : { max_upload_date: before }),
    };
    const text = await call("flickr.photos.search", query, settings, reach, signal);
    const { photos } = resultOf(readAnswer("Flickr", text, Searched));
    const listings = photos.photo.flatMap((photo) => toListing(photo, settings.licences));
    const next = nextPosition({ page, before }, photos, Math.floor(MOST_PER_SEARCH / settings.perPage));
    return { listings, cursor: next ?? null, done: next === undefined };
  },

  read: (settings, url, reach, signal) => readImage(reach, url, settings.politeness, signal),

  async rights(settings, externalId, reach, signal) {
    const text = await call("flickr.photos.getInfo", { photo_id: externalId }, settings, reach, signal);
    const answer = readAnswer("Flickr", text, Told);
    // 1: there is no such photo, 2: its owner shows it to nobody any more.
    if (answer.stat === "fail" && (answer.code === 1 || answer.code === 2)) return undefined;
    const { license, title, owner } = resultOf(answer).photo;
    return rightsOf({ license, title: title._content, author: owner.username || owner.nsid });
  },
};

/** Calls a method of the REST API; its answer as text. */
function call(
  method: string,
  query: Readonly<Record<string, string>>,
  { endpoint, politeness, quota }: SettingsOf<"flickr">,
  { fetch, apiKeys }: Reach,
  signal: AbortSignal | undefined,
): Promise<string> {
  const key = keyOf("Flickr", "FLICKR_API_KEY", apiKeys.flickr);
  const url = new URL(endpoint);
  const whole = { method, api_key: key, ...query, format: "json", nojsoncallback: "1" };
  for (const [name, value] of Object.entries(whole)) url.searchParams.set(name, value);
  return askApi({ api: "Flickr", url, fetch, politeness, key: { provider: "flickr", key, quota }, signal });
}

interface Position {
  page: number;
  before: string | undefined;
}

function position(cursor: string | null): Position {
  const [, page, before] = /^(\d+)(?:@(\d+))?$/.exec(cursor ?? "1") ?? [];
  if (page === undefined) throw new Unlisted("bad-cursor", `"${cursor}" is no place in a search.`);
  return { page: Number(page), before };
}

/** The next page, or, where a search gives no more, the first page of the photos up to the oldest one seen; undefined at the end. */
function nextPosition(at: Position, photos: SearchResult["photos"], reachable: number): string | undefined {
  if (at.page >= photos.pages || photos.photo.length === 0) return undefined;
  if (at.page < reachable) return at.before === undefined ? `${at.page + 1}` : `${at.page + 1}@${at.before}`;
  const oldest = Photo.safeParse(photos.photo.at(-1)).data?.dateupload;
  // Each search must begin before the last one, or a source could lead in circles.
  const earlier = oldest !== undefined && (at.before === undefined || Number(oldest) < Number(at.before));
  return earlier ? `1@${oldest}` : undefined;
}

const whole = z.coerce.number().int().positive().optional().catch(undefined);

const Photo = z.object({
  id: z.string().regex(/^\d{1,20}$/),
  owner: z.string().regex(/^[\w@-]{1,100}$/),
  ownername: z.string().optional(),
  title: z.string().default(""),
  license: z.coerce.string(),
  dateupload: z.coerce.string().regex(/^\d+$/).optional(),
  url_o: z.url().optional(),
  width_o: whole,
  height_o: whole,
  url_l: z.url().optional(),
  width_l: whole,
  height_l: whole,
});

const Failed = z.object({ stat: z.literal("fail"), code: z.coerce.number(), message: z.string() });
type Failed = z.infer<typeof Failed>;

const SearchResult = z.object({
  stat: z.literal("ok"),
  photos: z.object({ page: z.coerce.number(), pages: z.coerce.number(), photo: z.array(z.unknown()) }),
});
type SearchResult = z.infer<typeof SearchResult>;
const Searched = z.discriminatedUnion("stat", [SearchResult, Failed]);

const Told = z.discriminatedUnion("stat", [
  z.object({
    stat: z.literal("ok"),
    photo: z.object({
      license: z.coerce.string(),
      title: z.object({ _content: z.string() }),
      owner: z.object({ nsid: z.string(), username: z.string().optional() }),
    }),
  }),
  Failed,
]);

function resultOf<Ok extends { stat: "ok" }>(answer: Ok | Failed): Ok {
  if (answer.stat === "ok") return answer;
  // 105: service unavailable, 106: write failed, 111 and above are faults of the call itself.
  const passing = answer.code === 105 || answer.code === 106;
  throw new Unlisted(`flickr-${answer.code}`, `Flickr says: ${answer.message}`, { passing });
}

/** The original where the owner gives it, the large size otherwise; a photo with neither, or under another licence, is passed over. */
function toListing(raw: unknown, licences: readonly number[]): Listing[] {
  const parsed = Photo.safeParse(raw);
  if (!parsed.success) return [];
  const photo = parsed.data;
  const url = photo.url_o ?? photo.url_l;
  if (url === undefined || !licences.includes(Number(photo.license))) return [];
  return [
    {
      externalId: photo.id,
      url,
      landingUrl: `https://www.flickr.com/photos/${photo.owner}/${photo.id}/`,
      ...rightsOf({ ...photo, author: photo.ownername || photo.owner }),
      caption: photo.title.slice(0, 4000) || undefined,
      width: photo.url_o ? photo.width_o : photo.width_l,
      height: photo.url_o ? photo.height_o : photo.height_l,
    },
  ];
}

function rightsOf({ license, title, author: whole }: { license: string; title: string; author: string }): Rights {
  const [licence, licenceUrl] = LICENCES[license] ?? [`Flickr licence ${license}`, undefined];
  const author = whole.slice(0, 500);
  const credit = `${title.trim().slice(0, 200) || "Photo"} by ${author} on Flickr, ${licence}`;
  return { licence, licenceUrl, author, credit };
}
