import { evaluationSets } from "@anyone/db/evaluation-sets";
import { iterationFacts } from "@anyone/db/iteration-facts";
import { iterations } from "@anyone/db/iterations";
import { fault } from "@anyone/domain/fault";
import { nextStep } from "@anyone/domain/review/iteration";
import type {
  GetEvaluationSetRequest,
  GetEvaluationSetResponse,
  GetIterationRequest,
  GetIterationResponse,
} from "@anyone/grpc/generated/anyone/v1/review";
import type { ReviewContext } from "./context.ts";

/** Where an iteration stands and what it waits for; number 0 is the latest. */
export async function getIteration(
  { number }: GetIterationRequest,
  { db }: ReviewContext,
): Promise<GetIterationResponse> {
  const iteration = await (number > 0 ? iterations.get(db, number) : iterations.latest(db));
  if (!iteration)
    throw fault("not-found", number > 0 ? `There is no iteration ${number}.` : "No iteration was opened yet.");
  const facts = await iterationFacts.read(db, iteration);
  const step = nextStep(facts);
  return {
    number: iteration.number,
    state: iteration.state,
    waitsFor: step.do === "wait" && step.for !== "nothing" ? step.for : "",
    openTasks: facts.openTasks,
    stopReason: iteration.stopReason ?? "",
  };
}

/** The frozen evaluation set of a protocol, by default the current one. */
export async function getEvaluationSet(
  { protocolId }: GetEvaluationSetRequest,
  { db, protocols }: ReviewContext,
): Promise<GetEvaluationSetResponse> {
  const set = await evaluationSets.current(db, protocolId || (await protocols.current()).identity);
  if (!set) throw fault("not-found", "No evaluation set was frozen yet.", { hint: "The first iteration draws it." });
  const items = await evaluationSets.items(db, set.id);
  return {
    id: set.id,
    sha256: set.sha256,
    frozenAt: set.frozenAt.toISOString(),
    assetIds: items.map(({ assetId }) => assetId),
  };
}
