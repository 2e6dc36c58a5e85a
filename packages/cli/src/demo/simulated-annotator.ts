import { randomUUID } from "node:crypto";
import { ApiError, type Client } from "@anyone/contracts/client";
import { filterApi } from "@anyone/contracts/filter";
import { type GivenAnswer, type LeasedTask, reviewApi } from "@anyone/contracts/review";
import { type Answer, NOT_ASKED, pack, UNSURE } from "@anyone/domain/annotate/answer";
import { prune } from "@anyone/domain/annotate/gates";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import type { Category } from "@anyone/domain/annotate/protocol";
import { AssetId, ReviewTaskId } from "@anyone/domain/ids";
import { random } from "@anyone/domain/random";
import type { Truth } from "./world.ts";

export interface SimulatedAnnotator {
  /** The client of this annotator's own key: role annotator, as a person has it. */
  client: Client;
  /** Finds out which image an asset is; part of the simulation, not of the annotator's rights. */
  truthOf: (assetId: string) => Promise<Truth | undefined>;
  /** Chance of a wrong answer to a question. */
  errorRate: number;
  seed: string;
}

/**
 * Answers one page, as a person would through the labelling page. Returns how many answers were recorded, or undefined
 * when nothing waits. An image that nobody drew (a photograph) has no truth: every question is answered "unsure".
 */
export async function answerOnePage(annotator: SimulatedAnnotator): Promise<number | undefined> {
  const { client } = annotator;
  const { task } = await client.call(reviewApi.lease, { body: { leaseSeconds: 120 } });
  if (!task) return undefined;
  const truth = await annotator.truthOf(task.assetId);
  const headers = { "idempotency-key": randomUUID() };
  const params = { id: ReviewTaskId.parse(task.id) };
  let answers = answersOf(task, truth, annotator);
  for (let attempt = 0; attempt < 4; attempt += 1) {
    try {
      const { recorded } = await client.call(reviewApi.answer, {
        params,
        headers,
        body: { fence: task.fence, answers },
      });
      return recorded;
    } catch (error) {
      const left =
        error instanceof ApiError && error.status === 400 ? withoutContradictions(answers, error.message) : undefined;
      if (!left) throw error;
      answers = left;
    }
  }
  await client.call(reviewApi.release, { params, body: { fence: task.fence } });
  return 0;
}

/**
 * What a person sees on the page follows from answers the page takes as given (of categories it does not ask); where the
 * truth differs from those, the page refuses the child and names it, and the person says that it does not apply.
 */
function withoutContradictions(answers: GivenAnswer[], complaint: string): GivenAnswer[] | undefined {
  const named = primeHuman.categories.filter(({ id }) => complaint.includes(id));
  const changed = answers.map((answer) =>
    named.some(({ n }) => n === answer.category) ? { category: answer.category, value: NOT_ASKED } : answer,
  );
  const differs = changed.some(({ value }, index) => value !== answers[index]?.value);
  return differs ? changed : undefined;
}

function answersOf(task: LeasedTask, truth: Truth | undefined, { errorRate, seed }: SimulatedAnnotator): GivenAnswer[] {
  const draw = random(`${seed}.${task.id}`);
  const asked = primeHuman.categories.filter(({ n }) => task.categories.includes(n));
  if (!truth) return asked.map(({ n }) => ({ category: n, value: UNSURE, milliseconds: 0 }));
  const said = Object.fromEntries(
    primeHuman.categories.flatMap((category) => {
      const value = truth.answers[category.id];
      if (value === undefined) return [];
      const right: Answer = { value, second: truth.secondColors[category.id] };
      const errs = asked.includes(category) && draw() < errorRate;
      return [[category.id, errs ? { value: wrong(category, value, draw) } : right]];
    }),
  );
  const consistent = prune(primeHuman, said, null);
  return asked.map((category) => {
    const answer = consistent[category.id];
    const milliseconds = 600 + Math.floor(draw() * 1800);
    if (!answer) return { category: category.n, value: NOT_ASKED, milliseconds };
    const known = category.options.includes(answer.value) || answer.value === "not_visible";
    return known
      ? { category: category.n, value: pack(category, answer), milliseconds }
      : { category: category.n, value: -4, text: answer.value.slice(0, 60), milliseconds };
  });
}

/** Another option of the same kind: people mistake a shirt for a blouse, rarely for nothing at all. */
function wrong(category: Category, right: string, draw: () => number): string {
  const others = category.options.filter((option) => option !== right && option !== category.absent);
  return others[Math.floor(draw() * others.length)] ?? right;
}

/** Finds the truth of assets by their lineage, once per asset. */
export function truthFinder(
  admin: Client,
  truth: (url: string) => Promise<Truth | undefined>,
): (assetId: string) => Promise<Truth | undefined> {
  const known = new Map<string, Promise<Truth | undefined>>();
  return (assetId) => {
    const before = known.get(assetId);
    if (before) return before;
    const found = admin
      .call(filterApi.getLineage, { params: { id: AssetId.parse(assetId) } })
      .then(({ candidate }) => truth(candidate.url));
    known.set(assetId, found);
    return found;
  };
}
