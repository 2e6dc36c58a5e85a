/** What a part map shows, as far as gates ask: a hint for what to ask, never a proof that something is absent. */
export interface PartEvidence {
  /** share of the picture's pixels per part id */
  readonly share: readonly number[];
  /** whether the part reaches the picture's last row, per part id */
  readonly touchesBottom: readonly boolean[];
}

/** Reads a part map: `ids` holds one part id per pixel, row by row; ids from `parts` on are ignored. */
export function seeParts(map: { width: number; height: number; ids: Uint8Array }, parts: number): PartEvidence {
  const counts = Array.from({ length: parts }, () => 0);
  for (const id of map.ids) if (id < parts) counts[id] = (counts[id] ?? 0) + 1;
  const lastRow = new Set(map.ids.subarray((map.height - 1) * map.width));
  return {
    share: counts.map((count) => count / (map.width * map.height)),
    touchesBottom: counts.map((_, id) => lastRow.has(id)),
  };
}
