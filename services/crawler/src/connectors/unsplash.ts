import type { Listing } from "@anyone/domain/source/candidate";
import type { SettingsOf } from "@anyone/domain/source/source";
import { z } from "zod";
import type { FetchRefused } from "../fetch/safe-fetch.ts";
import { askApi, keyOf, readAnswer } from "./ask-api.ts";
import { type Connector, type Reach, Unlisted } from "./connector.ts";
import { readImage } from "./read-image.ts";

const LICENCE = { licence: "Unsplash License", licenceUrl: "https://unsplash.com/license" };
/** Unsplash counts by the hour, and answers 403 when an hour's requests are spent. */
const AN_HOUR_MS = 3_600_000;

/**
 * Unsplash's search; the cursor is the page. A photo's URL here is its `download_location`: Unsplash wants each download told
 * there, and answers with where the picture lies, so no picture can be read without having been counted for its photographer.
 */
export const unsplash: Connector<"unsplash"> = {
  kind: "unsplash",

  async list(settings, cursor, { fetch, apiKeys }, signal) {
    const key = keyOf("Unsplash", "UNSPLASH_ACCESS_KEY", apiKeys.unsplash);
    const page = pageOf(cursor);
    const url = new URL("search/photos", settings.endpoint);
    url.searchParams.set("query", settings.text);
    url.searchParams.set("page", String(page));
    url.searchParams.set("per_page", String(settings.perPage));
    url.searchParams.set("order_by", "latest");
    url.searchParams.set("content_filter", "high");
    if (settings.orientation !== "any") url.searchParams.set("orientation", settings.orientation);
    // In the query, not in a header: headers follow a redirect to another host, queries do not.
    url.searchParams.set("client_id", key);
    const { politeness } = settings;
    const budget = { provider: "unsplash", key, quota: settings.quota };
    const text = await askApi({ api: "Unsplash", url, fetch, politeness, key: budget, signal, reread: hourly });
    const { results, total_pages } = readAnswer("Unsplash", text, Answer);
    const done = results.length === 0 || page >= Math.min(total_pages, settings.mostPages);
    return {
      listings: results.flatMap((photo) => toListing(photo, settings)),
      cursor: done ? null : String(page + 1),
      done,
    };
  },

  async read(settings, url, reach, signal) {
    const told = await tellDownload(settings, url, reach, signal);
    return "ok" in told ? told : readImage(reach, told.url, settings.politeness, signal);
  },
};

function pageOf(cursor: string | null): number {
  if (/^[1-9]\d{0,5}$/.test(cursor ?? "1")) return Number(cursor ?? 1);
  throw new Unlisted("bad-cursor", `"${cursor}" is no page of a search.`);
}

function hourly(refused: FetchRefused): FetchRefused {
  if (refused.status !== 403) return refused;
  return {
    ...refused,
    reason: "rate-limited",
    detail: "the requests of this hour are spent",
    retryAfterMs: AN_HOUR_MS,
  };
}

const Answer = z.object({
  total_pages: z.number().int().min(0),
  results: z.array(z.unknown()),
});

const Photo = z.object({
  id: z.string().min(1).max(1024),
  width: z.number().int().positive().optional().catch(undefined),
  height: z.number().int().positive().optional().catch(undefined),
  description: z.string().nullish().catch(undefined),
  alt_description: z.string().nullish().catch(undefined),
  user: z.object({ name: z.string().min(1) }),
  urls: z.object({ raw: z.url().max(4096) }),
  links: z.object({ html: z.url().max(4096), download_location: z.url().max(4096) }),
});

/** A photo that is not to be credited, or whose download would be told to somebody else than Unsplash, is passed over. */
function toListing(raw: unknown, { endpoint }: SettingsOf<"unsplash">): Listing[] {
  const { data: photo } = Photo.safeParse(raw);
  if (!photo || !sameOrigin(photo.links.download_location, endpoint)) return [];
  const author = photo.user.name.slice(0, 500);
  return [
    {
      externalId: photo.id,
      url: photo.links.download_location,
      landingUrl: photo.links.html,
      ...LICENCE,
      author,
      credit: `Photo by ${author} on Unsplash`,
      caption: (photo.description || photo.alt_description || "").slice(0, 4000) || undefined,
      width: photo.width,
      height: photo.height,
      claims: { hotlink: photo.urls.raw },
    },
  ];
}

async function tellDownload(
  { endpoint, politeness, quota }: SettingsOf<"unsplash">,
  location: string,
  { fetch, apiKeys }: Reach,
  signal: AbortSignal | undefined,
): Promise<{ url: string } | FetchRefused> {
  if (!sameOrigin(location, endpoint)) return refuse("bad-url", "the download is not Unsplash's to be told");
  const url = new URL(location);
  const key = keyOf("Unsplash", "UNSPLASH_ACCESS_KEY", apiKeys.unsplash);
  url.searchParams.set("client_id", key);
  const budget = { provider: "unsplash", key, quota };
  const answer = await fetch(url.href, { politeness, signal, key: budget, maxBytes: 64 * 1024 });
  if (!answer.ok) return hourly(answer);
  const { data } = Download.safeParse(tryJson(answer.bytes));
  return data ?? refuse("unreadable", "Unsplash did not say where the picture lies");
}

const Download = z.object({ url: z.url() });

function tryJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function sameOrigin(url: string, other: string): boolean {
  return URL.canParse(url) && new URL(url).origin === new URL(other).origin;
}

function refuse(reason: FetchRefused["reason"], detail: string): FetchRefused {
  return { ok: false, reason, detail };
}
