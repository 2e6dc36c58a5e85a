import { GIVER, mainOf, NOT_ASKED } from "@anyone/domain/annotate/answer";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import type { ReviewPolicy } from "@anyone/domain/review/policy";
import { type Doubted, RARE_BELOW } from "@anyone/domain/review/sample";
import type { Inference } from "@anyone/grpc/annotate";
import { pack } from "./annotate-assets.ts";
import { askProtocol } from "./ask.ts";
import type { Person } from "./labeller.bench.ts";

export interface LabellerFile {
  id: string;
  objectKey: string;
  sha256: string;
}

/** What a labeller says of one picture, as its row in the database would hold it. */
export type Look = ReturnType<typeof pack>;

/** A labeller's answers about people, through the inference server and its waves, in their order. */
export async function lookAt(inference: Inference, labeller: LabellerFile, people: readonly Person[]): Promise<Look[]> {
  const round = { inference, protocol: primeHuman, labeller, signal: new AbortController().signal };
  const rows: Look[] = [];
  for (let start = 0; start < people.length; start += 50) {
    const chunk = people.slice(start, start + 50).map(({ asset }) => asset);
    for (const asked of await askProtocol(round, chunk, new Map())) rows.push(pack(primeHuman, { number: 1 }, asked));
  }
  return rows;
}

/** The pool as an iteration sees it: mean doubt about the asked categories, and the rarest option given where few have it. */
export function doubted(rows: readonly Look[], measure: ReviewPolicy["doubt"], asked: readonly number[]): Doubted[] {
  const meant = primeHuman.categories.filter(({ n }) => asked.includes(n));
  const counts = new Map<string, number>();
  const options = ({ value }: Look) =>
    meant.flatMap((category) => {
      const main = mainOf(category, value[category.index] ?? NOT_ASKED);
      return main < 0 ? [] : [`${category.n}:${main}`];
    });
  for (const row of rows) for (const option of options(row)) counts.set(option, (counts.get(option) ?? 0) + 1);
  return rows.map((row) => {
    const given = meant.filter(({ index }) => row.giver[index] === GIVER.model).map(({ index }) => index);
    const doubts = given.map((index) => {
      if (measure === "entropy") return (row.entropy?.[index] ?? 0) / 1000;
      return 1 - ((measure === "margin" ? row.margin : row.confidence)?.[index] ?? 0) / 1000;
    });
    const [rarest] = options(row)
      .filter((option) => (counts.get(option) ?? 0) < RARE_BELOW * rows.length)
      .sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0) || (a < b ? -1 : 1));
    return {
      assetId: row.assetId,
      groupId: row.assetId,
      doubt: doubts.length > 0 ? doubts.reduce((sum, one) => sum + one, 0) / doubts.length : 1,
      rare: rarest ?? null,
    };
  });
}
