import type { AskableAsset } from "@anyone/db/answers";
import type { Answer } from "@anyone/domain/annotate/answer";
import { type Doubt, doubtOf } from "@anyone/domain/annotate/doubt";
import type { PartEvidence } from "@anyone/domain/annotate/evidence";
import { applicable } from "@anyone/domain/annotate/gates";
import type { Category, Protocol } from "@anyone/domain/annotate/protocol";
import type { AskImage, CategoryAnswer, ImageAnswers, Inference, LabellerRef, Question } from "@anyone/grpc/annotate";

/** What is known of one asset: answers by category id, who gave them, and the model's confidence (0..1). */
export interface Asked {
  asset: AskableAsset;
  answers: Record<string, Answer>;
  confidence: Record<string, number>;
  /** What its probabilities over all classes say beyond that. */
  doubt: Record<string, Doubt>;
  /** Questions the model could not answer, with the code of why: they stay open for people, and so does what hangs on them. */
  unanswered: Record<string, string>;
  evidence: PartEvidence | null;
  /** Why the model could not answer it, if so. */
  failure: { code: string; message: string; retry: boolean } | null;
}

export interface Round {
  inference: Inference;
  protocol: Protocol;
  labeller: LabellerRef;
  signal: AbortSignal;
}

/**
 * Asks everything that applies to each asset and nothing else, in waves: the first measures what the part maps show, each
 * next one asks the categories whose gates opened by the answers so far. `known` are people's answers: they are not asked
 * again, and they open and close gates like any other.
 */
export async function askProtocol(
  round: Round,
  assets: readonly AskableAsset[],
  known: ReadonlyMap<string, Readonly<Record<string, Answer>>>,
): Promise<Asked[]> {
  const all = assets.map(
    (asset): Asked => ({
      asset,
      answers: { ...known.get(asset.id) },
      confidence: {},
      doubt: {},
      unanswered: {},
      evidence: null,
      failure: null,
    }),
  );
  await wave(round, all, () => []);
  for (;;) {
    const open = new Map(all.map((asked) => [asked, openQuestions(round.protocol, asked)]));
    const waiting = all.filter((asked) => open.get(asked)?.length);
    if (waiting.length === 0) return all;
    await wave(round, waiting, (asked) => open.get(asked) ?? []);
  }
}

function openQuestions(protocol: Protocol, { answers, unanswered, evidence, failure }: Asked): Category[] {
  return failure ? [] : applicable(protocol, answers, evidence).filter(({ id }) => unanswered[id] === undefined);
}

async function wave(round: Round, all: readonly Asked[], open: (asked: Asked) => readonly Category[]): Promise<void> {
  const questions = new Map(all.flatMap(open).map((category) => [category.n, category]));
  const images = all.map((asked) => toImage(asked.asset, open(asked)));
  const response = await round.inference.ask(
    {
      protocolId: round.protocol.identity,
      labeller: round.labeller,
      images,
      questions: [...questions.values()].map(toQuestion),
    },
    { signal: round.signal },
  );
  all.forEach((asked, place) => {
    take(asked, response.images[place], open(asked));
  });
}

/**
 * Takes an image's answers over. A question that the model failed at is left open; what is missing or illegal breaks the
 * service's contract, and nothing of the image is kept.
 */
function take(asked: Asked, image: ImageAnswers | undefined, open: readonly Category[]): void {
  if (image?.assetId !== asked.asset.id) {
    asked.failure = failed("The inference service left this image out.");
    return;
  }
  if (image.failure) {
    asked.failure = image.failure;
    return;
  }
  const cut = new Set(image.cutParts);
  asked.evidence ??= { share: image.partShares, touchesBottom: image.partShares.map((_, part) => cut.has(part)) };
  const byCategory = new Map(image.answers.map((answer) => [answer.category, answer]));
  for (const category of open) {
    const given = byCategory.get(category.n);
    if (given?.failure) {
      asked.unanswered[category.id] = given.failure.code;
      continue;
    }
    const answer = given && read(category, given);
    if (!given || !answer) {
      asked.failure = failed(`The model gave no legal answer to ${category.id}: ${given?.option ?? "nothing"}.`);
      return;
    }
    asked.answers[category.id] = answer;
    asked.confidence[category.id] = given.confidence;
    asked.doubt[category.id] = doubtOf(given.probabilities, given.confidence);
  }
}

/** The protocol's answer behind an option's index, or null where there is none. */
function read(category: Category, { option, confidence }: CategoryAnswer): Answer | null {
  if (!(confidence >= 0 && confidence <= 1.000_001)) return null;
  if (option === -2) return { value: "not_visible" };
  const value = category.options[option];
  return value === undefined ? null : { value };
}

function failed(message: string): NonNullable<Asked["failure"]> {
  return { code: "model-failed", message, retry: true };
}

function toImage(asset: AskableAsset, open: readonly Category[]): AskImage {
  return {
    assetId: asset.id,
    imageKey: asset.imageKey,
    partsKey: asset.partsKey,
    personBox: asset.personBox,
    faceBox: asset.faceBox,
    categories: open.map(({ n }) => n),
  };
}

function toQuestion({ n, id, question, options, parts, arity, absent }: Category): Question {
  return {
    category: n,
    id,
    text: question,
    options: [...options],
    parts: [...parts],
    open: arity === "open",
    absent: absent === undefined ? undefined : options.indexOf(absent),
  };
}
