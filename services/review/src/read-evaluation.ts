import { evaluationSets } from "@anyone/db/evaluation-sets";
import { humanAnswers } from "@anyone/db/human-answers";
import { iterationFacts } from "@anyone/db/iteration-facts";
import type { Iteration } from "@anyone/db/iterations";
import { UNSURE } from "@anyone/domain/annotate/answer";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { type Ballot, consensus } from "@anyone/domain/review/agreement";
import type { Rated } from "@anyone/domain/review/pool-estimate";
import type { Sql } from "@anyone/domain/transaction";

/**
 * The evaluation set as it stands: what people said, and for each asset that anybody answered what they agree on beside
 * what the labeller says now. What they do not agree on is `unsure`, which is not scored. In the order of asset ids,
 * which are content hashes.
 */
export async function readEvaluation(
  db: Sql,
  { evaluationSetId, protocolId }: Pick<Iteration, "evaluationSetId" | "protocolId">,
  protocol: Protocol,
): Promise<{ items: Rated[]; ballots: Ballot[] }> {
  const assetIds = evaluationSetId
    ? (await evaluationSets.items(db, evaluationSetId)).map(({ assetId }) => assetId)
    : [];
  const ballots = await humanAnswers.ballots(db, protocolId, assetIds);
  const given = await iterationFacts.labellerAnswers(db, protocolId, assetIds);
  const items = [...ballots]
    .filter(([, { votes }]) => votes.length > 0)
    .map(([assetId, ballot]) => ({
      truth: consensus(protocol, ballot).map((value) => value ?? UNSURE),
      given: given.get(assetId)?.value ?? [],
      confidence: given.get(assetId)?.confidence ?? [],
    }));
  return { items, ballots: [...ballots.values()] };
}
