import { fault } from "@anyone/domain/fault";
import type { Transaction } from "@anyone/domain/transaction";
import { recordEvent } from "./events.ts";
import { type Labeller, labellerRepository } from "./labellers.ts";
import { promotions } from "./promotions.ts";

/** Adds a labeller that no iteration made, under the next free number below 0: those above are the iterations'. */
export async function addLabeller(
  tx: Transaction,
  labeller: Pick<Labeller, "id" | "protocolId" | "model" | "tier" | "objectKey" | "sha256" | "facts">,
): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('labellers'))");
  const [row] = await tx.query<{ taken: boolean; number: number }>(
    `SELECT EXISTS (SELECT FROM labellers WHERE id = $1 AND sha256 IS DISTINCT FROM $2) AS taken,
            (SELECT least(0, min(number))::int - 1 FROM labellers) AS number`,
    [labeller.id, labeller.sha256],
  );
  if (row?.taken) {
    throw fault("conflict", `There is another labeller ${labeller.id} already.`, {
      hint: "Add it under another name.",
    });
  }
  await labellerRepository(tx).add(tx, { ...labeller, number: row?.number ?? -1, iteration: null, trainedOn: 0 });
}

/**
 * Puts a version of the labeller in use because an operator says so, a new one as one from before. What is kept from now on
 * is answered by it; an open iteration ends under the labellers it began with.
 */
export async function putLabellerInUse(tx: Transaction, id: string, by: string): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('labellers'))");
  const labellers = labellerRepository(tx);
  const labeller = await labellers.get(id);
  const before = await labellers.promoted(labeller.protocolId);
  if (before?.id === id) return;
  const [row] = await tx.query<{ count: number }>(`SELECT count(*)::int AS count FROM promotions WHERE slot = 'vlm'`);
  await promotions.decide(tx, {
    id: `vlm-use-${row?.count ?? 0}`,
    slot: "vlm",
    subject: id,
    previous: before?.id ?? null,
    promoted: true,
    rule: "operator@1",
    reason: `${by} put it in use`,
    facts: {},
  });
  const text = `${by} put the labeller ${id} in use${before ? ` in place of ${before.id}` : ""}`;
  await recordEvent(tx, { stage: "annotate", kind: "labeller-used", text, data: { labeller: id, by } });
}
