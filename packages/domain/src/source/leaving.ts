import type { ConsentSignal } from "./consent.ts";
import { CRAWL_USES, type Permitting, permit } from "./permission.ts";
import { termsOf } from "./terms.ts";

/** Why a picture leaves the pool for what is said of it where it came from. In the order they are asked. */
export const LEAVE_REASONS = ["opted-out", "not-permitted", "dead-link"] as const;
export type LeaveReason = (typeof LEAVE_REASONS)[number];

/** How matters stand where a picture came from. */
export interface Standing extends Permitting {
  /** As its source wrote it. */
  licence: string | null;
  /** The signal by which whoever speaks for it keeps it out of training now; null when none does. */
  reservedBy: ConsentSignal | null;
  /** Whether its host says for good that there is no such picture any more. */
  dead: boolean;
}

/** Why a picture leaves the pool, with a sentence for people. */
export interface Leaving {
  reason: LeaveReason;
  why: string;
}

/**
 * Why a picture may not stay in the pool, if so: what a crawl would not take today does not stay, and where a source wants its own address to be shown, a
 * picture that its host took away goes with it. Elsewhere a dead link takes nothing away: the stored picture stays. It reads nothing but its argument, so a
 * picture comes back by the same rule once its reason is gone.
 */
export function leavesBecause(picture: Standing): Leaving | undefined {
  if (picture.reservedBy !== null) {
    return { reason: "opted-out", why: `Whoever speaks for it keeps it out of training (${picture.reservedBy}).` };
  }
  const refused = CRAWL_USES.map((use) => permit(picture, use, picture.licence)).find(({ permitted }) => !permitted);
  if (refused) return { reason: "not-permitted", why: `It may not be used to ${refused.use} any more. ${refused.why}` };
  if (picture.dead && termsOf(picture.kind)?.hotlink === "required") {
    return {
      reason: "dead-link",
      why: "Its host took it away, and its source's terms want the host's own copy to be shown.",
    };
  }
  return undefined;
}
