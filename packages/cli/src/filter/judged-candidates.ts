import type { Client } from "@anyone/contracts/client";
import { filterApi } from "@anyone/contracts/filter";
import type { JudgedCandidate } from "@anyone/domain/filter/stored";

const PAGE = 200;

/** Every candidate that the filter ended, page by page from the API. */
export async function judgedCandidates(
  client: Client,
  onProgress?: (count: number) => void,
): Promise<JudgedCandidate[]> {
  const found: JudgedCandidate[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.call(filterApi.listJudged, { query: { limit: PAGE, cursor } });
    found.push(...page.items);
    cursor = page.nextCursor ?? undefined;
    onProgress?.(found.length);
  } while (cursor);
  return found;
}
