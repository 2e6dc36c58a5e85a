import { mkdir } from "node:fs/promises";
import { GIVER, NOT_ASKED, UNSURE } from "@anyone/domain/annotate/answer";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { random } from "@anyone/domain/random";
import { type Ballot, consensus, disagreements, type Vote } from "@anyone/domain/review/agreement";
import { drawEvaluationSet } from "@anyone/domain/review/evaluation-set";
import { decideCategories } from "@anyone/domain/review/gate";
import { bootstrapInterval } from "@anyone/domain/review/interval";
import { decideLoop } from "@anyone/domain/review/iteration";
import { ReviewPolicy } from "@anyone/domain/review/policy";
import { mayAnswer } from "@anyone/domain/review/report";
import { type Drawn, drawSample } from "@anyone/domain/review/sample";
import { type Scored, score } from "@anyone/domain/review/score";
import { openInference } from "@anyone/grpc/annotate";
import { ADDRESS, folder, learn, type Person, person, serveInference, TOKEN } from "./labeller.bench.ts";
import { doubted, type LabellerFile, type Look, lookAt } from "./pool-look.bench.ts";

/** `npm run bench -- iterations [pool] [rareShare]` */
const POOL = Number(process.argv[3] ?? 520);
const RARE = process.argv[4] === undefined ? {} : { rareShare: Number(process.argv[4]) };
/** Each person's chance of a wrong answer to a question, as in the demo. */
const WRONG = 0.03;
const policy = ReviewPolicy.parse({ sampleSize: 60, patience: 5, ...RARE });
const UNTRAINED: LabellerFile = { id: "embedded-0", objectKey: "", sha256: "" };
/** Confidences, in per mille, that may move in a row that counts as the same. */
const KEPT_WITHIN = [0, 20, 50, 100];

/**
 * Five iterations of annotate ⇄ review over drawn people, from the untrained labeller on, by the policy's own defaults (the
 * rule is `evidence`): samples by doubt, two blind people and a third about the evaluation set, the questions left open
 * by the gate, the labeller learnt anew from all that people said, promoted where it is not worse. True part maps.
 */
export async function iterate(): Promise<{ table: string[][]; figures: Record<string, number> }> {
  await mkdir(folder, { recursive: true });
  const people: Person[] = [];
  for (let seed = 1000; people.length < POOL; seed++) people.push(await person(seed));
  const byId = new Map(people.map((one) => [one.asset.id, one]));
  const drawable = people.map(({ asset: { id } }) => ({ assetId: id, groupId: id }));
  const evaluation = drawEvaluationSet(drawable, policy.evaluationSize, { seed: `evaluation.${policy.seed}` }).items;
  const judged = evaluation.map(({ assetId }) => byId.get(assetId) as Person);
  const truths = judged.map(agreed);
  const applicable = mean(people.map(({ truth }) => truth.filter((value) => value !== NOT_ASKED).length));

  const stop = await serveInference();
  const inference = openInference(ADDRESS, TOKEN);
  try {
    let labeller = UNTRAINED;
    let rows = await lookAt(inference, labeller, people);
    const first = scored(
      judged,
      truths.map(({ truth }) => truth),
      rows,
    );
    let before = score(primeHuman, first);
    let asked = primeHuman.categories.map(({ n }) => n);
    let spent = truths.reduce((sum, { answers }) => sum + answers, 0);
    const taken: Drawn[] = [];
    const said = new Map<string, number[]>();
    const history: { accuracy: number | null; settled: number }[] = [];
    const table = [[...HEAD, ...KEPT_WITHIN.map((within) => `rows kept within ${within} ‰`)]];
    table.push(["0", "–", "–", "–", ...shares(before), "–", "–", "–", "–", ...KEPT_WITHIN.map(() => "–")]);
    const figures: Record<string, number> = {
      untrained_all: before.all.accuracy ?? 0,
      untrained_tail: before.tail.accuracy ?? 0,
      majority_all: before.majority.all.accuracy ?? 0,
      majority_tail: before.majority.tail.accuracy ?? 0,
    };
    for (let iteration = 1; iteration <= policy.maxIterations; iteration++) {
      const drawn = drawSample(
        doubted(rows, policy.doubt, asked),
        { evaluated: evaluation.map(groupOf), sampled: taken.map(groupOf) },
        {
          size: policy.sampleSize,
          rareShare: policy.rareShare,
          uniformShare: policy.uniformShare,
          seed: `sample.${policy.seed}.${iteration}`,
        },
      );
      taken.push(...drawn);
      for (const { assetId } of drawn) {
        const answers = answersOf(byId.get(assetId) as Person, `labels ${iteration}`);
        const known = answers.map((value, index) => (asked.includes(index + 1) ? value : NOT_ASKED));
        said.set(assetId, known);
        spent += known.filter((value) => value !== NOT_ASKED).length;
      }
      const taught = [...said].map(([id, truth]) => ({ ...(byId.get(id) as Person), truth }));
      const { key, sha256 } = await learn(taught);
      const learnt = { id: `iterations-${iteration}`, objectKey: key, sha256 };
      const now = await lookAt(inference, learnt, people);
      const after = scored(
        judged,
        truths.map(({ truth }) => truth),
        now,
      );
      const scores = score(primeHuman, after);
      const { promoted } = mayAnswer(before.all, scores.all);
      const decisions = decideCategories(promoted ? scores.perCategory : before.perCategory, policy, {
        attempt: iteration,
      });
      const kept = KEPT_WITHIN.map((within) => rows.filter((row, place) => same(row, now[place], within)).length);
      if (promoted) [labeller, rows, before] = [learnt, now, scores];
      const settled = decisions.filter(({ verdict }) => verdict === "settled").length;
      history.push({ accuracy: before.all.accuracy, settled });
      const loop = decideLoop(
        { decisions, spent, unsampled: people.length - evaluation.length - taken.length, history },
        policy,
      );
      const gain = gains(first, after);
      table.push([
        String(iteration),
        String(asked.length),
        String(taught.length),
        `${spent} (${percent(spent / (people.length * applicable))})`,
        ...shares(scores),
        inPoints(gain.all),
        inPoints(gain.tail),
        promoted ? "yes" : "no",
        String(settled),
        ...kept.map((count) => percent(count / people.length)),
      ]);
      process.stderr.write(`${table.at(-1)?.join(" | ")}\n`);
      Object.assign(figures, {
        [`all_${iteration}`]: scores.all.accuracy ?? 0,
        [`tail_${iteration}`]: scores.tail.accuracy ?? 0,
        gain_all: gain.all.value,
        gain_all_low: gain.all.low,
        gain_tail: gain.tail.value,
        gain_tail_low: gain.tail.low,
        answers: spent,
        share_of_answers: spent / (people.length * applicable),
      });
      asked = loop.asked;
      if (loop.stop) break;
    }
    return { table, figures };
  } finally {
    inference.close();
    stop();
  }
}

