import type { OpenDatabase } from "@anyone/db/client";
import { gateDecisions } from "@anyone/db/gate-decisions";
import { poolEstimates } from "@anyone/db/pool-estimates";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { decideCategories, type Tally } from "@anyone/domain/review/gate";
import { ReviewPolicy } from "@anyone/domain/review/policy";
import { ACCURACY, type PoolEstimate } from "@anyone/domain/review/pool-estimate";
import { versionKey } from "@anyone/storage/keys";
import type { Store } from "@anyone/storage/store";

/** The rows that one and a half turns of the wheel leave behind, over a seeded pool. */
export async function seedTurn(db: OpenDatabase, store: Store, assetIds: readonly string[]): Promise<void> {
  await seedReview(db, assetIds);
  await seedReleases(db, store, assetIds);
  await seedRuns(db);
  await seedReports(db);
  await seedSystem(db);
}

async function seedReview(db: OpenDatabase, assetIds: readonly string[]): Promise<void> {
  await db.query(
    `insert into labellers (id, number, protocol_id, model, tier, sha256, iteration, trained_on, promoted_at) values
       ('embedded-0', 0, $1, 'prior', 'embedded', null, null, 0, now() - interval '50 minutes'),
       ('embedded-1', 1, $1, 'part-pooled linear heads', 'embedded', repeat('a', 64), 1, 2240, now() - interval '20 minutes'),
       ('embedded-2', 2, $1, 'part-pooled linear heads', 'embedded', repeat('b', 64), 2, 3310, now() - interval '5 minutes')`,
    [primeHuman.identity],
  );
  await db.query(
    `insert into evaluation_sets (id, protocol_id, seed, size, sha256) values ('eval-1', $1, 1, 3, repeat('c', 64))`,
    [primeHuman.identity],
  );
  await db.query(
    `insert into evaluation_items (set_id, asset_id, group_id) select 'eval-1', id, id from unnest($1::text[]) id`,
    [assetIds.slice(0, 3)],
  );
  const policy = ReviewPolicy.parse({});
  for (const [number, accuracy] of [
    [1, 0.61],
    [2, 0.87],
  ] as const)
    await seedIteration(db, number, accuracy, policy);
  await db.query(
    `insert into samples (iteration, asset_id, probability) select 1, id, 0.4 from unnest($1::text[]) id`,
    [assetIds.slice(3, 8)],
  );
  await db.query(
    `insert into review_tasks (id, iteration, asset_id, purpose, categories, blind, state, reviewer, done_at)
     select '1.sample.' || id, 1, id, 'sample', '{1,7,8,9}', false, 'done', 'ada', now() - interval '30 minutes' from unnest($1::text[]) id`,
    [assetIds.slice(3, 8)],
  );
  await db.query(
    `insert into human_answers (review_task_id, asset_id, protocol_id, category, value, reviewer, iteration, purpose, milliseconds, idempotency_key, created_at)
     select '1.sample.' || id, id, $2, c, 0, 'ada', 1, 'sample', 900 + c * 13, 'seed-' || id, now() - interval '30 minutes'
       from unnest($1::text[]) id, unnest('{1,7,8,9}'::int[]) c`,
    [assetIds.slice(3, 8), primeHuman.identity],
  );
}

