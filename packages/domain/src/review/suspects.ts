import type { Skill } from "./crowd.ts";
import { type Estimate, exactInterval, Z95 } from "./interval.ts";

/** What is known of one annotator's work. */
export interface AnnotatorRecord {
  name: string;
  /** From {@link crowdSkills}; missing where nobody else answered the same. */
  skill: Skill | undefined;
  /** Answers to questions whose right answer is known, and how many were right. */
  gold: { n: number; correct: number };
  /** Answers whose time was sent, and how many of them came too fast to have looked. */
  speed: { n: number; rushed: number };
}

/** Why an annotator should be looked at. Nobody is put out by it: that is an operator's decision. */
export type Suspicion = "skill" | "gold" | "speed";

/** Nobody reads a question and looks at a picture in less, in milliseconds: two glances of 200 ms and a key. */
export const RUSHED_MS = 400;

/**
 * Below this share of the usual skill an annotator is suspect: who answers three of ten questions without looking is at
 * .7 to .75. Found on sixty simulated projects, by seeds other than those that `npm run bench -- annotators` reports.
 */
const SHARE_OF_USUAL = 0.8;
/** One-sided 99 %: an honest one is suspected by chance once in a hundred. */
const Z99 = 2.326_347_874_040_841;
const LEAST_ANSWERS = 20;
/** Half of what is known wrong, surely. */
const GOLD_BAR = 0.6;
const RUSHED_SHARE = 0.5;

/**
 * Who is surely worse than the others, and by what: the skill's upper bound lies below 80 % of the median skill, or
 * less than 60 % of the known answers are surely right, or surely more than half of the answers came before anybody can have looked.
 */
export function findSuspects(records: readonly AnnotatorRecord[]): Map<string, Suspicion[]> {
  const skills = records.flatMap(({ skill }) => (skill && skill.n >= LEAST_ANSWERS ? [skill.skill] : []));
  const usual = median(skills);
  return new Map(
    records.map(({ name, skill, gold, speed }) => {
      const found: Suspicion[] = [];
      const judged = skill !== undefined && skill.n >= LEAST_ANSWERS && usual !== null && skills.length > 2;
      if (judged && skill.skill + Z99 * skill.error < SHARE_OF_USUAL * usual) found.push("skill");
      if (gold.n >= LEAST_ANSWERS && exactInterval(gold.correct, gold.n, 0.02).high < GOLD_BAR) found.push("gold");
      if (speed.n >= LEAST_ANSWERS && exactInterval(speed.rushed, speed.n, 0.02).low > RUSHED_SHARE)
        found.push("speed");
      return [name, found];
    }),
  );
}

/** The skill with its 95 % interval. */
export function skillEstimate({ skill, error, n }: Skill): Estimate {
  return { value: skill, n, low: Math.max(-1, skill - Z95 * error), high: Math.min(1, skill + Z95 * error) };
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
