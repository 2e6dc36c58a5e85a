import type { ModelIdentity } from "../model.ts";
import { type Content, releaseContents } from "./contents.ts";

/** What was measured on an asset, as it is stored. */
export interface MeasuredAsset {
  /** The source's own words: caption or alternative text. */
  altText: string | null;
  personBox: readonly number[];
  faceBox: readonly number[];
  keypoints: readonly number[];
  /** 18 shares, ATR order; the first is the background. */
  partShares: readonly number[];
  brisque: number;
  measures: Readonly<Record<string, unknown>>;
  models: readonly ModelIdentity[];
}

/** The scores of a record, and what of a release each is. */
const SCORES = {
  brisque: "quality score",
  quality: "quality score",
  faceQuality: "face quality score",
  faceCleanness: "face quality score",
  preference: "preference score",
  aesthetic: "aesthetic score",
  watermark: "watermark score",
  fakeness: "fake-person score",
  flatness: "fake-person score",
  nsfw: "nsfw score",
} as const satisfies Record<string, Content>;

/** COCO's seventeen, three numbers each. */
const NUMBERS_A_POINT = 3;

/**
 * An asset's metadata as a dataset record holds it: alternative text, boxes (left, top, right, bottom) and key points (x, y, score) in pixels,
 * the person's share of the picture (the person is every pixel that the part map names), scores, and who gave each. A version that is given on
 * leaves out what a model gave whose licence lets nothing of it be given on; what the source itself asks has been asked of the whole item.
 */
export function metadataOf(asset: MeasuredAsset, { redistributed }: { redistributed: boolean }) {
  const models = asset.models.filter(({ tier }) => tier !== "none");
  const used = models.map(({ slot, model, licence }) => ({ slot, model, licence: licence ?? "none" }));
  const withheld = new Set(
    releaseContents("CC0-1.0", used, "research").flatMap(({ content, allowed }) => (allowed ? [] : content)),
  );
  const may = (content: Content) => !redistributed || !withheld.has(content);
  const measured: Record<string, unknown> = { ...asset.measures, brisque: asset.brisque };
  const scores = Object.entries(SCORES).flatMap(([name, content]) =>
    typeof measured[name] === "number" && may(content) ? [[name, measured[name]]] : [],
  );
  return {
    alt_text: asset.altText,
    ...(may("boxes") && { boxes: { person: asset.personBox, face: asset.faceBox } }),
    ...(may("keypoints") && { keypoints: pointsOf(asset.keypoints) }),
    ...(may("part map") && { foreground: Number((1 - (asset.partShares[0] ?? 1)).toFixed(4)) }),
    scores: Object.fromEntries(scores),
    ...("preference" in Object.fromEntries(scores) && { prompt: measured.prompt }),
    models: models.map(({ slot, model, version, tier }) => ({ slot, model, version, tier })),
  };
}

function pointsOf(flat: readonly number[]): number[][] {
  return Array.from({ length: flat.length / NUMBERS_A_POINT }, (_, i) =>
    flat.slice(i * NUMBERS_A_POINT, (i + 1) * NUMBERS_A_POINT),
  );
}
