import { z } from "zod";
import type { SourceId } from "../ids.ts";
import { FLICKR_QUOTA, KeyQuota, PIXABAY_QUOTA, UNSPLASH_QUOTA } from "./key-quota.ts";

/** How gently one host is treated. */
export const Politeness = z.object({
  /** Requests per second to one host, over all processes. */
  perSecond: z.number().positive().max(1000).default(1),
  /** Requests in flight to one host, over all processes. */
  concurrency: z.int().min(1).max(8).default(2),
});
export type Politeness = z.infer<typeof Politeness>;

/**
 * Of what a page lists, the share that is fetched: pictures whose captions name what is rare on that page come first, those
 * whose captions name nothing keep their share. 1 fetches everything. Less makes a pool of the same size flatter: rare options
 * have more examples to learn from.
 */
const share = z.number().gt(0).max(1).default(1);

const politeness = Politeness.default({ perSecond: 1, concurrency: 2 });

/** Pixabay's own categories. */
const PIXABAY_CATEGORIES = [
  "backgrounds",
  "fashion",
  "nature",
  "science",
  "education",
  "feelings",
  "health",
  "people",
  "religion",
  "places",
  "animals",
  "industry",
  "computer",
  "food",
  "sports",
  "transportation",
  "travel",
  "buildings",
  "business",
  "music",
] as const;

/** The Flickr API, or a server that speaks its shape. The key comes from the crawler's environment, never from here. */
export const FlickrSettings = z.object({
  kind: z.literal("flickr"),
  endpoint: z.url().default("https://api.flickr.com/services/rest/"),
  text: z.string().min(1).max(200).default("person portrait"),
  /** Flickr licence ids that may be taken; the default ones allow commercial use and changes. */
  licences: z.array(z.int().min(0).max(20)).min(1).default([4, 5, 7, 8, 9, 10]),
  perPage: z.int().min(1).max(500).default(250),
  /** What Flickr grants the key, over all processes. */
  quota: KeyQuota.default(FLICKR_QUOTA),
  share,
  politeness,
});

/** The Unsplash API, or a server that speaks its shape. */
export const UnsplashSettings = z.object({
  kind: z.literal("unsplash"),
  endpoint: z.url().default("https://api.unsplash.com/"),
  text: z.string().min(1).max(200).default("person portrait"),
  orientation: z.enum(["any", "portrait", "landscape", "squarish"]).default("portrait"),
  perPage: z.int().min(1).max(30).default(30),
  /** Pages of one search that are read at most, whatever the answers say of its length. */
  mostPages: z.int().min(1).max(10_000).default(1_000),
  /** What Unsplash grants the key, over all processes; a production key has more. */
  quota: KeyQuota.default(UNSPLASH_QUOTA),
  share,
  politeness,
});

/** The Pixabay API, or a server that speaks its shape. */
export const PixabaySettings = z.object({
  kind: z.literal("pixabay"),
  endpoint: z.url().default("https://pixabay.com/api/"),
  text: z.string().min(1).max(100).default("person portrait"),
  /** One search for each, in this order: Pixabay gives no more than 500 pictures of a search. */
  categories: z.array(z.enum(PIXABAY_CATEGORIES)).min(1).default(["people", "fashion"]),
  orientation: z.enum(["all", "vertical", "horizontal"]).default("vertical"),
  perPage: z.int().min(3).max(200).default(100),
  /** What Pixabay grants the key, over all processes. */
  quota: KeyQuota.default(PIXABAY_QUOTA),
  share,
  politeness,
});

/** How a list is read, and which of its rows are not even listed for what they claim: a header costs a request, a column nothing. */
const rows = {
  rowsPerPage: z.int().min(1).max(10_000).default(1_000),
  /** Pixels of the shorter and of the longer side. */
  minShort: z.int().min(0).default(640),
  minLong: z.int().min(0).default(1280),
  maxUnsafe: z.number().min(0).max(1).default(0.5),
  maxWatermark: z.number().min(0).max(1).default(0.8),
};

/** One or more parquet files of URLs in the shape of LAION's metadata. */
export const LaionSettings = z.object({
  kind: z.literal("laion"),
  files: z.array(z.url()).min(1).max(10_000),
  ...rows,
  share,
  politeness,
});

