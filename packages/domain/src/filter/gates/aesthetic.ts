import { scoreGate } from "./gate.ts";

/** The LAION aesthetic score: metadata in the paper, a gate for who sets a threshold. */
export const aestheticGate = scoreGate({
  name: "aesthetic",
  slot: "aesthetic",
  reason: "unaesthetic",
  score: ({ aesthetic }) => aesthetic,
  least: ({ aesthetic }) => aesthetic,
});
