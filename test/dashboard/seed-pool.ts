import { createHash } from "node:crypto";
import type { OpenDatabase } from "@anyone/db/client";
import { type Answer, GIVER, NOT_ASKED, packAll } from "@anyone/domain/annotate/answer";
import { seeParts } from "@anyone/domain/annotate/evidence";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { type BudgetRule, type BudgetState, UNUSED } from "@anyone/domain/source/request-budget";
import { type Drawing, drawPerson } from "@anyone/drawn-world/draw-person";
import { partMapPng } from "@anyone/drawn-world/draw-to-folder";
import type { Defect } from "@anyone/drawn-world/truth";
import { contentKey } from "@anyone/storage/keys";
import type { Store } from "@anyone/storage/store";

/** Pictures are narrower than the gates would have it: drawing them is what these tests spend their time on. */
const WIDTH = 480;
const DEFECTS: readonly Defect[] = ["two-persons", "blur", "watermark", "cartoon"];
const REASONS: Record<string, string> = {
  "two-persons": "two-persons",
  blur: "blurry",
  watermark: "watermark",
  cartoon: "fake-person",
};

/** Puts drawn people into the pool with objects, part maps and answers, and a few that were dropped. Returns the assets' ids. */
export async function seedPool(db: OpenDatabase, store: Store, people: number): Promise<string[]> {
  await db.query(`
    insert into sources (id, connector, settings, automatic, enabled) values
      ('drawn-flickr', 'flickr', '{"kind":"flickr","text":"person portrait"}', true, true),
      ('laion-people', 'laion', '{"kind":"laion","files":["https://example.org/part-0000.parquet"]}', true, true),
      ('archive', 'folder', '{"kind":"folder","path":"/data/archive"}', false, false)`);
  await db.query(`
    insert into crawls (id, source_id, trigger, why, state, target, pages, listed, found, stop_reason, started_at, finished_at) values
      ('crawl-1', 'drawn-flickr', 'pool-low', 'pool 0, about 0 coming: under lower bound 200', 'done', 400, 4, 410, 400, 'target-reached', now() - interval '50 minutes', now() - interval '40 minutes'),
      ('crawl-2', 'drawn-flickr', 'manual', 'asked for by admin', 'running', 1000, 2, 200, 190, null, now() - interval '3 minutes', null),
      ('crawl-3', 'laion-people', 'manual', 'asked for by admin', 'failed', 100, 1, 0, 0, 'server-error', now() - interval '2 hours', now() - interval '119 minutes')`);
  await addBudgets(db);
  const dropped = DEFECTS.map((defect, place) =>
    drawPerson(9_000 + place, { defect, width: WIDTH }).then((d) => ({ defect, drawing: d })),
  );
  for (const { defect, drawing } of await Promise.all(dropped)) await addDropped(db, store, defect, drawing);
  await addWithoutPictures(db);
  const ids: string[] = [];
  for (let seed = 1; seed <= people; seed++) ids.push(await addAsset(db, store, seed));
  return ids;
}

/** A host that bears it, one that is left alone for now, and a key with most of its quota left. */
async function addBudgets(db: OpenDatabase): Promise<void> {
  const now = Date.now();
  const rule = { intervalMs: 500, burst: 1, concurrency: 2 };
  const budgets: { name: string; rule: BudgetRule; state: Partial<BudgetState> }[] = [
    { name: "host:staticflickr.com", rule, state: { requests: 812, answers: 811, throttled: 2, latencyMs: 184 } },
    {
      name: "host:gone.example.org",
      rule,
      state: { requests: 61, answers: 61, failed: 6, failures: 6, speed: 0.03, restUntil: now + 60_000 * 8 },
    },
    {
      name: "key:flickr:1a2b3c4d",
      rule: { intervalMs: 1111, burst: 360, concurrency: 8 },
      state: { requests: 43, answers: 43, latencyMs: 310, fullAt: now + 40_000 },
    },
  ];
  for (const { name, rule, state } of budgets) {
    await db.query(
      "insert into request_budgets (name, state, interval_ms, burst, concurrency) values ($1, $2, $3, $4, $5)",
      [name, JSON.stringify({ ...UNUSED, ...state }), rule.intervalMs, rule.burst, rule.concurrency],
    );
  }
}

