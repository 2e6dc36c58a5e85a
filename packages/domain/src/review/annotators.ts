import type { Protocol } from "../annotate/protocol.ts";
import { type CrowdItem, crowdSkills } from "./crowd.ts";
import { type AnsweredPage, crowdItems, LABELLER } from "./crowd-items.ts";
import { type Estimate, exactShare } from "./interval.ts";
import { cohenKappa } from "./kappa.ts";
import { findSuspects, type Suspicion, skillEstimate } from "./suspects.ts";

/** How good one annotator's work is; null is unknown. Intervals are 95 %. */
export interface AnnotatorQuality {
  name: string;
  /** Answers that are the same as another person's to the same question, of those that another gave. */
  agreement: Estimate | null;
  /** 0 no better than chance, 1 always right, as far as the others, the labeller and the known answers tell. */
  skill: Estimate | null;
  /** Known answers given right. */
  gold: Estimate | null;
  suspicions: Suspicion[];
  /** By question where another answered too, the least agreed on first. */
  questions: { category: number; agreement: Estimate; kappa: Estimate | null }[];
}

/** The times that one annotator's answers took. */
export interface AnnotatorSpeed {
  name: string;
  /** Answers with a time, and those of them too fast to have looked. */
  n: number;
  rushed: number;
}

/** How good each annotator's work is, from what all said about the same assets. */
export function judgeAnnotators(
  protocol: Protocol,
  pages: readonly AnsweredPage[],
  labeller: ReadonlyMap<string, readonly number[]>,
  speeds: readonly AnnotatorSpeed[],
): AnnotatorQuality[] {
  const items = crowdItems(protocol, pages, labeller);
  const skills = new Map(crowdSkills(items).map((skill) => [skill.rater, skill]));
  const pairs = pairsByRater(items);
  const gold = goldByRater(items);
  const suspects = findSuspects(
    speeds.map(({ name, n, rushed }) => ({
      name,
      skill: skills.get(name),
      gold: gold.get(name) ?? { n: 0, correct: 0 },
      speed: { n, rushed },
    })),
  );
  return speeds.map(({ name }) => {
    const own = [...(pairs.get(name) ?? [])];
    const all = own.flatMap(([, said]) => said);
    const skill = skills.get(name);
    const known = gold.get(name);
    return {
      name,
      agreement: shareAlike(all),
      skill: skill ? skillEstimate(skill) : null,
      gold: known ? exactShare(known.correct, known.n) : null,
      suspicions: suspects.get(name) ?? [],
      questions: own
        .flatMap(([category, said]) => {
          const agreement = shareAlike(said);
          return agreement ? [{ category, agreement, kappa: cohenKappa(said) }] : [];
        })
        .sort((a, b) => a.agreement.value - b.agreement.value),
    };
  });
}

type Pair = readonly [own: number, other: number];

/** What each said beside what another person said, by question. */
function pairsByRater(items: readonly CrowdItem[]): Map<string, Map<number, Pair[]>> {
  const found = new Map<string, Map<number, Pair[]>>();
  for (const { question, votes } of items) {
    const people = votes.filter(({ rater }) => rater !== LABELLER);
    for (const { rater, value } of people) {
      for (const other of people) {
        if (other.rater === rater) continue;
        const ofRater = found.get(rater) ?? new Map<number, Pair[]>();
        found.set(rater, ofRater);
        const said = ofRater.get(question);
        if (said) said.push([value, other.value]);
        else ofRater.set(question, [[value, other.value]]);
      }
    }
  }
  return found;
}

function goldByRater(items: readonly CrowdItem[]): Map<string, { n: number; correct: number }> {
  const found = new Map<string, { n: number; correct: number }>();
  for (const { gold, votes } of items) {
    if (gold === undefined) continue;
    for (const { rater, value } of votes) {
      const { n, correct } = found.get(rater) ?? { n: 0, correct: 0 };
      found.set(rater, { n: n + 1, correct: correct + (value === gold ? 1 : 0) });
    }
  }
  return found;
}

function shareAlike(pairs: readonly Pair[]): Estimate | null {
  return exactShare(pairs.filter(([own, other]) => own === other).length, pairs.length);
}
