import { createHash } from "node:crypto";
import { Listing } from "@anyone/domain/source/candidate";
import { type Page, Unlisted } from "./connector.ts";

/** One row of a list, its values by what they mean. */
export type Row = Partial<Record<Meaning, unknown>>;

/** What columns mean to us, by the names that LAION's and re-LAION's releases, img2dataset and their kin give them; case is nothing. */
const COLUMNS = {
  url: ["url", "image_url", "img_url"],
  alt: ["text", "alt_text", "alt", "caption", "top_caption", "title"],
  width: ["width", "original_width", "image_width"],
  height: ["height", "original_height", "image_height"],
  licence: ["license", "licence"],
  licenceUrl: ["license_url", "licence_url"],
  author: ["author", "creator", "photographer"],
  page: ["landing_url", "page_url", "source_page"],
  unsafe: ["punsafe", "p_unsafe", "prob_unsafe"],
  watermark: ["pwatermark", "p_watermark", "prob_watermark"],
  similarity: ["similarity"],
  hash: ["hash"],
  md5: ["md5"],
  sha256: ["sha256"],
  language: ["language", "lang"],
} as const;
type Meaning = keyof typeof COLUMNS;

const CLAIMS = ["unsafe", "watermark", "similarity", "hash", "md5", "sha256", "language"] as const;

/** Which column means what, of those that a list has. */
export function columnsOf(names: readonly string[]): Partial<Record<Meaning, string>> {
  const present = new Map(names.map((name) => [name.trim().toLowerCase(), name]));
  const found = Object.entries(COLUMNS).flatMap(([meaning, aliases]) => {
    const name = aliases.map((alias) => present.get(alias)).find((known) => known !== undefined);
    return name === undefined ? [] : [[meaning, name] as const];
  });
  return Object.fromEntries(found);
}

export interface RowRules {
  /** Claims of less are dropped: pixels of the shorter and of the longer side, as the filter's gate reads 640×1280. */
  minShort: number;
  minLong: number;
  maxUnsafe: number;
  maxWatermark: number;
  /** The licence of rows that name none. */
  licence?: string | undefined;
}

/** A row as a listing, unless its columns already say that it would be dropped, or its URL is none: a request costs, a column nothing. */
export function rowToListing(row: Row, rules: RowRules): Listing[] {
  const width = positive(row.width);
  const height = positive(row.height);
  if (width && height) {
    if (Math.min(width, height) < rules.minShort || Math.max(width, height) < rules.minLong) return [];
  }
  if (probability(row.unsafe) > rules.maxUnsafe || probability(row.watermark) > rules.maxWatermark) return [];
  const url = text(row.url, 4096);
  if (url === undefined || !/^https?:\/\//i.test(url)) return [];
  const listing = Listing.safeParse({
    externalId: createHash("sha256").update(url).digest("hex").slice(0, 32),
    url,
    landingUrl: link(row.page, 4096),
    licence: text(row.licence, 200) ?? rules.licence,
    licenceUrl: link(row.licenceUrl, 1024),
    author: text(row.author, 500),
    caption: text(row.alt, 4000),
    width,
    height,
    claims: claims(row),
  });
  return listing.success ? [listing.data] : [];
}

/** Where a walk over several files stands: which file, and the row or byte in it. */
export function positionIn(cursor: string | null): { file: number; at: number } {
  const [, file, at] = /^(\d{1,6}):(\d{1,15})$/.exec(cursor ?? "0:0") ?? [];
  if (file === undefined || at === undefined) throw new Unlisted("bad-cursor", `"${cursor}" is no place in a list.`);
  return { file: Number(file), at: Number(at) };
}

/** A page of a walk. `next` is where the same file goes on, undefined at its end. */
export function pageOf(listings: Listing[], here: { file: number; files: number; next: number | undefined }): Page {
  if (here.next !== undefined) return { listings, cursor: `${here.file}:${here.next}`, done: false };
  const done = here.file + 1 >= here.files;
  return { listings, cursor: done ? null : `${here.file + 1}:0`, done };
}

function positive(value: unknown): number | undefined {
  const number = value === null || value === "" ? Number.NaN : Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

function probability(value: unknown): number {
  const number = typeof value === "number" ? value : typeof value === "string" && value !== "" ? Number(value) : 0;
  return Number.isNaN(number) ? 0 : number;
}

/** A value as text; one that is longer than `most` is cut, for a caption of 10 MB is a caption. */
function text(value: unknown, most: number): string | undefined {
  return typeof value === "string"
    ? value
        .slice(0, most + 1000)
        .trim()
        .slice(0, most) || undefined
    : undefined;
}

function link(value: unknown, most: number): string | undefined {
  return typeof value === "string" && value.length <= most && URL.canParse(value) ? value : undefined;
}

function claims(row: Row): Record<string, string | number> {
  const present = CLAIMS.flatMap((name): [string, string | number][] => {
    const value = row[name];
    if (typeof value === "bigint") return [[name, value.toString()]];
    if (typeof value === "number") return [[name, value]];
    return typeof value === "string" && value !== "" ? [[name, value.slice(0, 200)]] : [];
  });
  return Object.fromEntries(present);
}
