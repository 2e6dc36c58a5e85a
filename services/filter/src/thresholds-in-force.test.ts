import { setThresholds } from "@anyone/db/thresholds";
import { gates } from "@anyone/domain/filter/gate";
import type { CandidateId } from "@anyone/domain/ids";
import { next } from "@anyone/queues/job";
import { filterCandidates } from "@anyone/queues/jobs/filter";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { far, openFilter, photograph, type TestFilter } from "./open-filter.fixture.ts";

let open: TestFilter;
beforeAll(async () => {
  open = await openFilter();
});
afterAll(() => open?.close());

/** Sets thresholds when all of a chunk is measured, before it commits. */
const setMeanwhile = (change: Record<string, number | null>, chunk: CandidateId[]) =>
  open.beforeCommit(
    () => open.filter(chunk),
    () => setThresholds(open.db, { change, note: undefined, by: "test" }),
  );

const verdictOf = async (id: string) => {
  const [row] = await open.db.query<{ outcome: string; gates: string }>(
    "SELECT coalesce(reason, status) AS outcome, verdict ->> 'gates' AS gates FROM candidates WHERE id = $1",
    [id],
  );
  return row;
};

describe("thresholds that are set while pictures are measured", { timeout: 120_000 }, () => {
  it("drop what they do not let in any more, with what was measured kept beside the verdict", async () => {
    await setMeanwhile({ faceSide: 800 }, [await open.fetched("clean", await photograph("kal-visuals.jpg"))]);
    expect(await verdictOf("clean")).toEqual({ outcome: "small-face", gates: `${gates.version}+1` });
    expect(await open.db.query("SELECT FROM assets")).toEqual([]);
    const [row] = await open.db.query<{ faces: unknown }>(
      "SELECT verdict -> 'faces' AS faces FROM candidates WHERE id = 'clean'",
    );
    expect(row?.faces).toEqual([expect.objectContaining({ score: expect.any(Number) })]);
  });

  it("have what they let in measured whole, and then kept", async () => {
    const chunk = [await open.fetched("far", await far(await photograph("brooke.jpg")))];
    await setMeanwhile({ faceSide: 50 }, chunk);
    expect(await verdictOf("far")).toEqual({ outcome: "kept", gates: `${gates.version}+2` });
    const [{ ids } = { ids: [] }] = await open.db.query<{ ids: string[] }>(
      "SELECT array_agg(id ORDER BY id) AS ids FROM tasks WHERE name = 'filter.candidates' AND id LIKE '%far%'",
    );
    expect(ids).toEqual([
      next(filterCandidates, { candidateIds: chunk }).id,
      next(filterCandidates, { candidateIds: chunk, again: 1 }).id,
    ]);
  });
});
