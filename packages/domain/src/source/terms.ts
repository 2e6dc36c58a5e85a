import { z } from "zod";
import type { SourceKind } from "./source.ts";

/** What a pool does with the images of a source, in the order it does them. */
export const SOURCE_USES = ["collect", "store", "train", "redistribute"] as const;
export const SourceUse = z.enum(SOURCE_USES);
export type SourceUse = z.infer<typeof SourceUse>;

/** `allowed` by the terms themselves; `by-licence`: each image's own licence decides; `by-grant`: only with somebody's leave. */
export type Ruling = "allowed" | "by-licence" | "by-grant";

export interface SourceTerms {
  uses: Readonly<Record<SourceUse, Ruling>>;
  /** Whether people may be shown the source's own URL: some places ask for nothing else, some forbid it for good. */
  hotlink: "required" | "allowed" | "forbidden";
  /** The rule that matters, as the end of a sentence that begins with the place's name. */
  because: string;
  reference: string;
  /** The day it was last read, there or in a copy; null where it is known from what others write of it alone. */
  read: string | null;
  /** Who can grant more, and where to ask. */
  asked: string;
}

/** The version of the table below: it changes with every change of a ruling, and whatever is decided by it names it. */
export const TERMS_VERSION = "terms-1";

/** What the operator keeps on a disk or in a bucket. */
const OWN: SourceTerms = {
  uses: { collect: "allowed", store: "allowed", train: "allowed", redistribute: "by-licence" },
  hotlink: "allowed",
  because: "is what the operator brought and answers for, and is given on only under the licence named with it",
  reference: "https://creativecommons.org/licenses/",
  read: null,
  asked: "the photographer",
};

/** Data sets that their makers give to researchers alone; whoever unpacks one has agreed to that. */
const FOR_RESEARCH = {
  uses: { collect: "allowed", store: "allowed", train: "allowed", redistribute: "by-grant" },
  hotlink: "forbidden",
  read: "2026-11-26",
} as const;

/**
 * What the terms of each kind of source allow. The careful reading, where they are silent: what a place does not allow takes a grant. Terms
 * change without notice, so each entry says when it was read.
 */
export const SOURCE_TERMS: Readonly<Record<SourceKind, SourceTerms>> = {
  flickr: {
    uses: { collect: "allowed", store: "allowed", train: "by-licence", redistribute: "by-licence" },
    hotlink: "allowed",
    because:
      "lets its API be used within 3,600 queries an hour, and each photographer's licence says what may be done with a photo",
    reference: "https://www.flickr.com/help/terms/api",
    read: "2026-11-26",
    asked: "the photographer; Flickr itself for commercial use of its API",
  },
  unsplash: {
    uses: { collect: "by-grant", store: "by-grant", train: "by-grant", redistribute: "by-grant" },
    hotlink: "required",
    because:
      "opens its API to non-automated use only, forbids data mining and the training of models, and asks that its own URLs be shown",
    reference: "https://help.unsplash.com/en/articles/2511256-guideline-high-quality-authentic-experiences",
    read: "2026-11-26",
    asked: "Unsplash, at https://unsplash.com/data",
  },
  pixabay: {
    uses: { collect: "by-grant", store: "allowed", train: "by-grant", redistribute: "by-grant" },
    hotlink: "forbidden",
    because: "forbids systematic mass downloads through its API",
    reference: "https://pixabay.com/api/docs/",
    read: "2026-11-26",
    asked: "Pixabay, at https://pixabay.com/service/contact/",
  },
  laion: {
    uses: { collect: "allowed", store: "allowed", train: "allowed", redistribute: "by-grant" },
    hotlink: "allowed",
    because:
      "is a list of links to pages that anyone may read: mining them is lawful unless their owner objects (Directive (EU) 2019/790, article 4), giving the pictures on is not",
    reference: "https://eur-lex.europa.eu/eli/dir/2019/790/oj",
    read: null,
    asked: "the owner of each picture",
  },
  "url-list": {
    uses: { collect: "allowed", store: "allowed", train: "allowed", redistribute: "by-licence" },
    hotlink: "allowed",
    because:
      "leads to pages that anyone may read: mining them is lawful unless their owner objects (Directive (EU) 2019/790, article 4), and they are given on only under the licence that the list names",
    reference: "https://eur-lex.europa.eu/eli/dir/2019/790/oj",
    read: null,
    asked: "the owner of each picture",
  },
  "deepfashion-multimodal": {
    ...FOR_RESEARCH,
    because: "is given for non-commercial research: no portion of it may be given on, and nothing derived from it sold",
    reference: "https://github.com/yumingj/DeepFashion-MultiModal/blob/main/LICENSE",
    asked: "MMLab@NTU, Nanyang Technological University",
  },
  shhq: {
    ...FOR_RESEARCH,
    because: "is given for non-commercial research under an agreement: no portion of it may be given to a third party",
    reference: "https://github.com/stylegan-human/StyleGAN-Human/blob/main/docs/Dataset.md",
    asked: "the authors of StyleGAN-Human",
  },
  folder: OWN,
  s3: OWN,
};

/** Where terms stand and when they were read, for the end of a sentence. */
export function whereTold({ reference, read }: SourceTerms): string {
  return read === null ? reference : `${reference}, read ${read}`;
}

/** The terms of a kind of source; undefined for one that is not known here, which then allows nothing. */
export function termsOf(kind: string): SourceTerms | undefined {
  return Object.hasOwn(SOURCE_TERMS, kind) ? SOURCE_TERMS[kind as SourceKind] : undefined;
}

/**
 * Licences under which an image may be changed and given on, also for gain, as sources write them: "CC BY 2.0", "CC0 1.0",
 * "Public Domain Mark 1.0". Licences without gain or without changes are not: a training set is both.
 */
const OPEN = [
  /^CC[ -]?BY([ -]SA)?([ -]\d\.\d)?$/i,
  /^CC[ -]?0([ -]1\.0)?$/i,
  /^public domain( mark)?( 1\.0)?$/i,
  /^united states government work$/i,
  /^no known copyright restrictions$/i,
  /^pdm([ -]1\.0)?$/i,
];

/** Whether an image's licence, as its source wrote it, lets it be trained on and given on. */
export function isOpenLicence(licence: string | null | undefined): boolean {
  return OPEN.some((form) => form.test(licence?.trim() ?? ""));
}