/** Lists of URLs: a URL a line, csv with a header, a JSON object a line, or parquet. On the web, or files of the crawler's own machine. */
export const UrlListSettings = z.object({
  kind: z.literal("url-list"),
  files: z
    .array(z.union([z.url({ protocol: /^https?$/ }), z.string().startsWith("/")], "expected a URL or an absolute path"))
    .min(1)
    .max(10_000),
  /** What the files are, where their names do not say it. */
  format: z.enum(["csv", "txt", "jsonl", "parquet"]).optional(),
  /** The licence of what names none. */
  licence: z.string().max(200).optional(),
  ...rows,
  share,
  politeness,
});

/** A folder of photographs on the crawler's own machine. */
export const FolderSettings = z.object({
  kind: z.literal("folder"),
  path: z.string().min(1).max(4096),
  licence: z.string().max(200).optional(),
  filesPerPage: z.int().min(1).max(5_000).default(500),
});

/** A place below the dataset's folder. */
const below = (otherwise: string) =>
  z
    .string()
    .regex(/^(?!\/)(?!.*\.\.).+$/, "expected a path below the dataset's folder")
    .default(otherwise);

/** DeepFashion-MultiModal, unpacked on the crawler's own machine. Of its files only the images must be there. */
export const DeepFashionSettings = z.object({
  kind: z.literal("deepfashion-multimodal"),
  path: z.string().min(1).max(4096),
  images: below("images"),
  parsing: below("segm"),
  keypoints: below("keypoints/keypoints_loc.txt"),
  visibility: below("keypoints/keypoints_vis.txt"),
  shape: below("labels/shape/shape_anno_all.txt"),
  fabric: below("labels/texture/fabric_ann.txt"),
  pattern: below("labels/texture/pattern_ann.txt"),
  filesPerPage: z.int().min(1).max(5_000).default(500),
});

/** SHHQ-1.0, unpacked on the crawler's own machine. Of its files only the images must be there. */
export const ShhqSettings = z.object({
  kind: z.literal("shhq"),
  path: z.string().min(1).max(4096),
  images: below("no_segment"),
  parsing: below("parsing"),
  keypoints: below("keypoints.txt"),
  filesPerPage: z.int().min(1).max(5_000).default(500),
});

/** Photographs below a prefix of a bucket, on the S3 server of the crawler's environment. */
export const S3Settings = z.object({
  kind: z.literal("s3"),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "expected the name of a bucket"),
  prefix: z.string().max(900).default(""),
  licence: z.string().max(200).optional(),
  keysPerPage: z.int().min(1).max(1_000).default(500),
});

export const SourceSettings = z.discriminatedUnion("kind", [
  FlickrSettings,
  UnsplashSettings,
  PixabaySettings,
  LaionSettings,
  UrlListSettings,
  FolderSettings,
  S3Settings,
  DeepFashionSettings,
  ShhqSettings,
]);
export type SourceSettings = z.infer<typeof SourceSettings>;
export type SourceKind = SourceSettings["kind"];
export type SettingsOf<K extends SourceKind> = Extract<SourceSettings, { kind: K }>;

/** A source's settings, searching for other words. Words for a source that takes none change nothing. */
export function searching(settings: SourceSettings, query: string | null): SourceSettings {
  return query !== null && "text" in settings ? { ...settings, text: query } : settings;
}

/** A place images come from, as the operator set it up. */
export interface Source {
  id: SourceId;
  settings: SourceSettings;
  /** A disabled source starts no crawl, by hand neither. */
  enabled: boolean;
  /** Whether the pool's watch may start it; a folder, for one, is usually imported once, by hand. */
  automatic: boolean;
  /** Where its last crawl stopped: the next one goes on from there. */
  cursor: string | null;
  /** When a crawl last reached the end of it. */
  exhaustedAt: Date | null;
}

/** A source that was read to its end is worth another look after so long. */
export const EXHAUSTED_FOR_MS = 24 * 3_600_000;

/** Whether a source may have more to give. */
export function hasMore(source: Pick<Source, "exhaustedAt">, now: Date): boolean {
  return source.exhaustedAt === null || now.getTime() - source.exhaustedAt.getTime() > EXHAUSTED_FOR_MS;
}
