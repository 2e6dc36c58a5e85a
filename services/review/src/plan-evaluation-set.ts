import { createHash } from "node:crypto";
import { type EvaluationSet, evaluationSets } from "@anyone/db/evaluation-sets";
import { recordEvent } from "@anyone/db/events";
import { fault } from "@anyone/domain/fault";
import {
  type Drawable,
  drawEvaluationSet,
  evaluationSetText,
  topUpEvaluationSet,
} from "@anyone/domain/review/evaluation-set";
import type { ReviewPolicy } from "@anyone/domain/review/policy";
import type { Taken } from "@anyone/domain/review/sample";
import type { Sql, Transaction } from "@anyone/domain/transaction";

/** A version of an evaluation set that the pool as it is now asks for. */
export interface PlannedSet {
  set: Omit<EvaluationSet, "frozenAt" | "size">;
  items: Drawable[];
  /** Not frozen yet: the first version, or one whose pool has changed since. */
  isNew: boolean;
}

interface Drawing {
  protocolId: string;
  policy: Pick<ReviewPolicy, "seed" | "evaluationSize">;
  pool: readonly Drawable[];
  sampled: Taken["sampled"];
}

/**
 * The version of a protocol's evaluation set that is a uniform draw of this pool: the current one, where that still is one; a
 * topped up one, where something came or left; the first, where there is none. Nothing is written.
 */
export async function planEvaluationSet(sql: Sql, { protocolId, policy, pool, sampled }: Drawing): Promise<PlannedSet> {
  const current = await evaluationSets.current(sql, protocolId);
  if (!current) {
    const seed = `evaluation.${policy.seed}`;
    const { items, inclusion } = drawEvaluationSet(pool, policy.evaluationSize, { seed, sampled });
    const origin = { id: `${protocolId}.${policy.seed}`, protocolId, version: 1, seed: policy.seed, inclusion };
    return { set: { ...origin, added: items.length, departed: 0, sha256: hashOf(items) }, items, isNew: true };
  }
  const before = await evaluationSets.items(sql, current.id);
  if (current.inclusion === null) return { set: current, items: before, isNew: false };
  const { items, added, departed } = topUpEvaluationSet(
    pool,
    { items: before, inclusion: current.inclusion },
    { seed: `evaluation.${current.seed}`, sampled },
  );
  if (added.length + departed.length === 0) return { set: current, items: before, isNew: false };
  const version = current.version + 1;
  const id = `${protocolId}.${current.seed}.v${version}`;
  const changed = { added: added.length, departed: departed.length, sha256: hashOf(items) };
  return { set: { ...current, id, version, ...changed }, items, isNew: true };
}

/**
 * Freezes a planned version and tells people.
 *
 * @throws Fault `conflict` where somebody else froze one of that number meanwhile: plan again
 */
export async function freezeEvaluationSet(tx: Transaction, { set, items, isNew }: PlannedSet): Promise<void> {
  if (!isNew) return;
  if (!(await evaluationSets.freeze(tx, set, items))) {
    throw fault("conflict", `Version ${set.version} of the evaluation set was frozen meanwhile.`, {
      hint: "Plan it again.",
    });
  }
  if (set.version === 1) return;
  await recordEvent(tx, {
    stage: "review",
    kind: "evaluation-topped-up",
    text: `Evaluation set ${set.id} follows the pool: ${set.added} images were drawn from what came, ${set.departed} have left; it holds ${items.length}`,
    data: { set: set.id, version: set.version, added: set.added, departed: set.departed, size: items.length },
  });
}

function hashOf(items: readonly Drawable[]): string {
  return createHash("sha256")
    .update(evaluationSetText(items.map(({ assetId }) => assetId)))
    .digest("hex");
}
