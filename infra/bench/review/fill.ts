import { randomUUID } from "node:crypto";
import type { OpenDatabase } from "../../../packages/db/src/client.ts";
import { protocolRepository } from "../../../packages/db/src/protocols.ts";
import { primeHuman, primeHumanDocument } from "../../../packages/domain/src/annotate/prime-human.ts";
import { ReviewPolicy } from "../../../packages/domain/src/review/policy.ts";
import { firstStates } from "../../../packages/domain/src/review/slots.ts";

export const EVALUATION = { assets: 2_000, overlap: 2 };
const EVERYTHING = primeHuman.categories.map(({ n }) => n);

/** What a sample's page asks: everything that is asked at once, and what hangs on hats and bags. */
const SAMPLED = EVERYTHING.filter((n) => {
  const id = primeHuman.categories[n - 1]?.id ?? "";
  return states(EVERYTHING).get(n) === "open" || id.startsWith("hat.") || id.startsWith("bag.");
});

/**
 * Fills a migrated database with pages of an iteration that is being labelled: an evaluation set before two people, and
 * samples, until `open` slots are open. Rows are made by the server itself; what the statistics say is true after it.
 */
export async function fill(db: OpenDatabase, open: number): Promise<{ open: number; slots: number; pages: number }> {
  await protocolRepository(db).publish(primeHumanDocument);
  const evaluated = states(EVERYTHING);
  const sampled = states(SAMPLED);
  const opened = (some: ReadonlyMap<number, string>) => [...some.values()].filter((state) => state === "open").length;
  const samples = Math.ceil((open - EVALUATION.assets * EVALUATION.overlap * opened(evaluated)) / opened(sampled));
  await db.query(
    `INSERT INTO iterations (number, protocol_id, trigger, state, policy, asked, settled, labeller_before)
     VALUES (1, $1, 'bench', 'labelling', $2, $3, '{}', 'bench')`,
    [primeHuman.identity, JSON.stringify(ReviewPolicy.parse({})), EVERYTHING],
  );
  await db.query(
    `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key,
                         phash, group_id, person_box, face_box, keypoints, part_shares, cut_parts, brisque)
     SELECT id, id, 'bench', 640, 1280, 'o', 'i', 't', 'p', 0, id, '{}', '{}', '{}', '{}', '{}', 10
       FROM (SELECT encode(sha256(n::text::bytea), 'hex') AS id FROM generate_series(1, $1::int) AS n) AS made`,
    [EVALUATION.assets + samples],
  );
  await db.query(
    `INSERT INTO answers (asset_id, protocol_id, value, confidence, giver, labeller)
     SELECT encode(sha256(n::text::bytea), 'hex'), $2, array_fill(0::smallint, ARRAY[70]), array_fill(700::smallint, ARRAY[70]),
            array_fill(1::smallint, ARRAY[70]), 0 FROM generate_series(1, $1::int) AS n`,
    [EVALUATION.assets + samples, primeHuman.identity],
  );
  await pages(db, {
    purpose: "evaluation",
    from: 1,
    to: EVALUATION.assets,
    seats: EVALUATION.overlap,
    asked: EVERYTHING,
  });
  await pages(db, {
    purpose: "sample",
    from: EVALUATION.assets + 1,
    to: EVALUATION.assets + samples,
    seats: 1,
    asked: SAMPLED,
  });
  await slots(db, "evaluation", evaluated);
  await slots(db, "sample", sampled);
  for (const table of ["review_slots", "review_tasks", "assets", "answers"])
    await db.query(`VACUUM (ANALYZE) ${table}`);
  await db.query("CHECKPOINT");
  const [counted] = await db.query<{ open: number; slots: number; pages: number }>(
    `SELECT count(*) FILTER (WHERE state = 'open')::int AS open, count(*)::int AS slots,
            (SELECT count(*)::int FROM review_tasks) AS pages FROM review_slots`,
  );
  return counted as NonNullable<typeof counted>;
}

function states(categories: readonly number[]) {
  return firstStates({ protocol: primeHuman, categories, known: {}, evidence: null });
}

async function pages(
  db: OpenDatabase,
  some: { purpose: string; from: number; to: number; seats: number; asked: readonly number[] },
): Promise<void> {
  await db.query(
    `INSERT INTO review_tasks (id, iteration, asset_id, purpose, categories, blind, slotted)
     SELECT '1.' || $1::text || '.' || seat || '.' || id, 1, id, $1, $2::smallint[], $1 = 'evaluation', true
       FROM generate_series(1, $3::int) AS seat,
            (SELECT encode(sha256(n::text::bytea), 'hex') AS id FROM generate_series($4::int, $5::int) AS n) AS made`,
    [some.purpose, `{${some.asked.join(",")}}`, some.seats, some.from, some.to],
  );
}

async function slots(db: OpenDatabase, purpose: string, states: ReadonlyMap<number, string>): Promise<void> {
  await db.query(
    `INSERT INTO review_slots (task, category, purpose, state)
     SELECT t.number, s.category, t.purpose, s.state FROM review_tasks t, unnest($2::smallint[], $3::text[]) AS s (category, state)
      WHERE t.purpose = $1 ORDER BY t.number, s.category`,
    [purpose, [...states.keys()], [...states.values()]],
  );
}

/** As many annotators as asked for, each with a key of their own. */
export async function annotators(
  create: (name: string, role: "annotator") => Promise<{ key: string }>,
  count: number,
): Promise<{ name: string; key: string }[]> {
  const made = [];
  for (let n = 0; n < count; n++) {
    const name = `annotator-${n}-${randomUUID().slice(0, 8)}`;
    made.push({ name, key: (await create(name, "annotator")).key });
  }
  return made;
}
