import { Ordinal, ReviewTaskId } from "@anyone/domain/ids";
import { z } from "zod";
import { operation } from "./operation.ts";
import { Moment, PageQuery, pageOf } from "./page.ts";

export const Purpose = z.enum(["evaluation", "tie-break", "sample", "honeypot"]);

export const GateDecision = z.object({
  category: z.number().int(),
  n: z.number().int(),
  correct: z.number().int(),
  accuracy: z.number().nullable(),
  /** Anytime-valid lower bound of the accuracy. */
  lowerBound: z.number().nullable(),
  /** Decided by the lower bound. */
  overBound: z.boolean(),
  /** Decided by the paper's point rule. */
  overPoint: z.boolean(),
  /** By the rule of the iteration's policy. */
  verdict: z.enum(["settled", "open", "no-evidence"]),
  /** What the e-process shows, all categories weighed together: over the bar, under it, or neither. Null: not kept then. */
  evidence: z.enum(["graduate", "tail", "undecided"]).nullable(),
  /** Natural logarithms of the e-values against "at most the bar" and "at least the bar", and what the first must reach. */
  logAbove: z.number().nullable(),
  logBelow: z.number().nullable(),
  logNeeded: z.number().nullable(),
  /** Confidence sequence of the accuracy: holds with 1 - alpha at whatever n one looks. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** This labeller's share of the policy's alpha. */
  alpha: z.number().nullable(),
  /** Which labeller it is of those held against this evaluation set, from 1. */
  attempt: z.number().int().nullable(),
  labellerId: z.string().nullable(),
  evaluationSetId: z.string().nullable(),
  /** How often the evaluation set itself is wrong about this category, as far as two blind people tell. */
  goldError: z.number().nullable(),
  /** About how many more evaluation answers until the evidence decides; 0: decided, null: unknown. */
  needed: z.number().int().nullable(),
  /** Fresh answers rang the drift alarm, and the natural logarithm of their evidence; null without fresh answers. */
  drifted: z.boolean(),
  logDrift: z.number().nullable(),
});
export type GateDecision = z.infer<typeof GateDecision>;

/** One category's evidence at the end of one iteration; each labeller starts its own afresh. */
export const EvidencePoint = z.object({
  iteration: z.number().int(),
  category: z.number().int(),
  logAbove: z.number(),
  logBelow: z.number(),
  low: z.number(),
  high: z.number(),
  accuracy: z.number().nullable(),
});
export type EvidencePoint = z.infer<typeof EvidencePoint>;

/** What few answers of people and many of the labeller say of the pool: prediction-powered, 95 % each. */
export const PoolEstimate = z.object({
  category: z.number().int(),
  /** -1: how often the labeller's answers are right; else the share of the pool's images with this option. */
  option: z.number().int(),
  /** Images that people answered about, and images that only the labeller did. */
  n: z.number().int(),
  pool: z.number().int(),
  estimate: z.number(),
  /** Betting interval: holds for few labels, too. */
  low: z.number(),
  high: z.number(),
  /** Normal interval: narrower, and too narrow for few labels. */
  normalLow: z.number(),
  normalHigh: z.number(),
  /** By people's answers alone. */
  classic: z.number(),
  /** How far the labeller's answers were trusted: 0 not at all. */
  lambda: z.number(),
  /** Labels of people that would have told as much without the labeller. */
  effective: z.number(),
});
export type PoolEstimate = z.infer<typeof PoolEstimate>;

/** One frozen version of the evaluation set. */
export const EvaluationSetVersion = z.object({
  id: z.string(),
  version: z.number().int(),
  size: z.number().int(),
  /** The chance of every near-duplicate group to be in it; null: drawn before that was kept, and never topped up. */
  inclusion: z.number().nullable(),
  added: z.number().int(),
  departed: z.number().int(),
  sha256: z.string(),
  frozenAt: Moment,
});
export type EvaluationSetVersion = z.infer<typeof EvaluationSetVersion>;