async function seedIteration(db: OpenDatabase, number: number, accuracy: number, policy: ReviewPolicy): Promise<void> {
  const tallies = primeHuman.categories.map((category) => {
    const n = category.n % 13 === 0 ? 2 : 40 + ((category.n * 17) % 120);
    const share = Math.min(1, accuracy + (((category.n * 29) % 23) - 11) / 70);
    return { category: category.n, n, correct: Math.round(n * share) };
  });
  const decisions = decideCategories(tallies, policy, { attempt: number });
  const over = decisions.filter(({ verdict }) => verdict === "settled").map(({ category }) => category);
  const summary = (share: number, labeller: string) => ({
    labeller,
    all: { n: 4100, correct: Math.round(4100 * share), accuracy: share },
    head: { n: 3500, correct: 0, accuracy: share + 0.04 },
    tail: { n: 600, correct: 0, accuracy: share - 0.2 },
    majority: {
      all: { n: 4100, correct: 0, accuracy: 0.46 },
      head: { n: 1, correct: 0, accuracy: 0.5 },
      tail: { n: 1, correct: 0, accuracy: 0 },
    },
    axes: {},
  });
  const scores = {
    before: summary(accuracy - 0.25, `embedded-${number - 1}`),
    after: summary(accuracy, `embedded-${number}`),
    promoted: true,
    evaluationAssets: 200,
    agreement: { n: 4800, agreed: 4600, contested: 12 },
    applicablePerAsset: 23.4,
    spent: { here: 2240 - number * 500, total: number * 1900, evaluation: 900, sample: 1000 },
    share: { pool: 2000, ofApplicable: 0.041 * number, ofAll: 0.013 * number },
    verdicts: { settled: over.length, open: 70 - over.length, noEvidence: 0 },
  };
  await db.query(
    `insert into iterations (number, protocol_id, evaluation_set_id, trigger, state, policy, asked, settled, labeller_before,
       labeller_after, human_answers, scores, stop_reason, opened_at, closed_at)
     values ($1::int, $2, 'eval-1', $3, $4::text, $5, $6, $7, $8, $9, $10, $11, null, now() - make_interval(mins => 60 - $1::int * 20),
       case when $4::text = 'closed' then now() - make_interval(mins => 45 - $1::int * 20) end)`,
    [
      number,
      primeHuman.identity,
      number === 1 ? "first" : "manual",
      number === 2 ? "labelling" : "closed",
      JSON.stringify(policy),
      primeHuman.categories.map(({ n }) => n).filter((n) => number === 1 || n % 2 === 0),
      over,
      `embedded-${number - 1}`,
      `embedded-${number}`,
      2240,
      JSON.stringify(scores),
    ],
  );
  await db.transaction((tx) =>
    gateDecisions.record(
      tx,
      {
        iteration: number,
        labellerId: `embedded-${number}`,
        evaluationSetId: "eval-1",
        attempt: number,
        goldErrors: tallies.map(({ category, n }) => ({
          category,
          pairs: n,
          disagreed: 4,
          ofOne: 0.02,
          ofConsensus: 0.0012,
        })),
      },
      decisions,
    ),
  );
  await db.transaction((tx) => poolEstimates.record(tx, number, tallies.flatMap(estimatesOf)));
}

/** Estimates of the pool as 200 labels might have given them. */
function estimatesOf({ category, n, correct }: Tally): PoolEstimate[] {
  const of = (option: number, share: number) => ({
    ...{ category, option, n, pool: 1800, estimate: share, classic: Math.max(0, share - 0.01) },
    ...{ low: Math.max(0, share - 0.07), high: Math.min(1, share + 0.06), lambda: 0.8, effective: n * 1.4 },
    ...{ normalLow: Math.max(0, share - 0.05), normalHigh: Math.min(1, share + 0.05) },
  });
  return [of(ACCURACY, correct / n), of(0, 0.6), of(1, 0.25)];
}

async function seedReleases(db: OpenDatabase, store: Store, assetIds: readonly string[]): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify({ name: "v1", items: assetIds.length }));
  await store.put(versionKey(1, "manifest.json"), bytes);
  for (const version of [1, 2]) {
    const items = version === 1 ? assetIds.slice(0, -3) : assetIds.slice(2);
    await db.query(
      `insert into dataset_versions (number, name, state, protocol_id, labeller_id, manifest_key, manifest_sha256, counts, created_at, released_at)
       values ($1::int, 'v' || $1::int, 'released', $2, 'embedded-' || $1::int, $3, repeat($4::text, 64), '{}', now() - make_interval(mins => 40 - 15 * $1::int), now() - make_interval(mins => 38 - 15 * $1::int))`,
      [version, primeHuman.identity, versionKey(1, "manifest.json"), String(version)],
    );
    await db.query(
      `insert into dataset_items (version, asset_id, split, shard, record)
       select $1::int, id, (array['train','train','train','validation','test'])[1 + n % 5], case n % 5 when 3 then 1 when 4 then 2 else 0 end,
              jsonb_build_object('caption', 'a full-body shot, a woman, with brown wavy hair', 'revision', case when n % 3 = 0 then $1::int else 0 end)
         from unnest($2::text[]) with ordinality as t (id, n)`,
      [version, items],
    );
    await db.query(
      `insert into shards (version, number, split, state, key, sha256, bytes, count) select $1::int, n, (array['train','validation','test'])[n + 1],
         'written', 'version/1/manifest.json', md5(n::text) || md5(($1::int)::text), 2400000 + n * 1000, 3 * (3 - n) from generate_series(0, 2) n`,
      [version],
    );
  }
}

