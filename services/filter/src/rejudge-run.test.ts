import { lockPool } from "@anyone/db/assets";
import { latestRejudge, startRejudge } from "@anyone/db/rejudges";
import { setThresholds } from "@anyone/db/thresholds";
import { gates } from "@anyone/domain/filter/gate";
import { measured } from "@anyone/domain/filter/judged.fixture";
import { next } from "@anyone/queues/job";
import { planRejudge } from "@anyone/queues/jobs/filter";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openFilter, type TestFilter } from "./open-filter.fixture.ts";

let open: TestFilter;
beforeAll(async () => {
  open = await openFilter();
});
afterAll(() => open?.close());

/** So many kept pictures, more than one task judges, each an asset with a face of 300 pixels, unlike each other. */
const PICTURES = 600;
/** Before and after the tasks of 500 and of the rest, in either order. */
const PICTURES_LEFT = [PICTURES, PICTURES - 500, 500, 0];
beforeEach(async () => {
  await open.db.query("TRUNCATE tasks, rejudges, assets, candidates, events RESTART IDENTITY CASCADE");
  await set({ faceSide: 224 });
  await open.db.query(
    `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, status, object_key, verdict)
     SELECT 'c' || n, 'photos', 'crawl', n::text, '', 'kept', 'o', '{"gates": "5"}' FROM generate_series(1, $1) AS n`,
    [PICTURES],
  );
  const { models, ...measures } = measured({ faces: [{ score: 0.9, box: [0, 0, 300, 300] }] });
  await open.db.query(
    `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash,
       group_id, brisque, measures, models)
     SELECT encode(sha256(n::text::bytea), 'hex'), 'c' || n, 'photos', 900, 1400, 'o', 'i', 't', 'p', hashint8extended(n, 1), 'g' || n, 20, $2, $3
       FROM generate_series(1, $1) AS n`,
    [PICTURES, JSON.stringify(measures), JSON.stringify(models)],
  );
});

/** A withdrawn asset, a near duplicate of another candidate's, under which thresholds it is kept itself. */
async function like(id: string, { asset, face }: { asset: string; face: number }): Promise<void> {
  await open.db.query(
    `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, status, reason, object_key, verdict)
     SELECT $1, 'photos', 'crawl', $1, '', 'dropped', 'near-duplicate', 'o', jsonb_build_object('gates', '5', 'duplicateOf', id)
       FROM assets WHERE candidate_id = $2`,
    [id, asset],
  );
  const { models, ...measures } = measured({ faces: [{ score: 0.9, box: [0, 0, face, face] }] });
  await open.db.query(
    `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash,
       group_id, brisque, measures, models, withdrawn_at, withdrawn_reason)
     SELECT encode(sha256($1::text::bytea), 'hex'), $1, 'photos', 900, 1400, 'o', 'i', 't', 'p', phash, group_id, 20, $3, $4, now(), 'near-duplicate'
       FROM assets WHERE candidate_id = $2`,
    [id, asset, JSON.stringify(measures), JSON.stringify(models)],
  );
}

const set = (change: Record<string, number | null>) => setThresholds(open.db, { change, note: undefined, by: "test" });
const begin = () =>
  open.db.transaction(async (tx) => {
    const { id: rejudge } = await startRejudge(tx, "test");
    await open.tasks.add(tx, [next(planRejudge, { rejudge })]);
  });
const inPool = async () => (await open.db.query("SELECT FROM pool")).length;
const versions = async () => {
  const rows = await open.db.query<{ version: string }>(
    "SELECT DISTINCT verdict ->> 'gates' AS version FROM candidates",
  );
  return rows.map(({ version }) => version);
};
const said = async () => {
  const rows = await open.db.query<{ text: string }>("SELECT text FROM events WHERE kind = 'rejudged' ORDER BY id");
  return rows.map(({ text }) => text);
};
const fence = async () => {
  const [range] = await open.db.query<{ fence: number }>("SELECT fence FROM tasks WHERE id = 'filter.rejudge:1.first'");
  return range?.fence;
};
const latest = () => latestRejudge(open.db);

