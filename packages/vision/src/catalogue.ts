import type { Slot, Tier } from "@anyone/domain/model";
import type { LicenceId } from "@anyone/domain/release/licence";

/** Shape of one input or output; a word stands for a side that may be anything. */
export type Shape = readonly (number | string)[];

/** An ONNX network with its inputs and outputs. */
export interface OnnxPart {
  kind: "onnx";
  inputs: Readonly<Record<string, Shape>>;
  outputs: Readonly<Record<string, Shape>>;
}

/** One file of a model: a network, or a text file. */
export type Part = OnnxPart | { kind: "text" };

/** A model whose weights no package ships: what it is, and what a file has to look like to be it. */
export interface CatalogueEntry {
  slot: Slot;
  tier: Extract<Tier, "paper" | "modern">;
  /** Where its makers publish it. */
  published: string;
  /** Of the weights, as their makers state it. */
  licence: LicenceId;
  parts: Readonly<Record<string, Part>>;
}

const square = (side: number): Shape => ["n", 3, side, side];
const onnx = (inputs: Record<string, Shape>, outputs: Record<string, Shape>): OnnxPart => ({
  kind: "onnx",
  inputs,
  outputs,
});

/**
 * Every model of the tiers "paper" and "modern" that has an adapter here. Weights are registered by `anyone models add`; what is not
 * registered is missing, and its slot falls back to what ships, or says "unavailable".
 */
export const catalogue = {
  yolov7: {
    slot: "person",
    tier: "paper",
    published: "github.com/WongKinYiu/yolov7, export.py --end2end --max-wh 640",
    licence: "GPL-3.0",
    parts: { network: onnx({ images: square(640) }, { output: ["rows", 7] }) },
  },
  "rf-detr-base": {
    slot: "person",
    tier: "modern",
    published: "github.com/roboflow/rf-detr, model.export()",
    licence: "Apache-2.0",
    parts: {
      network: onnx({ input: square(560) }, { dets: ["n", "queries", 4], labels: ["n", "queries", 91] }),
    },
  },
  retinaface: {
    slot: "face",
    tier: "paper",
    published: "github.com/biubug6/Pytorch_Retinaface, convert_to_onnx.py at 640",
    licence: "MIT",
    parts: { network: onnx({ input: square(640) }, { loc: ["n", 16800, 4], conf: ["n", 16800, 2] }) },
  },
  "scrfd-10g": {
    slot: "face",
    tier: "modern",
    published: "github.com/deepinsight/insightface, buffalo_l/det_10g.onnx",
    licence: "research-only",
    parts: { network: onnx({ "input.1": square(640) }, {}) },
  },
  yunet: {
    slot: "face",
    tier: "modern",
    published: "github.com/opencv/opencv_zoo, face_detection_yunet_2023mar.onnx",
    licence: "MIT",
    parts: {
      network: onnx(
        { input: square(640) },
        Object.fromEntries(
          [8, 16, 32].flatMap((stride) => {
            const cells = (640 / stride) ** 2;
            return [
              [`cls_${stride}`, [1, cells, 1]],
              [`obj_${stride}`, [1, cells, 1]],
              [`bbox_${stride}`, [1, cells, 4]],
            ];
          }),
        ),
      ),
    },
  },
  dwpose: {
    slot: "keypoints",
    tier: "paper",
    published: "huggingface.co/yzd-v/DWPose, dw-ll_ucoco_384.onnx",
    licence: "Apache-2.0",
    parts: {
      network: onnx({ input: ["n", 3, 384, 288] }, { simcc_x: ["n", 133, 576], simcc_y: ["n", 133, 768] }),
    },
  },
  "schp-atr": {
    slot: "parsing",
    tier: "paper",
    published:
      "github.com/GoGoDuck912/Self-Correction-Human-Parsing, exp-schp-201908301523-atr, logits as the only output",
    licence: "MIT",
    parts: { network: onnx({ "input.1": square(512) }, { logits: ["n", 18, "rows", "columns"] }) },
  },
  liqe: {
    slot: "quality-global",
    tier: "paper",
    published: "github.com/zwx8981/LIQE, LIQE.pt with its 495 prompts' features, exported to 15 patches → logits",
    licence: "MIT",
    parts: { network: onnx({ pixels: square(224) }, { logits: ["n", 495] }) },
  },
  ifqa: {
    slot: "quality-face",
    tier: "paper",
    published: "github.com/VCLLab/IFQA, IFQA_Metric.pth, the discriminator with its sigmoid",
    licence: "none",
    parts: { network: onnx({ face: square(256) }, { map: ["n", 1, 256, 256] }) },
  },
  "hpsv2.0": {
    slot: "preference",
    tier: "paper",
    published: "huggingface.co/xswu/HPSv2, HPS_v2_compressed.pt, both towers; bpe_simple_vocab_16e6.txt of OpenCLIP",
    licence: "Apache-2.0",
    parts: {
      image: onnx({ pixels: square(224) }, { features: ["n", 1024] }),
      text: onnx({ tokens: ["n", 77] }, { features: ["n", 1024] }),
      vocabulary: { kind: "text" },
    },
  },
  "laion-aesthetic-v2": {
    slot: "aesthetic",
    tier: "paper",
    published: "OpenAI CLIP ViT-L/14's image tower; sac+logos+ava1-l14-linearMSE.pth of improved-aesthetic-predictor",
    licence: "Apache-2.0",
    parts: {
      encoder: onnx({ pixels: square(224) }, { features: ["n", 768] }),
      head: onnx({ features: ["n", 768] }, { score: ["n", 1] }),
    },
  },
  "laion-watermark": {
    slot: "watermark",
    tier: "paper",
    published: "github.com/LAION-AI/LAION-5B-WatermarkDetection, watermark_model_v1.pt",
    licence: "MIT",
    parts: { network: onnx({ pixels: square(256) }, { logits: ["n", 2] }) },
  },
} as const satisfies Record<string, CatalogueEntry>;

export type CatalogueName = keyof typeof catalogue;

/** The entry of that name, or undefined. */
export function catalogueEntry(name: string): CatalogueEntry | undefined {
  return Object.hasOwn(catalogue, name) ? catalogue[name as CatalogueName] : undefined;
}
