import { scoreGate } from "./gate.ts";

/** Nothing that is not safe for work. */
export const nsfwGate = scoreGate({
  name: "nsfw",
  slot: "nsfw",
  reason: "unsafe",
  score: ({ nsfw }) => nsfw,
  most: ({ nsfw }) => nsfw,
});
