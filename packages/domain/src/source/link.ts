import type { FetchFailure } from "./candidate.ts";
import type { Found } from "./recheck.ts";

/** What is known of the address that a fetched picture came from. */
export interface Link {
  /** The first day (UTC, `YYYY-MM-DD`) of those in a row on which its host said that there is no such picture. */
  missingSince: string | null;
  /** Whether a second day said so. */
  dead: boolean;
  /** Whether another picture lies there than the one that we hold. */
  replaced: boolean;
}

/** What a host said of a picture, and why, where it gave none. */
export interface Check {
  found: Exclude<Found, "unanswered">;
  reason?: FetchFailure;
  /** Whether its bytes were read, and not only its headers. */
  read?: boolean;
}

/**
 * What one more answer makes of a link. A host that loses a picture on one day only has a bad day: a link is dead once two days (UTC) say
 * not-found (404 or 410) and none between them gives the picture. A refusal of another kind says nothing of the picture. Once another picture
 * lies there, headers that have not changed since mean that it still does: only bytes that are those we hold take that back.
 * @param today the day of the answer, `YYYY-MM-DD`
 */
export function afterCheck(link: Link, { found, reason, read }: Check, today: string): Link {
  if (found === "changed") return { missingSince: null, dead: false, replaced: true };
  if (found === "unchanged") return { missingSince: null, dead: false, replaced: link.replaced && !read };
  if (found !== "gone" || reason !== "not-found") return link;
  const missingSince = link.missingSince ?? today;
  return { ...link, missingSince, dead: link.dead || today > missingSince };
}
