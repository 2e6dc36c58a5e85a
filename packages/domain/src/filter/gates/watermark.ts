import { scoreGate } from "./gate.ts";

/** The chance of a watermark: metadata in the paper, a gate for who sets a threshold. */
export const watermarkGate = scoreGate({
  name: "watermark",
  slot: "watermark",
  reason: "watermarked",
  score: ({ watermark }) => watermark,
  most: ({ watermark }) => watermark,
});