export const EvaluationTopUp = z.object({
  id: z.string(),
  version: z.number().int(),
  size: z.number().int(),
  added: z.number().int(),
  departed: z.number().int(),
  /** False: the current version still is a uniform draw of the pool. */
  changed: z.boolean(),
});
export type EvaluationTopUp = z.infer<typeof EvaluationTopUp>;

export const Iteration = z.object({
  number: z.number().int(),
  protocolId: z.string(),
  evaluationSetId: z.string().nullable(),
  trigger: z.string(),
  state: z.string(),
  policy: z.unknown(),
  /** Category numbers asked of people. */
  asked: z.array(z.number().int()),
  /** Category numbers over the bar after it. */
  settled: z.array(z.number().int()),
  labellerBefore: z.string().nullable(),
  labellerAfter: z.string().nullable(),
  humanAnswers: z.number().int(),
  /** What the scoring found over all, head and tail; as the review service writes it. */
  scores: z.unknown(),
  stopReason: z.string().nullable(),
  openedAt: Moment,
  closedAt: Moment.nullable(),
  /** Review tasks by state. */
  tasks: z.record(z.string(), z.number()),
});
export type Iteration = z.infer<typeof Iteration>;

export const IterationDetail = Iteration.extend({
  gates: z.array(GateDecision),
  /** Of all categories after each iteration up to this one. */
  history: z.array(EvidencePoint),
});

export const ReviewTaskRow = z.object({
  id: z.string(),
  iteration: z.number().int(),
  assetId: z.string(),
  purpose: Purpose,
  categories: z.array(z.number().int()),
  blind: z.boolean(),
  state: z.string(),
  reviewer: z.string().nullable(),
  leaseUntil: Moment.nullable(),
  doneAt: Moment.nullable(),
});

/** A packed answer as a page shows it; confidence 0..1. */
export const ShownAnswer = z.object({ category: z.number().int(), value: z.number().int(), confidence: z.number() });

/** A page of questions about one asset, leased to who asked for it. */
export const LeasedTask = z.object({
  id: z.string(),
  iteration: z.number().int(),
  assetId: z.string(),
  purpose: Purpose,
  /** A blind task shows no suggestion. */
  blind: z.boolean(),
  /** Category numbers, in the order to ask them. */
  categories: z.array(z.number().int()),
  /** Given back with the answers: they are refused when the lease has gone to somebody else. */
  fence: z.number().int(),
  leaseUntil: z.string(),
  protocolId: z.string(),
  suggestions: z.array(ShownAnswer),
  /** Answers that stand for categories the page does not ask: the gates of its own questions read them. */
  known: z.array(ShownAnswer),
  /** Share of the picture per part id, and the parts its lower border cuts: what visibility gates read. Empty: unknown. */
  partShares: z.array(z.number()),
  cutParts: z.array(z.number().int()),
});
export type LeasedTask = z.infer<typeof LeasedTask>;

export const GivenAnswer = z
  .strictObject({
    category: z.number().int().min(1).max(10_000),
    /** Option index; -1 not applicable, -2 not visible, -3 unsure, -4 other. `*.color`: main + 256 * (second + 1). */
    value: z.number().int().min(-4).max(32767),
    /** Only with value -4. */
    text: z.string().trim().min(1).max(200).optional(),
    /** How long the question was looked at. */
    milliseconds: z.number().int().min(0).max(86_400_000).optional(),
  })
  .refine((answer) => (answer.value === -4) === (answer.text !== undefined), {
    message: "text belongs to value -4 (other), and to no other value",
    path: ["text"],
  });
export type GivenAnswer = z.infer<typeof GivenAnswer>;

const byTask = z.object({ id: ReviewTaskId });
const fence = z.number().int().min(0).max(2_147_483_647);

