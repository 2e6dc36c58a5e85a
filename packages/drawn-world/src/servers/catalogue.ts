import type { SampleOptions } from "../plan-sample.ts";
import { random } from "../random.ts";
import { titleOf } from "./title.ts";

/** What image hosts do beside answering, per mille of all images at usual trouble; the rest is plain. */
const TROUBLE = {
  redirect: 40,
  "redirect-twice": 10,
  slow: 20,
  mislabelled: 20,
  missing: 10,
  failing: 4,
  flaky: 6,
  html: 8,
  private: 6,
  "opted-out": 6,
} as const;
export type HostManner = keyof typeof TROUBLE | "plain";

/** Flickr's licence ids, long-tailed; 0 is all rights reserved. */
const LICENCES: Readonly<Record<string, number>> = { 4: 50, 5: 20, 9: 15, 10: 5, 7: 3, 0: 4, 1: 3 };

/** Everything a listing tells of an image, known without drawing it. */
export interface CatalogueEntry {
  seed: number;
  /** The image's name in listings and URLs. */
  id: string;
  licence: string;
  owner: string;
  ownerName: string;
  /** What is written under it. */
  title: string;
  manner: HostManner;
}

/** Image ids look like Flickr's: eleven digits. */
const FIRST_ID = 53_000_000_000;

export function imageId(seed: number): string {
  return String(FIRST_ID + seed);
}

/** How the folders of a dataset name an image: by its seed, in the dataset's own manner. */
export const DATASET_NAMES = {
  shhq: (seed: number) => `${String(seed).padStart(6, "0")}.jpg`,
  deepfashion: (seed: number, begin: string) => `${begin}-id_${String(seed).padStart(8, "0")}-01_1_front.jpg`,
};
const IN_A_DATASET = /\/shhq\/no_segment\/(\d{6,})\.jpg$|-id_(\d{8,})-01_1_front\.jpg$/;

/** The seed behind an image's URL or id; undefined for anything that is not of this world. */
export function seedOf(urlOrId: string): number | undefined {
  const [, ofShhq, ofDeepFashion] = IN_A_DATASET.exec(urlOrId) ?? [];
  const named = ofShhq ?? ofDeepFashion;
  if (named !== undefined) return Number(named);
  const digits = /(\d{11})(?:_[a-z])?(?:\.jpg)?$/.exec(urlOrId)?.[1];
  const seed = Number(digits) - FIRST_ID;
  return digits !== undefined && seed >= 0 ? seed : undefined;
}

/** The entry of one seed. `trouble` scales how often hosts misbehave: 1 is usual, 0 never. */
export function catalogueEntry(seed: number, trouble = 1, options: SampleOptions = {}): CatalogueEntry {
  const r = random(seed, "catalogue");
  const licence = r.weighted(LICENCES);
  const owner = Math.floor(r.next() * 400);
  return {
    seed,
    id: imageId(seed),
    licence,
    owner: `${10_000_000 + owner}@N00`,
    ownerName: `drawn-${owner}`,
    title: titleOf(seed, options),
    manner: mannerOf(r.next() * 1000, trouble),
  };
}

function mannerOf(at: number, trouble: number): HostManner {
  let left = at;
  for (const [manner, weight] of Object.entries(TROUBLE) as [HostManner, number][]) {
    left -= weight * trouble;
    if (left < 0) return manner;
  }
  return "plain";
}