async function addAsset(db: OpenDatabase, store: Store, seed: number): Promise<string> {
  const { jpeg, truth } = await drawPerson(seed, { width: WIDTH });
  const id = createHash("sha256").update(jpeg).digest("hex");
  const keys = {
    image: contentKey("asset", id, "jpg"),
    thumbnail: contentKey("thumbnail", id, "jpg"),
    parts: contentKey("part-map", id, "png"),
  };
  const { partMap } = truth;
  await store.put(keys.image, jpeg);
  await store.put(keys.thumbnail, jpeg);
  await store.put(keys.parts, await partMapPng(partMap.ids, partMap));
  const candidateId = await addCandidate(db, { seed, status: "kept", reason: null, sha256: id, key: keys.image });
  const evidence = seeParts(partMap, 18);
  const person = truth.people[0];
  await db.query(
    `insert into assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key,
       phash, group_id, person_box, face_box, keypoints, part_shares, cut_parts, brisque, models)
     values ($1, $2, 'drawn-flickr', $3, $4, $5, $5, $6, $7, $8, $1, $9, $10, $11, $12, $13, $14, $15)`,
    [
      id,
      candidateId,
      truth.width,
      truth.height,
      keys.image,
      keys.thumbnail,
      keys.parts,
      seed,
      person?.box ?? [],
      person?.faceBox ?? [],
      person?.keypoints.flat() ?? [],
      evidence.share,
      evidence.touchesBottom.flatMap((touches, part) => (touches ? [part] : [])),
      20 + (seed % 17),
      JSON.stringify([
        { slot: "person", model: "nanodet-m", version: "1", sha256: "f".repeat(64), tier: "embedded" },
        { slot: "parsing", model: "atr-decoder", version: "1", sha256: "e".repeat(64), tier: "embedded" },
      ]),
    ],
  );
  await addAnswers(db, id, truth.answers as Record<string, string>, seed);
  return id;
}

async function addAnswers(db: OpenDatabase, id: string, truth: Record<string, string>, seed: number): Promise<void> {
  const answers = Object.fromEntries(
    Object.entries(truth).map(([category, value]): [string, Answer] => [category, { value }]),
  );
  const value = packAll(primeHuman, answers);
  await db.query(
    `insert into answers (asset_id, protocol_id, value, confidence, giver, labeller, answered_at)
     values ($1, $2, $3, $4, $5, 2, now() - make_interval(secs => $6))`,
    [
      id,
      primeHuman.identity,
      value,
      value.map((packed, index) => (packed === NOT_ASKED ? 0 : 520 + ((seed * 37 + index * 61) % 470))),
      value.map((packed, index) => {
        if (packed === NOT_ASKED) return GIVER.nobody;
        return (seed + index) % 11 === 0 ? GIVER.person : GIVER.model;
      }),
      seed * 3,
    ],
  );
}

async function addDropped(db: OpenDatabase, store: Store, defect: Defect, { jpeg }: Drawing): Promise<void> {
  const sha256 = createHash("sha256").update(jpeg).digest("hex");
  const key = contentKey("original", sha256, "jpg");
  await store.put(key, jpeg);
  await addCandidate(db, {
    seed: 9_000 + DEFECTS.indexOf(defect),
    status: "dropped",
    reason: REASONS[defect] ?? defect,
    sha256,
    key,
  });
}

async function addCandidate(
  db: OpenDatabase,
  row: { seed: number; status: string; reason: string | null; sha256: string; key: string },
): Promise<string> {
  const id = `drawn-flickr.${row.seed}`;
  await db.query(
    `insert into candidates (id, source_id, crawl_id, external_id, url, landing_url, licence, author, caption, status, reason,
       sha256, object_key, bytes, content_type, listed_at, fetched_at, filtered_at)
     values ($1, 'drawn-flickr', 'crawl-1', $2, $3, $4, 'CC BY 2.0', 'the drawn world', 'a drawn person', $5, $6, $7, $8, 180000,
       'image/jpeg', now() - make_interval(secs => 60 + $9::int), now() - make_interval(secs => 40 + $9::int), now() - make_interval(secs => $9::int))`,
    [
      id,
      String(row.seed),
      `https://images.example.org/${row.seed}.jpg`,
      `https://photos.example.org/${row.seed}`,
      row.status,
      row.reason,
      row.sha256,
      row.key,
      row.seed % 200,
    ],
  );
  return id;
}

/** Candidates of which only the rows are left: what a funnel mostly counts. */
async function addWithoutPictures(db: OpenDatabase): Promise<void> {
  const groups = [
    ["drawn-flickr", "dropped", "too-small", 61],
    ["drawn-flickr", "dropped", "no-person", 34],
    ["drawn-flickr", "dropped", "small-face", 28],
    ["drawn-flickr", "dropped", "near-duplicate", 17],
    ["drawn-flickr", "failed", "not-found", 9],
    ["laion-people", "failed", "timeout", 14],
    ["laion-people", "failed", "address", 3],
    ["laion-people", "dropped", "two-persons", 22],
    ["drawn-flickr", "fetched", null, 12],
    ["drawn-flickr", "listed", null, 40],
  ] as const;
  for (const [source, status, reason, count] of groups) {
    await db.query(
      `insert into candidates (id, source_id, crawl_id, external_id, url, status, reason, listed_at, fetched_at, filtered_at)
       select $1::text || '.' || $2::text || coalesce($3::text, '') || n, $1::text, case when $1::text = 'drawn-flickr' then 'crawl-1' else 'crawl-3' end,
              $2::text || coalesce($3::text, '') || n, 'https://images.example.org/x' || n, $2::text, $3::text, now() - interval '2 hours',
              case when $2::text in ('dropped', 'fetched') then now() - make_interval(secs => n * 40) end,
              case when $2::text = 'dropped' then now() - make_interval(secs => n * 30) end
         from generate_series(1, $4::int) n`,
      [source, status, reason, count],
    );
  }
}