describe("a judging again", { timeout: 60_000 }, () => {
  it("judges by the thresholds that hold when it commits, and says that they were set while it ran", async () => {
    await open.beforeCommit(begin, () => set({ faceSide: 400 }));
    await open.settled();
    expect(await inPool()).toBe(0);
    expect(await versions()).toEqual([expect.stringMatching(`^${gates.version}\\+\\d+$`)]);
    expect(await said()).toEqual([
      expect.stringMatching(
        /^Judging again began under thresholds 5 and ended under 5\+\d+: 0 newly kept, 600 newly dropped. Judge again/,
      ),
    ]);
  });

  it("takes the place of one that is under way, which counts nothing more and tells nothing", async () => {
    await open.beforeCommit(begin, async () => {
      await set({ faceSide: 400 });
      await begin();
    });
    await open.settled();
    const [first, second, ...more] = await open.db.query<{ judged: number; done: boolean }>(
      "SELECT judged, finished_at IS NOT NULL AS done FROM rejudges ORDER BY id",
    );
    expect([first, second, more]).toEqual([{ judged: 0, done: true }, { judged: PICTURES, done: true }, []]);
    expect(await inPool()).toBe(0);
    expect(await said()).toEqual([
      expect.stringMatching(/^All was judged again under thresholds 5\+\d+: 0 newly kept/),
    ]);
  });

  it("counts once what was done twice, when a worker's lease ends before its commit", async () => {
    await set({ faceSide: 400 });
    await open.beforeCommit(
      begin,
      async () => {
        await open.db.query(
          "UPDATE tasks SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'leased'",
        );
        await open.tasks.expireLeases();
        await expect.poll(fence, { timeout: 4_000 }).toBe(2);
      },
      // What both read before they come to their commits.
      (tx) => tx.query("LOCK TABLE assets IN ACCESS EXCLUSIVE MODE"),
    );
    await open.settled();
    expect(await latest()).toMatchObject({ judged: PICTURES, newlyDropped: PICTURES, tasks: 4, tasksDone: 4 });
    expect(await fence()).toBe(2);
    expect(await said()).toHaveLength(1);
  });

  it("goes on when the connection of its commit is killed", async () => {
    await set({ faceSide: 400 });
    await open.beforeCommit(begin, () =>
      open.db.query(
        `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      ),
    );
    await open.settled();
    expect(await latest()).toMatchObject({ judged: PICTURES, newlyDropped: PICTURES, tasks: 4, tasksDone: 4 });
    expect((await latest())?.finishedAt).not.toBeNull();
    expect(await inPool()).toBe(0);
  });

  it("lets in what is like an asset that it withdraws only later, whatever the order of their ids", async () => {
    await like("a-first", { asset: "c99", face: 500 });
    await set({ faceSide: 400 });
    await open.db.query(
      `CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.next_at = NEW.next_at + interval ''1 second''; RETURN NEW; END'`,
    );
    await open.db.query(
      `CREATE TRIGGER first_range_first BEFORE INSERT ON tasks FOR EACH ROW
         WHEN (NEW.id ~ '^filter.rejudge:' AND NEW.id !~ 'first$') EXECUTE FUNCTION later()`,
    );
    await begin();
    await open.settled();
    await open.db.query("DROP TRIGGER first_range_first ON tasks");
    expect(await open.db.query("SELECT candidate_id AS id, group_id FROM pool")).toEqual([
      { id: "a-first", group_id: "g99" },
    ]);
    const [{ reason, like: still } = {}] = await open.db.query(
      "SELECT reason, verdict ->> 'duplicateOf' AS like FROM candidates WHERE id = 'a-first'",
    );
    expect({ reason, still }).toEqual({ reason: null, still: null });
    expect(await latest()).toMatchObject({ judged: PICTURES + 1, newlyDropped: PICTURES, newlyKept: 1 });
    expect((await latest())?.tasks).toBe((await latest())?.tasksDone);
  });

  it("holds the pool's lock whole: an admission sees all of a task's withdrawn, or nothing of it", async () => {
    await set({ faceSide: 400 });
    const seen: number[] = [];
    const watching = (async () => {
      while (seen.at(-1) !== 0) {
        await open.db.transaction(async (tx) => {
          await lockPool(tx);
          seen.push((await tx.query("SELECT FROM pool")).length);
        });
      }
    })();
    await begin();
    await Promise.all([open.settled(), watching]);
    expect(PICTURES_LEFT).toEqual(expect.arrayContaining([...new Set(seen)]));
  });
});
