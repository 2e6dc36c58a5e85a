import type { Health } from "@anyone/contracts/system";
import type { Movement } from "@anyone/db/browse/system";
import type { z } from "zod";

/** Work that waits longer than this while nobody takes any has stopped. */
const STUCK_SECONDS = 60;

/** Health is movement: a process that answers while its queue stands still is not healthy. */
export function judge(movement: Movement): z.infer<typeof Health> {
  const { oldestReadySeconds, lastClaimSeconds, leased, ready } = movement;
  const quiet = lastClaimSeconds === null || lastClaimSeconds > STUCK_SECONDS;
  if (oldestReadySeconds > STUCK_SECONDS && quiet) {
    const waits = `${ready} tasks wait, the oldest for ${Math.round(oldestReadySeconds)} s`;
    const claims =
      lastClaimSeconds === null ? "none was ever taken" : `none was taken for ${Math.round(lastClaimSeconds)} s`;
    return { ok: false, reason: `${waits}, and ${claims}: are the dispatcher and the workers running?`, ...movement };
  }
  return { ok: true, ready, leased, dead: movement.dead, oldestReadySeconds, lastClaimSeconds };
}
