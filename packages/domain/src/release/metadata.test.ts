import { describe, expect, it } from "vitest";
import type { ModelIdentity, Slot } from "../model.ts";
import { type MeasuredAsset, metadataOf } from "./metadata.ts";

const gave = (slot: Slot, model: string, licence?: string): ModelIdentity => ({
  slot,
  model,
  version: "1",
  sha256: "",
  tier: "paper",
  ...(licence && { licence }),
});
const asset: MeasuredAsset = {
  altText: "A woman in a red coat",
  personBox: [1, 2, 3, 4],
  faceBox: [1, 2, 2, 3],
  keypoints: Array.from({ length: 51 }, (_, i) => i),
  partShares: [0.75, 0.05, 0.2],
  brisque: 20,
  measures: { gates: "5", faceQuality: 0.2, preference: 0.25, prompt: "a coat", watermark: 0.1, persons: [], width: 9 },
  models: [
    gave("person", "nanodet", "Apache-2.0"),
    gave("face", "blazeface", "Apache-2.0"),
    gave("keypoints", "movenet", "Apache-2.0"),
    gave("parsing", "atr18", "Apache-2.0"),
    gave("quality-global", "brisque", "Apache-2.0"),
    gave("quality-face", "ifqa", "none"),
    gave("preference", "hpsv2.0", "Apache-2.0"),
    gave("watermark", "laion-watermark"),
    { slot: "aesthetic", model: "none", version: "", sha256: "", tier: "none" },
  ],
};

describe("an asset's metadata in a release", () => {
  it("is its alternative text, boxes, key points, foreground and scores, and who gave each", () => {
    const metadata = metadataOf(asset, { redistributed: false });
    expect(metadata).toMatchObject({
      alt_text: "A woman in a red coat",
      boxes: { person: [1, 2, 3, 4], face: [1, 2, 2, 3] },
      foreground: 0.25,
      scores: { brisque: 20, faceQuality: 0.2, preference: 0.25, watermark: 0.1 },
      prompt: "a coat",
    });
    expect(metadata.keypoints).toHaveLength(17);
    expect(metadata.keypoints?.[16]).toEqual([48, 49, 50]);
    expect(metadata.models.map(({ slot }) => slot)).not.toContain("aesthetic");
  });

  it("given to others holds nothing of a model whose licence forbids it, or is not known", () => {
    const { scores, ...others } = metadataOf(asset, { redistributed: true });
    expect(scores).toEqual({ brisque: 20, preference: 0.25 });
    expect(others).toMatchObject({ boxes: {}, foreground: 0.25, prompt: "a coat" });
  });

  it("given to others has no boxes where one of their two detectors has no licence", () => {
    const models = asset.models.map((model) => (model.slot === "face" ? { ...model, licence: "none" } : model));
    expect(metadataOf({ ...asset, models }, { redistributed: true })).not.toHaveProperty("boxes");
  });
});
