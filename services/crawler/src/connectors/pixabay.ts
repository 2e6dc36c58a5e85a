import type { Listing } from "@anyone/domain/source/candidate";
import { z } from "zod";
import { askApi, keyOf, readAnswer } from "./ask-api.ts";
import { type Connector, Unlisted } from "./connector.ts";
import { readImage } from "./read-image.ts";

const LICENCE = { licence: "Pixabay Content License", licenceUrl: "https://pixabay.com/service/license-summary/" };
/** "Requests must be cached for 24 hours" (pixabay.com/api/docs). */
const CACHED_FOR_MS = 24 * 3_600_000;
/** Of one search no more can be had. */
const MOST_PER_SEARCH = 500;
/** The longer side of `largeImageURL`, the largest picture that every key is given. */
const LARGE = 1280;

/** Pixabay's search, one after the other for each category; the cursor is `category:page`, the category as its place in the settings. */
export const pixabay: Connector<"pixabay"> = {
  kind: "pixabay",

  async list(settings, cursor, { fetch, apiKeys, answers }, signal) {
    const key = keyOf("Pixabay", "PIXABAY_API_KEY", apiKeys.pixabay);
    const [place, page] = position(cursor);
    const category = settings.categories[place];
    if (category === undefined) return { listings: [], cursor: null, done: true };
    const url = new URL(settings.endpoint);
    const query = {
      q: settings.text,
      image_type: "photo",
      orientation: settings.orientation,
      category,
      safesearch: "true",
      order: "latest",
      per_page: String(settings.perPage),
      page: String(page),
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const request = url.href;
    const known = await answers.get(request);
    url.searchParams.set("key", key);
    const { politeness } = settings;
    const budget = { provider: "pixabay", key, quota: settings.quota };
    const text = known ?? (await askApi({ api: "Pixabay", url, fetch, politeness, key: budget, signal }));
    const { hits, totalHits } = readAnswer("Pixabay", text, Answer);
    if (known === undefined) await answers.keep(request, text, CACHED_FOR_MS);
    const pages = Math.ceil(Math.min(totalHits, MOST_PER_SEARCH) / settings.perPage);
    const following = page < pages && hits.length > 0 ? `${place}:${page + 1}` : `${place + 1}:1`;
    const done = following === `${settings.categories.length}:1`;
    return { listings: hits.flatMap(toListing), cursor: done ? null : following, done };
  },

  read: (settings, url, reach, signal) => readImage(reach, url, settings.politeness, signal),
};

function position(cursor: string | null): [place: number, page: number] {
  const [, place, page] = /^(\d{1,3}):([1-9]\d{0,3})$/.exec(cursor ?? "0:1") ?? [];
  if (place === undefined || page === undefined)
    throw new Unlisted("bad-cursor", `"${cursor}" is no page of a search.`);
  return [Number(place), Number(page)];
}

const Answer = z.object({ totalHits: z.number().int().min(0), hits: z.array(z.unknown()) });

const side = z.number().int().positive();

const Hit = z.object({
  id: z.union([z.number().int().positive(), z.string().regex(/^\d+$/)]),
  pageURL: z.url().max(4096),
  tags: z.string().optional().catch(undefined),
  user: z.string().min(1),
  largeImageURL: z.url().max(4096),
  /** Of the original; keys with full access are given it, too. */
  imageWidth: side.optional().catch(undefined),
  imageHeight: side.optional().catch(undefined),
  imageURL: z.url().max(4096).optional().catch(undefined),
});

/** The original where the key may have it, the large picture otherwise, with the size that it will have. */
function toListing(raw: unknown): Listing[] {
  const { data: hit } = Hit.safeParse(raw);
  if (!hit) return [];
  const { imageWidth: width, imageHeight: height } = hit;
  const scale = hit.imageURL || !width || !height ? 1 : Math.min(1, LARGE / Math.max(width, height));
  const author = hit.user.slice(0, 500);
  return [
    {
      externalId: String(hit.id),
      url: hit.imageURL ?? hit.largeImageURL,
      landingUrl: hit.pageURL,
      ...LICENCE,
      author,
      credit: `Image by ${author} from Pixabay`,
      caption: hit.tags?.slice(0, 4000) || undefined,
      width: width && Math.max(1, Math.round(width * scale)),
      height: height && Math.max(1, Math.round(height * scale)),
    },
  ];
}
