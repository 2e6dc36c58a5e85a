import type { Annotator } from "@anyone/contracts/people";
import { type AnnotatorRow, judgedPages, readAnnotators } from "@anyone/db/annotators";
import { iterationFacts } from "@anyone/db/iteration-facts";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { type AnnotatorQuality, judgeAnnotators } from "@anyone/domain/review/annotators";
import type { AnsweredPage } from "@anyone/domain/review/crowd-items";
import { exactShare } from "@anyone/domain/review/interval";
import type { Sql } from "@anyone/domain/transaction";

/** What people said where they can be judged, and what the labeller says about the same assets. */
export async function readJudged(
  db: Sql,
  { identity }: Protocol,
): Promise<{ pages: AnsweredPage[]; labeller: Map<string, number[]> }> {
  const pages = await judgedPages(db, identity);
  const assetIds = [...new Set(pages.map(({ assetId }) => assetId))];
  const answers = await iterationFacts.labellerAnswers(db, identity, assetIds);
  return { pages, labeller: new Map([...answers].map(([assetId, { value }]) => [assetId, value])) };
}

/** How good everybody's work is under a protocol, by name. */
export async function qualityByName(db: Sql, protocol: Protocol): Promise<Map<string, AnnotatorQuality>> {
  const { pages, labeller } = await readJudged(db, protocol);
  const speeds = (await readAnnotators(db)).map(({ name, timed, rushed }) => ({ name, n: timed, rushed }));
  return new Map(judgeAnnotators(protocol, pages, labeller, speeds).map((quality) => [quality.name, quality]));
}

/** An annotator as the API shows one: counts, and what is known of the quality. */
export function annotatorOf(row: AnnotatorRow, quality: AnnotatorQuality | undefined): Annotator {
  return {
    name: row.name,
    state: row.quarantined ? "quarantined" : "at-work",
    answers: row.answers,
    pages: row.pages,
    skipped: row.skipped,
    firstAt: row.firstAt,
    lastAt: row.lastAt,
    speed: {
      quarter: row.quarterMs,
      median: row.medianMs,
      threeQuarters: row.threeQuartersMs,
      rushed: exactShare(row.rushed, row.timed),
    },
    agreement: quality?.agreement ?? null,
    skill: quality?.skill ?? null,
    gold: quality?.gold ?? null,
    suspicions: quality?.suspicions ?? [],
  };
}
