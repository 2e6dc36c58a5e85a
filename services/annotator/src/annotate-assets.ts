import { createHash } from "node:crypto";
import { type PackedAnswers, recordModelAnswers } from "@anyone/db/answers";
import type { Labeller } from "@anyone/db/labellers";
import { type Answer, GIVER, NOT_ASKED, packAll, unpack } from "@anyone/domain/annotate/answer";
import type { Doubt } from "@anyone/domain/annotate/doubt";
import { prune } from "@anyone/domain/annotate/gates";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { type FaultCode, fault } from "@anyone/domain/fault";
import { AssetId } from "@anyone/domain/ids";
import { done, next, type Outcome, skipped, type TaskContext } from "@anyone/queues/job";
import { annotateAssets as job } from "@anyone/queues/jobs/annotate";
import { advanceIteration } from "@anyone/queues/jobs/review";
import type { z } from "zod";
import { type Asked, askProtocol } from "./ask.ts";
import type { AnnotatorContext } from "./context.ts";
import { reconcile } from "./reconcile.ts";

type Payload = z.infer<typeof job.payload>;

/** Asks the labeller the protocol's questions about a chunk of assets and records the answers, packed. */
export async function annotateAssets(payload: Payload, context: AnnotatorContext & TaskContext): Promise<Outcome> {
  const { answers, inference, labellers, log, protocols } = context;
  const assets = await answers.askable(payload.assetIds);
  if (assets.length === 0) return skipped("no-such-assets");
  const protocol = await protocols.get(payload.protocolId);
  const labeller = await labellerOf(payload, labellers);
  const stored = await answers.of(payload.assetIds, payload.protocolId);

  const known = new Map([...stored].map(([id, packed]) => [id, peoplesAnswers(protocol, packed)]));
  const round = { inference, protocol, labeller: toRef(labeller), signal: context.signal };
  const asked = await askProtocol(round, assets, known);

  const failed = asked.filter(({ failure }) => failure);
  const [alone] = failed;
  if (alone?.failure && assets.length === 1) throw refused(alone);
  const packed = asked.filter(({ failure }) => !failure).map((one) => pack(protocol, labeller, one));
  log.info({
    event: "annotate",
    outcome: failed.length > 0 ? "partly" : "answered",
    taskId: context.taskId,
    labeller: labeller.id,
    assets: packed.length,
    failed: failed.length,
    unanswered: countUnanswered(asked),
    answers: packed.reduce((sum, { giver }) => sum + giver.filter((who) => who === GIVER.model).length, 0),
  });
  return done({
    write: async (tx) => {
      if (labeller.number === 0) await labellers.add(tx, labeller);
      const written = await recordModelAnswers(tx, payload.protocolId, packed, {
        keepNewer: payload.labellerId === undefined,
      });
      log.info({ event: "answers", taskId: context.taskId, written, same: packed.length - written });
    },
    next: [
      // an asset that can't be answered stands alone from here on: it is tried again, and dead with its own reason
      ...failed.map(({ asset }) => next(job, { ...payload, assetIds: [AssetId.parse(asset.id)] })),
      ...(payload.iteration === undefined ? [] : [nudge(payload.iteration, context.taskId)]),
    ],
  });
}

/** How many questions the model failed at, by the code of why. */
function countUnanswered(asked: readonly Asked[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const code of asked.flatMap(({ unanswered }) => Object.values(unanswered))) {
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

/** The labeller a task names, or the one promoted last, or the untrained one that every protocol starts with. */
async function labellerOf(
  { labellerId, protocolId }: Payload,
  labellers: AnnotatorContext["labellers"],
): Promise<Omit<Labeller, "promoted">> {
  const untrained: Omit<Labeller, "promoted"> = {
    id: "embedded-0",
    number: 0,
    protocolId,
    model: "part-labeller",
    tier: "embedded",
    objectKey: null,
    sha256: null,
    iteration: null,
    trainedOn: 0,
    facts: { trained: false },
  };
  if (labellerId === untrained.id) return untrained;
  return labellerId === undefined ? ((await labellers.promoted(protocolId)) ?? untrained) : labellers.get(labellerId);
}

function toRef({ id, objectKey, sha256 }: Omit<Labeller, "promoted">) {
  return { id, objectKey: objectKey ?? "", sha256: sha256 ?? "" };
}

function peoplesAnswers(protocol: Protocol, { value, giver }: PackedAnswers): Record<string, Answer> {
  return Object.fromEntries(
    protocol.categories.flatMap((category) => {
      const answer = giver[category.index] === GIVER.person && unpack(category, value[category.index] ?? NOT_ASKED);
      return answer ? [[category.id, answer]] : [];
    }),
  );
}

/** One asset's row. People's answers are in it as well: the merge in the database keeps the stored ones. */
export function pack(protocol: Protocol, labeller: { number: number }, asked: Asked): PackedAnswers {
  reconcile(protocol, asked);
  const value = packAll(protocol, prune(protocol, asked.answers, asked.evidence));
  const byModel = protocol.categories.map(
    ({ id, index }) => value[index] !== NOT_ASKED && asked.confidence[id] !== undefined,
  );
  const doubts = (of: keyof Doubt) =>
    protocol.categories.map(({ id, index }) => (byModel[index] ? Math.round(1000 * (asked.doubt[id]?.[of] ?? 0)) : 0));
  return {
    assetId: asked.asset.id,
    value,
    confidence: protocol.categories.map(({ id, index }) =>
      byModel[index] ? Math.min(1000, Math.round(1000 * (asked.confidence[id] ?? 0))) : 0,
    ),
    margin: doubts("margin"),
    entropy: doubts("entropy"),
    giver: value.map((number, index) =>
      number === NOT_ASKED ? GIVER.nobody : byModel[index] ? GIVER.model : GIVER.person,
    ),
    labeller: labeller.number,
  };
}

const CODES: Record<string, FaultCode> = {
  "missing-object": "missing-object",
  "altered-object": "altered-object",
  "model-failed": "model-failed",
};

function refused({ asset, failure }: Asked) {
  const code = CODES[failure?.code ?? ""] ?? (failure?.retry ? "model-failed" : "bad-input");
  return fault(code, `Asset ${asset.id.slice(0, 12)}… can't be annotated: ${failure?.message}`);
}

/** Tells the iteration that a chunk it may wait for is answered. */
function nudge(iteration: number, taskId: string) {
  const name = createHash("sha256").update(taskId).digest("hex").slice(0, 16);
  return next(advanceIteration, { iteration, nudge: `annotated-${name}` });
}
