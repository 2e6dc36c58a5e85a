import { random } from "../random.ts";
import { type CrowdItem, crowdSkills } from "./crowd.ts";
import { findSuspects } from "./suspects.ts";

/** How a drawn annotator answers. */
export type Manner = "honest" | "random" | "usual" | "first" | "half-hearted" | "contrary" | "hasty";
const BAD: readonly Manner[] = ["random", "usual", "first", "half-hearted", "contrary", "hasty"];

/** A project as drawn: a fifth of its people are not honest. */
export interface DrawnCrowd {
  manners: Map<string, Manner>;
  items: CrowdItem[];
  speed: Map<string, { n: number; rushed: number }>;
}

const QUESTIONS = 30;

export interface Drawing {
  /** Assets whose answers are known, a person. */
  gold?: number;
  /** The worst honest one errs in this share of the answers, the best in 3 %; at hard pictures twice as often. */
  honestError?: number;
  /** Whether the time of answers is told. */
  timed?: boolean;
}

/**
 * Draws a project: 10 to 30 people, a fifth of them bad in one of six manners, two of whom answer each of the evaluation
 * assets (so that everybody has 12 to 40), a labeller of 55 to 90 %, and gold about `gold` assets a person. Questions have 2 to 12
 * options of which the usual one takes 40 to 95 %.
 */
export function drawCrowd(seed: string, { gold = 3, honestError = 0.12, timed = true }: Drawing = {}): DrawnCrowd {
  const draw = random(seed);
  const between = (low: number, high: number) => low + (high - low) * draw();
  const people = Math.round(between(10, 30));
  const bad = Math.round(people / 5);
  const names = Array.from({ length: people }, (_, n) => `person ${n + 1}`);
  const manners = new Map(
    names.map((name, n): [string, Manner] => [
      name,
      n < bad ? (BAD[Math.floor(draw() * BAD.length)] as Manner) : "honest",
    ]),
  );
  const errors = new Map(names.map((name) => [name, between(0.03, honestError)]));
  const labeller = between(0.55, 0.9);
  const questions = Array.from({ length: QUESTIONS }, () => ({
    options: 2 + Math.floor(draw() * 11),
    usual: between(0.4, 0.95),
    applies: between(0.2, 1),
  }));
  const items: CrowdItem[] = [];
  const speed = new Map(names.map((name) => [name, { n: 0, rushed: 0 }]));

  function page(asset: string, raters: readonly string[], known: boolean): void {
    const hard = draw() < 0.2 ? 2 : 1;
    questions.forEach(({ options, usual, applies }, question) => {
      if (draw() > applies) return;
      const truth = draw() < usual ? 0 : 1 + Math.floor(draw() * (options - 1));
      const wrong = () => (truth + 1 + Math.floor(draw() * (options - 1))) % options;
      const votes = raters.map((rater) => {
        const manner = manners.get(rater) as Manner;
        const honest = draw() < (errors.get(rater) as number) * hard ? wrong() : truth;
        const any = Math.floor(draw() * options);
        const said: Record<Manner, number> = {
          honest,
          random: any,
          usual: 0,
          first: options > 2 ? 1 : 0,
          "half-hearted": draw() < 0.5 ? honest : any,
          contrary: draw() < 0.7 ? wrong() : truth,
          hasty: draw() < 0.7 ? honest : any,
        };
        const pace = speed.get(rater) as { n: number; rushed: number };
        if (timed) pace.n += 1;
        if (timed && draw() < (manner === "hasty" ? 0.8 : 0.05)) pace.rushed += 1;
        return { rater, value: said[manner] };
      });
      votes.push({ rater: "labeller", value: draw() < labeller ? truth : wrong() });
      items.push({ asset, question, options, votes, ...(known && { gold: truth }) });
    });
  }

  const pages = Math.round(between(12, 40));
  for (let n = 0; n < (pages * people) / 2; n++) {
    const first = n % people;
    const second = (first + 1 + Math.floor(draw() * (people - 1))) % people;
    page(`asset ${n}`, [names[first] as string, names[second] as string], false);
  }
  for (const name of names) for (let n = 0; n < gold; n++) page(`gold ${name} ${n}`, [name], true);
  return { manners, items, speed };
}

/** Who of a drawn project is suspected. */
export function suspectsIn({ manners, items, speed }: DrawnCrowd): Set<string> {
  const skills = new Map(crowdSkills(items).map((skill) => [skill.rater, skill]));
  const records = [...manners.keys()].map((name) => {
    const known = items.flatMap(({ gold, votes }) =>
      gold === undefined ? [] : votes.filter(({ rater }) => rater === name).map(({ value }) => value === gold),
    );
    return {
      name,
      skill: skills.get(name),
      gold: { n: known.length, correct: known.filter(Boolean).length },
      speed: speed.get(name) ?? { n: 0, rushed: 0 },
    };
  });
  return new Set([...findSuspects(records)].flatMap(([name, why]) => (why.length > 0 ? [name] : [])));
}

/** How many of the bad and of the honest are suspected over many drawn projects, and the bad ones by manner. */
export function tallySuspects(projects: number, options: Drawing = {}) {
  const tally = { bad: 0, found: 0, honest: 0, flagged: 0, byManner: new Map<Manner, { n: number; found: number }>() };
  for (let n = 0; n < projects; n++) {
    const crowd = drawCrowd(`crowd ${n}`, options);
    const suspects = suspectsIn(crowd);
    for (const [name, manner] of crowd.manners) {
      const hit = suspects.has(name) ? 1 : 0;
      const sums = tally.byManner.get(manner) ?? { n: 0, found: 0 };
      tally.byManner.set(manner, { n: sums.n + 1, found: sums.found + hit });
      if (manner === "honest") {
        tally.honest += 1;
        tally.flagged += hit;
      } else {
        tally.bad += 1;
        tally.found += hit;
      }
    }
  }
  return tally;
}
