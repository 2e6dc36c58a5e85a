import { z } from "zod";
import { DIAL_KEYS, DIALS, mildEnd } from "./dials.ts";
import type { Gates } from "./gate.ts";
import { type Change, isOfThePool } from "./histogram.ts";
import { firstDrop, ownVerdicts } from "./judge.ts";
import type { JudgedCandidate } from "./stored.ts";

/** Thresholds that are moved to see what would change, by their dials; null is off. What is not named stays. */
export const MovedThresholds = z
  .partialRecord(z.enum(DIAL_KEYS), z.number().nullable())
  .refine((moved) => Object.keys(moved).length > 0, { error: `name at least one of ${DIAL_KEYS.join(", ")}` });
export type MovedThresholds = z.infer<typeof MovedThresholds>;

export interface WhatIf {
  add(candidate: JudgedCandidate): void;
  /** Source by source, those without a change too. */
  close(): Change[];
}

/**
 * What several thresholds would change that are moved together. Their own changes don't add up: what two gates drop is let in only when
 * both are moved. Each candidate is judged twice, so this is exact, and agrees with a histogram where one alone is moved.
 */
export function collectWhatIf(gates: Gates, moved: MovedThresholds): WhatIf {
  const under: Gates = { ...gates };
  for (const { key } of DIALS) {
    const at = moved[key];
    if (at !== undefined) Object.assign(under, { [key]: at ?? mildEnd(key) });
  }
  const sources = new Map<string, Change>();
  return {
    add({ sourceId, measured, cuts, reason }) {
      const change = sources.get(sourceId) ?? { sourceId, admitted: 0, perhaps: 0, withdrawn: 0 };
      sources.set(sourceId, change);
      if (!measured || isOfThePool(reason)) return;
      const [before, after] = [firstDrop(measured, gates, cuts), firstDrop(measured, under, cuts)];
      if (!before && after) change.withdrawn++;
      if (!before || after) return;
      const unseen = Object.values(ownVerdicts(measured, under, cuts)).includes("unmeasured");
      change[unseen ? "perhaps" : "admitted"]++;
    },
    close: () => [...sources.values()].toSorted((a, b) => (a.sourceId < b.sourceId ? -1 : 1)),
  };
}
