import { rankGate } from "./gate.ts";

/** How much people would prefer the picture for its caption (the paper: HPSv2), by its place among its own source's. */
export const preferenceGate = rankGate({
  name: "preference",
  score: "preference",
  reason: "low-preference",
  rule: ({ preference }) => preference,
});
