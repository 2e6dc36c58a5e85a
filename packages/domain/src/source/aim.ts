import { z } from "zod";
import type { SourceId } from "../ids.ts";
import { random } from "../random.ts";
import { type Lack, rateOf, sourceWeights, weightsOf } from "./deficit.ts";

/** What a crawl was aimed at, as it stood when it was planned: kept with the crawl. */
export const Aim = z.object({
  category: z.string(),
  option: z.string(),
  have: z.int().min(0),
  want: z.int().min(1),
  /** The option's share of all that was missing. */
  weight: z.number().min(0).max(1),
  /** How many options were lacking. */
  lacking: z.int().min(1),
});
export type Aim = z.infer<typeof Aim>;

/** A source that may be crawled now. */
export interface Aimable {
  id: SourceId;
  /** Whether it is searched by words: folders and lists are not. */
  searched: boolean;
  /** Whether the crawl that the watch last started of it was aimed. */
  aimedLast: boolean;
  /** Words whose results it was read to the end of not long ago. */
  spent: readonly string[];
}

export interface PlannedCrawl {
  sourceId: SourceId;
  /** Most new candidates. */
  target: number;
  query?: string;
  plan?: Aim;
}

export interface PlanRequest {
  lacks: readonly Lack[];
  sources: readonly Aimable[];
  /** Candidates wanted of all sources together. */
  target: number;
  /** Share of the candidates that is expected to be kept. */
  yield: number;
  /** Assets for each one that was counted: more than 1 where only a sample was. */
  scale: number;
  /** The same seed plans the same. */
  seed: string;
}

/**
 * Plans one crawl of each source. The crawls of a source that is searched take turns: one with its own words, one aimed at an option
 * that the pool lacks. So half of them stay unaimed, and the pool does not become only what is rare. An option is drawn by its weight and
 * by the source's share of what sources bring of it; an aimed crawl takes no more than what is missing of it. The rest of
 * the target goes to the unaimed crawls, by what their sources bring of all that is missing.
 */
export function planCrawls({ lacks, sources, target, yield: kept, scale, seed }: PlanRequest): PlannedCrawl[] {
  const draw = random(seed);
  const taken = new Set<Lack>();
  const searched = sources.filter((source) => source.searched);
  const aimed = searched
    .filter(({ aimedLast }) => !aimedLast)
    .flatMap((source): PlannedCrawl[] => {
      const lack = drawLack(source);
      if (!lack) return [];
      taken.add(lack);
      const { category, option, have, want, weight, query } = lack;
      const missing = Math.ceil(((want - have) * scale) / kept);
      return [
        {
          sourceId: source.id,
          target: Math.min(missing, Math.ceil(target / sources.length)),
          query: query ?? "",
          plan: { category, option, have, want, weight, lacking: lacks.length },
        },
      ];
    });
  const left = Math.max(0, target - aimed.reduce((sum, crawl) => sum + crawl.target, 0));
  const others = sources.filter(({ id }) => !aimed.some(({ sourceId }) => sourceId === id)).map(({ id }) => id);
  const shares = sourceWeights(lacks, others);
  const unaimed = others.map((sourceId, place) => ({ sourceId, target: Math.ceil(left * (shares[place] ?? 0)) }));
  return [...aimed, ...unaimed.filter((crawl) => crawl.target > 0)];

  function drawLack({ id, spent }: Aimable): Lack | undefined {
    const open = lacks.filter((lack) => lack.query !== null && !spent.includes(lack.query) && !taken.has(lack));
    const own = searched.findIndex((other) => other.id === id);
    const share = (lack: Lack) => weightsOf(searched.map((other) => rateOf(lack.sources, other.id)))[own] ?? 0;
    const chances = weightsOf(open.map((lack) => lack.weight * share(lack)));
    let left = draw();
    const drawn = open.find((_, place) => {
      left -= chances[place] ?? 0;
      return left < 0;
    });
    return drawn ?? open.at(-1);
  }
}

/** "beret (hat.type): 3 of 12, 4.1 % of what is missing". */
export function sayAim({ option, category, have, want, weight }: Aim): string {
  return `${option} (${category}): ${have} of ${want}, ${(weight * 100).toFixed(1)} % of what is missing`;
}