async function seedRuns(db: OpenDatabase): Promise<void> {
  for (const seed of [0, 1, 2]) {
    for (const arm of ["hola", "plain"]) {
      const running = arm === "plain" && seed === 2;
      const id = `v1-sd15_tiny-${arm}-${seed}`;
      await db.query(
        `insert into runs (id, kind, recipe, config, arm, seed, version, state, attempt, worker, step, steps, created_at, started_at, finished_at, lease_until)
         values ($1, 'diffusion', 'sd15_tiny', '{}', $2, $3, 1, $4::text, 1, 'gpu-worker@host', $5, 300, now() - interval '20 minutes',
           now() - interval '18 minutes', case when $4::text = 'done' then now() - interval '9 minutes' end, case when $4::text = 'leased' then now() + interval '1 minute' end)`,
        [id, arm, seed, running ? "leased" : "done", running ? 180 : 300],
      );
      const lift = arm === "hola" ? 0.22 : 0.06;
      await db.query(
        `insert into run_metrics (run_id, step, name, value)
         select $1::text, n * 5, name, case name when 'loss_noise' then 0.35 + 0.7 * exp(-n / 18.0) + 0.03 * sin(n * 1.7 + $2::float8)
                                           when 'in_mask_share' then 0.31 + $3::float8 * (1 - exp(-n / 22.0)) + 0.01 * sin(n + $2::float8)
                                           when 'loss_hola' then 0.8 - $3::float8 * (1 - exp(-n / 22.0)) + 0.01 * sin(n + $2::float8)
                                           else 0.4 + 0.2 * exp(-n / 10.0) end
           from generate_series(1, $4::int) n, unnest(array['loss_noise','in_mask_share','loss_hola','grad_norm']) name`,
        [id, seed, lift, running ? 36 : 60],
      );
      if (running) continue;
      await db.query(
        `insert into checkpoints (id, run_id, step, attempt, manifest_key, sha256, current, promoted_at)
         values ($1::text || '-s300-a1', $1::text, 300, 1, 'run/x/manifest.json', md5($1::text) || md5($1::text || 'x'), true, case when $2::bool then now() - interval '2 minutes' end)`,
        [id, arm === "hola" && seed === 0],
      );
    }
  }
  await db.query(`insert into runs (id, kind, recipe, config, iteration, state, attempt, step, steps, reason, created_at, started_at, finished_at) values
    ('labeller-1', 'labeller', 'embedded', '{}', 1, 'done', 1, 1, 1, null, now() - interval '25 minutes', now() - interval '25 minutes', now() - interval '24 minutes'),
    ('labeller-0', 'labeller', 'embedded', '{}', 1, 'failed', 2, 0, 1, 'too few answers to learn from: 3, at least 50 are needed', now() - interval '32 minutes', now() - interval '31 minutes', now() - interval '30 minutes')`);
}

