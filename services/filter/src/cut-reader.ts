import { readCuts } from "@anyone/db/cuts";
import type { Gates } from "@anyone/domain/filter/gate";
import type { Cuts, RankedScore } from "@anyone/domain/filter/ranking";
import type { Sql } from "@anyone/domain/transaction";

/** Reads a source's cuts. */
export type CutReader = (sql: Sql, sourceId: string) => Promise<Cuts>;

/** A tenth of a million scores moves little in a minute, and reading them all takes seconds. */
const FRESH_MS = 60_000;

/**
 * Reads each source's cuts at most once a minute, and nothing at all where no model gives such scores. A verdict says which cut it was given
 * by; judging again reads them anew.
 */
export function cutReader(gates: Gates, ranked: readonly RankedScore[], freshMs = FRESH_MS): CutReader {
  const asked = {
    faceQuality: null,
    preference: null,
    ...Object.fromEntries(ranked.map((name) => [name, gates[name]])),
  };
  const known = new Map<string, { until: number; cuts: Promise<Cuts> }>();
  return (sql, sourceId) => {
    if (ranked.length === 0) return Promise.resolve({});
    const now = performance.now();
    const fresh = known.get(sourceId);
    if (fresh && fresh.until > now) return fresh.cuts;
    const cuts = readCuts(sql, [sourceId], asked).then((found) => found.get(sourceId) ?? {});
    known.set(sourceId, { until: now + freshMs, cuts });
    cuts.catch(() => known.delete(sourceId));
    return cuts;
  };
}
