import { labellerRepository } from "@anyone/db/labellers";
import { protocolRepository } from "@anyone/db/protocols";
import { readSetting } from "@anyone/db/settings";
import { trainingSet } from "@anyone/db/training-set";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { LABELLER_TUNING, LabellerTuning } from "@anyone/domain/train/labeller-tuning";
import { done, type Outcome, skipped } from "@anyone/queues/job";
import { putContent } from "@anyone/storage/content";
import type { TrainerContext } from "../context.ts";

/** Plans the fine-tuning of the labeller in use on every answer people gave about sampled assets so far. */
export async function fineTuneLabeller(
  { iteration }: { iteration: number },
  { db, store, runs }: TrainerContext,
): Promise<Outcome> {
  const [row] = await db.query<{ protocolId: string }>(
    `SELECT protocol_id AS "protocolId" FROM iterations WHERE number = $1`,
    [iteration],
  );
  if (!row) return skipped("no-such-iteration");
  const protocol = await protocolRepository(db).get(row.protocolId);
  const inUse = await labellerRepository(db).promoted(row.protocolId);
  const tuning = LabellerTuning.parse((await readSetting(db, LABELLER_TUNING))?.value ?? {});
  const assets = await trainingSet(db, row.protocolId, protocol.categories.length);
  const pictures = assets.map(({ personBox, ...asset }) => ({ ...asset, box: personBox }));
  // The list may be long and a run's row is read often: it goes beside the row, under its hash.
  const list = await putContent(store, "document", new TextEncoder().encode(JSON.stringify(pictures)), "json");
  return done({
    write: (tx) =>
      runs.plan(tx, [
        {
          id: `labeller-${iteration}`,
          kind: "labeller",
          recipe: "embedded",
          iteration,
          steps: 100,
          config: {
            protocol_id: row.protocolId,
            labeller: `embedded-${iteration}`,
            questions: questionsOf(protocol),
            pictures: { key: list.key, sha256: list.sha256 },
            seed: iteration,
            base: inUse?.objectKey ? { key: inUse.objectKey, sha256: inUse.sha256 } : null,
            tuning,
          },
        },
      ]),
  });
}

/** The questions as the labeller learns them: closed lists, the usual phrases standing in for open ones. */
export function questionsOf(protocol: Protocol) {
  return protocol.categories.map(({ n, id, options, parts, question, arity, absent }) => ({
    category: n,
    id,
    options,
    parts,
    text: question,
    open: arity === "open",
    absent: absent === undefined ? null : options.indexOf(absent),
  }));
}
