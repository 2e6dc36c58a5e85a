import type { FetchFailure } from "./candidate.ts";
import type { Found } from "./recheck.ts";

/** What is known of the address that a fetched picture came from. */
export interface Link {
  /** The first day (UTC, `YYYY-MM-DD`) of those in a row on which its host said that there is no such picture. */
  missingSince: string | null;
  /** Whether a second day said so. */
  dead: boolean;
}

/** What a host said of a picture, and why, where it gave none. */
export interface Check {
  found: Exclude<Found, "unanswered">;
  reason?: FetchFailure;
}

/**
 * What one more answer makes of a link. A host that loses a picture on one day only has a bad day: a link is dead once two days (UTC) say
 * not-found (404 or 410) and none between them gives the picture. A refusal of another kind says nothing of the picture.
 * @param today the day of the answer, `YYYY-MM-DD`
 */
export function afterCheck(link: Link, { found, reason }: Check, today: string): Link {
  if (found === "unchanged" || found === "changed") return { missingSince: null, dead: false };
  if (found !== "gone" || reason !== "not-found") return link;
  const missingSince = link.missingSince ?? today;
  return { missingSince, dead: link.dead || today > missingSince };
}