async function seedReports(db: OpenDatabase): Promise<void> {
  const model = (slot: string, tier: string) =>
    JSON.stringify({
      slot,
      model: tier === "none" ? "none" : `${slot}-small`,
      version: "1",
      sha256: "d".repeat(64),
      tier,
    });
  for (const [place, arm] of ["hola", "plain"].entries()) {
    const id = `report-${arm}`;
    await db.query(
      `insert into reports (id, checkpoint_id, version, state, finished_at) values ($1, 'v1-sd15_tiny-' || $2::text || '-0-s300-a1', 1, 'done', now() - interval '3 minutes')`,
      [id, arm],
    );
    const measured = [
      ["loss_validation", 0.412 + place * 0.011, 0.402, 0.431, 48, "fixed noise, 8 timesteps", null],
      ["in_mask_share", 0.512 - place * 0.14, 0.49, 0.53, 48, "mean over the named layers", null],
      [
        "attribute_accuracy",
        0.44 - place * 0.05,
        0.39,
        0.49,
        32,
        "labeller's answers on generated images against their captions",
        model("vlm", "embedded"),
      ],
      [
        "frechet_embedded_inception",
        131.4 + place * 9,
        118.2,
        149.9,
        32,
        "Fréchet distance on embedded Inception features, not FID",
        model("inception", "embedded"),
      ],
    ] as const;
    for (const [name, value, low, high, n, method, by] of measured) {
      await db.query(
        `insert into metrics (report_id, name, value, low, high, n, seed, method, model) values ($1, $2, $3, $4, $5, $6, 0, $7, $8)`,
        [id, name, value, low + place * 0.01, high + place * 0.01, n, method, by],
      );
    }
    for (const [name, slot] of [
      ["preference", "preference"],
      ["text_image_similarity", "text-image"],
    ] as const) {
      await db.query(
        `insert into metrics (report_id, name, state, method, model) values ($1, $2, 'unavailable', 'the slot has no model', $3)`,
        [id, name, model(slot, "none")],
      );
    }
  }
  await db.query(`
    insert into promotions (id, slot, subject, previous, promoted, rule, reason) values
      ('p1', 'diffusion', 'v1-sd15_tiny-hola-0-s300-a1', null, true, 'not-worse-on-the-same-data@1', 'the first one: validation loss 0.4120, nothing to beat'),
      ('p2', 'diffusion', 'v1-sd15_tiny-plain-0-s300-a1', 'v1-sd15_tiny-hola-0-s300-a1', false, 'not-worse-on-the-same-data@1', 'validation loss 0.4230 against 0.4120'),
      ('p3', 'vlm', 'embedded-2', 'embedded-1', true, 'not-less-accurate@1', 'accuracy 0.870 against 0.610 on 4100 answers of the evaluation set')`);
  await db.query(`
    insert into schedules (id, kind, cron, growth, enabled, fired_at, fires) values
      ('weekly', 'cron', '0 3 * * 1', null, false, null, 0),
      ('pool-growth', 'growth', null, 1000, true, now() - interval '25 minutes', 1)`);
}

async function seedSystem(db: OpenDatabase): Promise<void> {
  await db.query(`
    insert into tasks (id, name, stage, payload, state, attempts, reason, created_at, started_at, finished_at, lease_until, next_at)
    select stage || '.seeded:' || state || n, stage || '.seeded', stage, '{}', state, 1,
           case when state = 'dead' then 'not-an-image: the decoder refused its bytes after 4 attempts' end,
           now() - make_interval(secs => n * 7), case when state <> 'ready' then now() - make_interval(secs => n * 5) end,
           case when state in ('done', 'dead') then now() - make_interval(secs => n * 3) end,
           case when state = 'leased' then now() + interval '1 minute' end, now() - make_interval(secs => n)
      from (values ('source', 'done', 24), ('source', 'ready', 3), ('source', 'leased', 1), ('filter', 'done', 18), ('filter', 'dead', 2),
                   ('filter', 'ready', 7), ('filter', 'leased', 2), ('annotate', 'done', 11), ('annotate', 'leased', 1), ('review', 'done', 9),
                   ('release', 'done', 8), ('train', 'done', 4), ('train', 'leased', 1), ('evaluate', 'done', 3)) t (stage, state, count),
           generate_series(1, count) n`);
  await db.query(`
    insert into events (at, stage, kind, text) values
      (now() - interval '50 minutes', 'source', 'crawl-started', 'The pool is under its lower bound: a crawl of drawn-flickr started'),
      (now() - interval '40 minutes', 'review', 'iteration-opened', 'Iteration 1 was opened'),
      (now() - interval '22 minutes', 'release', 'version-released', 'v1 was released: 15 items in 3 shards'),
      (now() - interval '20 minutes', 'train', 'runs-planned', '6 runs planned on version v1: 3 seeds, with HOLA and with β = 0'),
      (now() - interval '5 minutes', 'review', 'iteration-scored', 'Iteration 2: accuracy 0.870 against 0.610; 38 of 70 categories settled'),
      (now() - interval '2 minutes', 'evaluate', 'promoted', 'v1-sd15_tiny-hola-0-s300-a1 generates from now on: the first one')`);
}
