import { humanAnswers } from "@anyone/db/human-answers";
import { reviewSlots } from "@anyone/db/review-slots";
import { settleAnswers } from "@anyone/db/settled-answers";
import { done, type Outcome } from "@anyone/queues/job";
import type { settleImported as job } from "@anyone/queues/jobs/review";
import type { z } from "zod";
import type { ReviewContext } from "./context.ts";
import { holdPages, takeAnswers } from "./page-slots.ts";
import { writePages } from "./write-pages.ts";

/**
 * Puts what a file says of some assets over the labeller's answers, and takes its questions off the samples' pages that are
 * before people: nobody is asked what somebody said. Not off pages that ask everything to audit the labeller, and not what
 * somebody has before her now: she may finish it.
 */
export async function settleImported(
  { protocolId, assetIds }: z.infer<typeof job.payload>,
  { protocols }: ReviewContext,
): Promise<Outcome> {
  const protocol = await protocols.get(protocolId);
  return done({
    write: async (tx) => {
      const slots = await reviewSlots.answeredByFiles(tx, protocolId, assetIds);
      if (slots.length > 0) {
        const pages = await holdPages(tx, slots, protocols);
        const said = await humanAnswers.fromFiles(tx, protocolId, assetIds);
        for (const held of pages.values()) takeAnswers(held, said.get(held.page.assetId) ?? []);
        await writePages(tx, [...pages.values()], []);
      }
      await settleAnswers(tx, protocol, assetIds);
    },
  });
}
