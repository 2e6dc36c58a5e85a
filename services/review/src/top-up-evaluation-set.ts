import { evaluationSets } from "@anyone/db/evaluation-sets";
import { iterationFacts } from "@anyone/db/iteration-facts";
import { readSetting } from "@anyone/db/settings";
import { fault } from "@anyone/domain/fault";
import { ReviewPolicy } from "@anyone/domain/review/policy";
import type { TopUpEvaluationSetRequest, TopUpEvaluationSetResponse } from "@anyone/grpc/generated/anyone/v1/review";
import type { ReviewContext } from "./context.ts";
import { POLICY_SETTING } from "./open-iteration.ts";
import { freezeEvaluationSet, planEvaluationSet } from "./plan-evaluation-set.ts";

/**
 * The call: lets the evaluation set of the protocol in use follow the pool now. An open iteration keeps its own version; the next
 * one asks people about what was added.
 *
 * @throws Fault `not-found` before the first iteration drew one, `conflict` where its chances were not kept, or another call was first
 */
export async function topUpEvaluationSet(
  { dryRun }: TopUpEvaluationSetRequest,
  { db, protocols }: ReviewContext,
): Promise<TopUpEvaluationSetResponse> {
  const { identity: protocolId } = await protocols.current();
  const current = await evaluationSets.current(db, protocolId);
  if (!current)
    throw fault("not-found", "No evaluation set was frozen yet.", { hint: "The first iteration draws it." });
  if (current.inclusion === null) {
    throw fault(
      "conflict",
      `Evaluation set ${current.id} was drawn before chances were kept: it cannot be topped up.`,
      {
        hint: "A newer version of the protocol draws a set anew.",
      },
    );
  }
  const policy = ReviewPolicy.parse((await readSetting(db, POLICY_SETTING))?.value ?? {});
  const [pool, { sampled }] = [
    await iterationFacts.pool(db, protocolId, [], policy.doubt),
    await iterationFacts.taken(db),
  ];
  const planned = await planEvaluationSet(db, { protocolId, policy, pool, sampled });
  if (!dryRun) await db.transaction((tx) => freezeEvaluationSet(tx, planned));
  const { id, version, added, departed } = planned.set;
  const change = planned.isNew ? { added, departed } : { added: 0, departed: 0 };
  return { id, version, size: planned.items.length, ...change, changed: planned.isNew };
}