const HEAD = [
  "iteration",
  "asked",
  "labelled",
  "answers",
  "all",
  "head",
  "tail",
  "gain",
  "gain of the tail",
  "promoted",
  "settled",
];

/** What a person answers who errs: another option, of those that apply. */
function answersOf({ asset, truth }: Person, seed: string): number[] {
  const draw = random(`${seed} ${asset.id}`);
  return primeHuman.categories.map(({ index, options }) => {
    const right = truth[index] ?? NOT_ASKED;
    if (right === NOT_ASKED || draw() >= WRONG) return right;
    return (Math.max(0, right) + 1 + Math.floor(draw() * (options.length - 1))) % options.length;
  });
}

/** What two people, and a third where they differ, agree on about an evaluation picture, and how many answers that took. */
function agreed(one: Person): { truth: number[]; answers: number } {
  const vote = (seed: string, categories: readonly number[]): Vote => {
    const answers = answersOf(one, seed);
    return { categories: [...categories], said: new Map(categories.map((n) => [n, answers[n - 1] ?? NOT_ASKED])) };
  };
  const all = primeHuman.categories.map(({ n }) => n);
  const ballot: Ballot = { pages: 2, votes: [vote("first", all), vote("second", all)] };
  const disputed = disagreements(primeHuman, ballot);
  const whole =
    disputed.length > 0
      ? { ...ballot, votes: [...ballot.votes, vote("third", disputed)], tieBroken: new Set(disputed) }
      : ballot;
  const answers = whole.votes.flatMap(({ said }) => [...said.values()]).filter((value) => value !== NOT_ASKED).length;
  return { truth: consensus(primeHuman, whole).map((value) => value ?? UNSURE), answers };
}

function scored(judged: readonly Person[], truths: readonly number[][], rows: readonly Look[]): Scored[] {
  const given = new Map(rows.map(({ assetId, value }) => [assetId, value]));
  return judged.map(({ asset }, place) => ({ truth: truths[place] ?? [], given: given.get(asset.id) ?? [] }));
}

/** Accuracy after less before, over all and on the tail, with the 95 % interval over pictures drawn again. */
function gains(before: readonly Scored[], after: readonly Scored[]) {
  const pairs = before.map((one, place) => ({ before: one, after: after[place] as Scored }));
  const gain = (part: "all" | "tail") => (drawn: readonly (typeof pairs)[number][]) => {
    const of = (time: "before" | "after") =>
      score(
        primeHuman,
        drawn.map((pair) => pair[time]),
      )[part].accuracy;
    return (of("after") ?? 0) - (of("before") ?? 0);
  };
  const figure = (part: "all" | "tail") => {
    const interval = bootstrapInterval(pairs, gain(part), { draws: 200 });
    return { value: gain(part)(pairs), low: interval?.low ?? 0, high: interval?.high ?? 0 };
  };
  return { all: figure("all"), tail: figure("tail") };
}

/** Whether a row would be left as it is: every answer the same, and no confidence moved by more than `within`. */
function same(row: Look, now: Look | undefined, within: number): boolean {
  return row.value.every(
    (value, index) =>
      value === now?.value[index] &&
      (row.giver[index] !== GIVER.model ||
        Math.abs((row.confidence[index] ?? 0) - (now.confidence[index] ?? 0)) <= within),
  );
}

function groupOf({ assetId, groupId }: { assetId: string; groupId: string }) {
  return { assetId, groupId };
}

function shares({ all, head, tail }: ReturnType<typeof score>): string[] {
  return [all, head, tail].map(({ accuracy }) => percent(accuracy ?? 0));
}

function inPoints({ value, low, high }: { value: number; low: number; high: number }): string {
  return `${(100 * value).toFixed(1)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
