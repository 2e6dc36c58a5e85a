import type { GateDecision } from "./gate.ts";
import type { ReviewPolicy } from "./policy.ts";

/**
 * The walk of one iteration; each state waits for what the next one needs: assets to draw, people, one more person where
 * they disagree about the evaluation set, the new labeller, its answers about the evaluation set, the score, the answers of
 * whichever labeller won about the whole pool.
 */
export const ITERATION_STATES = [
  "sampling",
  "labelling",
  "adjudicating",
  "learning",
  "annotating",
  "scoring",
  "spreading",
  "closed",
] as const;
export type IterationState = (typeof ITERATION_STATES)[number];

/** What a tick finds in the truth. */
export interface IterationFacts {
  state: IterationState;
  /** The evaluation set is frozen, or the pool is large enough to draw it and leave something to sample. */
  poolReady: boolean;
  /** Review tasks of this iteration that people have not ended. */
  openTasks: number;
  /** Answers that a labeller may learn from and that none has: people gave them in this iteration, or they were imported since. */
  learnable: number;
  /** The labeller this iteration made is there. */
  learned: boolean;
  /** Why learning ended without one, if it did. */
  learningFailed: string | null;
  /** Annotate tasks of this iteration still to end. */
  openAnnotateTasks: number;
  /**
   * Assets still to be answered, those given up on aside: of the evaluation set by the new labeller while annotating, of
   * the pool by the promoted one while spreading, and while sampling by one that an operator put in use.
   */
  unanswered: number;
}

/** What a tick does: move on to a state, plan more annotation, or wait and say for what. */
export type Step =
  | { do: "move"; to: IterationState }
  | { do: "annotate" }
  | { do: "give-up"; reason: string }
  | { do: "wait"; for: "pool" | "people" | "learning" | "annotation" | "nothing" };

/** One tick of the state machine. Pure: the same facts give the same step, so a tick may come late, twice, or not at all. */
export function nextStep(facts: IterationFacts): Step {
  switch (facts.state) {
    case "sampling":
      if (!facts.poolReady) return { do: "wait", for: "pool" };
      if (facts.openAnnotateTasks > 0) return { do: "wait", for: "annotation" };
      // an operator put another labeller in use: the pages are filled in by it, and measured against it
      return facts.unanswered > 0 ? { do: "annotate" } : { do: "move", to: "labelling" };
    case "labelling":
      return facts.openTasks > 0 ? { do: "wait", for: "people" } : { do: "move", to: "adjudicating" };
    case "adjudicating":
      if (facts.openTasks > 0) return { do: "wait", for: "people" };
      // nothing new to learn from (all settled, or every page skipped): the same labeller is measured again
      return { do: "move", to: facts.learnable > 0 ? "learning" : "annotating" };
    case "learning":
      if (facts.learned) return { do: "move", to: "annotating" };
      return facts.learningFailed ? { do: "give-up", reason: "learning-failed" } : { do: "wait", for: "learning" };
    case "annotating":
    case "spreading":
      if (facts.openAnnotateTasks > 0) return { do: "wait", for: "annotation" };
      if (facts.unanswered > 0) return { do: "annotate" };
      return { do: "move", to: facts.state === "annotating" ? "scoring" : "closed" };
    case "scoring":
      return { do: "move", to: "spreading" };
    case "closed":
      return { do: "wait", for: "nothing" };
  }
}

/** Why the loop ended; `null` while it goes on. */
export type StopReason = "all-decided" | "budget-spent" | "no-progress" | "pool-exhausted" | "learning-failed" | null;

/** What one closed iteration left behind, as the stop rule reads it. */
export interface Closed {
  accuracy: number | null;
  settled: number;
}

export interface LoopFacts {
  /** Categories by verdict after this iteration. */
  decisions: readonly GateDecision[];
  /** Human answers over all iterations so far. */
  spent: number;
  /** Assets that could still be sampled. */
  unsampled: number;
  /** Iterations of this run of the loop, this one last. */
  history: readonly Closed[];
}

/** Whether the loop ends after an iteration, and which categories the next one asks of people. */
export function decideLoop(
  { decisions, spent, unsampled, history }: LoopFacts,
  policy: ReviewPolicy,
): { stop: StopReason; asked: number[]; settled: number[] } {
  const settled = decisions.filter(({ verdict }) => verdict === "settled").map(({ category }) => category);
  // a category without evidence stays with people: nothing was shown about it
  const asked = decisions.filter(({ verdict }) => verdict !== "settled").map(({ category }) => category);
  return { stop: stopReason(), asked, settled };

  function stopReason(): StopReason {
    if (settled.length > 0 && decisions.every(({ verdict }) => verdict !== "open")) return "all-decided";
    if (history.length >= policy.maxIterations || (policy.budget !== null && spent >= policy.budget))
      return "budget-spent";
    if (unsampled === 0) return "pool-exhausted";
    return stalled(history, policy) ? "no-progress" : null;
  }
}

/** Whether the last `patience` iterations brought neither accuracy nor a settled category. */
function stalled(history: readonly Closed[], { patience, epsilon }: ReviewPolicy): boolean {
  if (history.length <= patience) return false;
  const recent = history.slice(-patience - 1);
  return recent.slice(1).every((now, place) => {
    const before = recent[place] as Closed;
    return (now.accuracy ?? 0) - (before.accuracy ?? 0) < epsilon && now.settled <= before.settled;
  });
}

/** Human answers spent against labelling everything by hand, two ways to count "everything". */
export function humanShare(spent: number, poolSize: number, categories: number, applicablePerAsset: number) {
  const share = (whole: number) => (whole > 0 ? spent / whole : null);
  return {
    /** of the questions that apply: an honest bound for what full labelling would cost */
    ofApplicable: share(poolSize * applicablePerAsset),
    /** of all categories on every asset: the paper's way of counting */
    ofAll: share(poolSize * categories),
  };
}
