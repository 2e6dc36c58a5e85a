import { randomUUID } from "node:crypto";
import { ApiError, type Client } from "@anyone/contracts/client";
import { filterApi } from "@anyone/contracts/filter";
import { answersOnPage, evidenceOf } from "@anyone/contracts/leased-page";
import { type GivenAnswer, type LeasedTask, reviewApi } from "@anyone/contracts/review";
import { type Answer, NOT_ASKED, OTHER, pack } from "@anyone/domain/annotate/answer";
import { applicable } from "@anyone/domain/annotate/gates";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import type { Category } from "@anyone/domain/annotate/protocol";
import { AssetId, ReviewTaskId } from "@anyone/domain/ids";
import { random } from "@anyone/domain/random";
import type { DrawnTruth } from "./drawn-truth.ts";

export interface SimulatedAnnotator {
  /** The client of this annotator's own key: role annotator, as a person has it. */
  client: Client;
  /** Finds out which image an asset is; part of the simulation, not of the annotator's rights. */
  truthOf: (assetId: string) => Promise<DrawnTruth | undefined>;
  /** Chance of a wrong answer to a question. */
  errorRate: number;
  seed: string;
}

/**
 * Answers one page, as a person would through the labelling page: question by question as gates open. Returns how many
 * answers were recorded, or undefined when nothing waits. An image that nobody drew (a photograph) has no truth: every
 * question is answered "unsure".
 */
export async function answerOnePage(annotator: SimulatedAnnotator): Promise<number | undefined> {
  const { client } = annotator;
  const { task } = await client.call(reviewApi.lease, { body: { leaseSeconds: 120 } });
  if (!task) return undefined;
  const truth = await annotator.truthOf(task.assetId);
  const send = async (errorRate: number) =>
    client.call(reviewApi.answer, {
      params: { id: ReviewTaskId.parse(task.id) },
      headers: { "idempotency-key": randomUUID() },
      body: { fence: task.fence, answers: interview(task, truth, { ...annotator, errorRate }) },
    });
  try {
    return (await send(annotator.errorRate)).recorded;
  } catch (error) {
    // Two mistakes may contradict each other: the page says so, and the person looks again.
    if (error instanceof ApiError && error.status === 400) return (await send(0)).recorded;
    throw error;
  }
}

/** Asks wave by wave what the page would ask, and answers by the truth, save for the errors. */
function interview(task: LeasedTask, truth: DrawnTruth | undefined, annotator: SimulatedAnnotator): GivenAnswer[] {
  const draw = random(`${annotator.seed}.${task.id}`);
  const evidence = evidenceOf(task);
  const answers = answersOnPage(primeHuman, task, []);
  const given: GivenAnswer[] = [];
  const openOnPage = () =>
    applicable(primeHuman, answers, evidence).filter(({ n, id }) => task.categories.includes(n) && !answers[id]);
  for (let wave = openOnPage(); wave.length > 0; wave = openOnPage()) {
    for (const category of wave) {
      const answer = truth ? answerOf(category, truth, annotator.errorRate, draw) : { value: "unsure" };
      answers[category.id] = answer;
      given.push({ ...packed(category, answer), milliseconds: 600 + Math.floor(draw() * 1800) });
    }
  }
  // A page whose every question is closed by what it takes as given still wants to be ended.
  return given.length > 0 ? given : task.categories.map((category) => ({ category, value: NOT_ASKED }));
}

/** What the truth says; where it says nothing the thing is absent, or cannot be seen. */
function answerOf(category: Category, truth: DrawnTruth, errorRate: number, draw: () => number): Answer {
  const value = truth.answers[category.id] ?? category.absent ?? "not_visible";
  if (draw() < errorRate) return { value: wrong(category, value, draw) };
  const second = truth.secondColors[category.id];
  return second ? { value, second } : { value };
}

function packed(category: Category, answer: Answer): Pick<GivenAnswer, "category" | "value" | "text"> {
  const legal = category.options.includes(answer.value) || answer.value === "not_visible" || answer.value === "unsure";
  return legal
    ? { category: category.n, value: pack(category, answer) }
    : { category: category.n, value: OTHER, text: answer.value.slice(0, 60) };
}

/** Another option of the same kind: people mistake a shirt for a blouse, rarely for nothing at all. */
function wrong(category: Category, right: string, draw: () => number): string {
  const others = category.options.filter((option) => option !== right && option !== category.absent);
  return others[Math.floor(draw() * others.length)] ?? right;
}

/** Finds the truth of assets by their lineage, once per asset. */
export function truthFinder(
  admin: Client,
  truth: (url: string) => Promise<DrawnTruth | undefined>,
): (assetId: string) => Promise<DrawnTruth | undefined> {
  const known = new Map<string, Promise<DrawnTruth | undefined>>();
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