export const reviewApi = {
  listIterations: operation({
    path: "/v1/iterations",
    stage: "review",
    access: "operator",
    summary: "Lists the iterations with their review tasks by state, latest first",
    answer: z.object({ items: z.array(Iteration) }),
  }),
  getIteration: operation({
    path: "/v1/iterations/:number",
    stage: "review",
    access: "operator",
    summary: "One iteration with what every rule found per category, and the evidence so far",
    params: z.object({ number: z.coerce.number().pipe(Ordinal) }),
    answer: IterationDetail,
  }),
  getPoolEstimates: operation({
    path: "/v1/iterations/:number/pool",
    stage: "review",
    access: "operator",
    summary: "Accuracy and prevalence over the pool when the iteration closed, with intervals",
    params: z.object({ number: z.coerce.number().pipe(Ordinal) }),
    answer: z.object({ protocolId: z.string(), items: z.array(PoolEstimate) }),
  }),
  openIteration: operation({
    method: "POST",
    path: "/v1/iterations",
    stage: "review",
    access: "operator",
    summary: "Opens the next iteration; refused while one is open",
    body: z.strictObject({ trigger: z.string().min(1).max(200).default("manual") }),
    answer: z.object({ number: z.number().int() }),
    status: 201,
  }),
  listEvaluationSets: operation({
    path: "/v1/review/evaluation",
    stage: "review",
    access: "operator",
    summary:
      "The versions of the evaluation set in use, newest first, and what is kept from training for being akin to it",
    answer: z.object({ items: z.array(EvaluationSetVersion), keptFromTraining: z.number().int() }),
  }),
  topUpEvaluationSet: operation({
    method: "POST",
    path: "/v1/review/evaluation/top-up",
    stage: "review",
    access: "operator",
    summary: "Freezes a version of the evaluation set that follows the pool, or tells what it would hold",
    body: z.strictObject({ dryRun: z.boolean().default(false) }),
    answer: EvaluationTopUp,
  }),
  listTasks: operation({
    path: "/v1/review/tasks",
    stage: "review",
    access: "operator",
    summary: "Lists review tasks",
    query: PageQuery.extend({
      state: z.enum(["open", "leased", "done", "skipped"]).optional(),
      iteration: z.coerce.number().pipe(Ordinal).optional(),
    }),
    answer: pageOf(ReviewTaskRow),
  }),
  progress: operation({
    path: "/v1/review/progress",
    stage: "review",
    access: "annotator",
    summary: "What waits for people, and what the asking key has answered",
    answer: z.object({
      open: z.number().int(),
      /** Of the open ones, those that wait for somebody else: the asking key answered about the same evaluation image. */
      forOthers: z.number().int(),
      leased: z.number().int(),
      done: z.number().int(),
      mine: z.number().int(),
      mineToday: z.number().int(),
      iteration: z.object({ number: z.number().int(), state: z.string() }).nullable(),
    }),
  }),
  lease: operation({
    method: "POST",
    path: "/v1/review/lease",
    stage: "review",
    access: "annotator",
    summary: "Leases the next page of questions to the asking key; `task` is null when nothing waits",
    body: z.strictObject({ purpose: Purpose.optional(), leaseSeconds: z.number().int().min(5).max(3600).default(600) }),
    answer: z.object({ task: LeasedTask.nullable() }),
    perMinute: 6000,
  }),
  answer: operation({
    method: "POST",
    path: "/v1/review/tasks/:id/answers",
    stage: "review",
    access: "annotator",
    summary: "Records the answers of a leased page; sent again with the same Idempotency-Key it changes nothing",
    params: byTask,
    headers: z.object({ "idempotency-key": z.string().min(8).max(100) }),
    body: z.strictObject({ fence, answers: z.array(GivenAnswer).min(1).max(10_000) }),
    answer: z.object({ recorded: z.number().int(), repeated: z.boolean() }),
    perMinute: 6000,
  }),
  release: operation({
    method: "POST",
    path: "/v1/review/tasks/:id/release",
    stage: "review",
    access: "annotator",
    summary: "Gives a leased page back unanswered",
    params: byTask,
    body: z.strictObject({ fence }),
    answer: z.object({ released: z.literal(true) }),
  }),
  skip: operation({
    method: "POST",
    path: "/v1/review/tasks/:id/skip",
    stage: "review",
    access: "annotator",
    summary: "Ends a leased page without answers, for good: its asset can't be judged",
    params: byTask,
    body: z.strictObject({ fence, reason: z.string().trim().min(1).max(500) }),
    answer: z.object({ skipped: z.literal(true) }),
  }),
} as const;
