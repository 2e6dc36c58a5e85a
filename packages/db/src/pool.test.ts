import type { AssetId } from "@anyone/domain/ids";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerRepository } from "./answers.ts";
import { listAssets } from "./browse/filter.ts";
import { type OpenDatabase, openDatabase } from "./client.ts";
import { iterationFacts } from "./iteration-facts.ts";
import type { Iteration } from "./iterations.ts";
import { readOverview } from "./overview.ts";
import { readPoolLevel } from "./pool-triggers.ts";
import { scheduleRepository } from "./schedules.ts";
import { trainingSet } from "./training-set.ts";
import { versionRepository } from "./versions.ts";
import { returnAssets, withdrawAssets } from "./withdraw-assets.ts";

let db: OpenDatabase;
const iteration = {
  number: 2,
  protocolId: "p",
  evaluationSetId: "set",
  labellerAfter: "embedded-1",
  askedTo: "",
} as Iteration;
const ids = ["stays", "leaves", "measured-by"] as AssetId[];

/** Two assets, and a third that an evaluation set holds, each answered by the model and by a person. */
beforeAll(async () => {
  db = openDatabase(await createDatabase());
  await db.query("INSERT INTO evaluation_sets (id, protocol_id, seed, size, sha256) VALUES ('set', 'p', 1, 1, '')");
  await db.query(
    "INSERT INTO labellers (id, number, protocol_id, model, tier) VALUES ('embedded-1', 1, 'p', 'm', 'embedded')",
  );
  await db.query("INSERT INTO schedules (id, kind, growth, enabled) VALUES ('growth', 'growth', 1, true)");
  for (const [i, id] of ids.entries()) {
    await db.query(
      `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash, group_id, brisque)
       VALUES ($1, $1, 's', 1, 1, 'o', 'i', 't', 'p', 0, $1, 0)`,
      [id],
    );
    await db.query(
      "INSERT INTO answers (asset_id, protocol_id, value, confidence, giver, labeller) VALUES ($1, 'p', '{1}', '{9}', '{1}', 0)",
      [id],
    );
    await db.query(
      `INSERT INTO human_answers (review_task_id, asset_id, protocol_id, category, value, reviewer, iteration, purpose, idempotency_key)
       VALUES ($1, $1, 'p', 1, 1, 'ada', 1, 'sample', $2)`,
      [id, `key-${i}`],
    );
  }
  await db.query(
    "INSERT INTO evaluation_items (set_id, asset_id, group_id) VALUES ('set', 'measured-by', 'measured-by')",
  );
});
afterAll(() => db?.close());

/** Which assets each reader sees, in the order of their names. */
async function seen() {
  const spreading = await iterationFacts.unanswered(db, { ...iteration, state: "spreading" }, 9);
  const annotating = await iterationFacts.unanswered(db, { ...iteration, state: "annotating" }, 9);
  const [growth] = await scheduleRepository(db).growth();
  const { stages } = await readOverview(db);
  return {
    asked: (await answerRepository(db).askable(ids)).map(({ id }) => id),
    spread: spreading,
    measuredBy: annotating,
    drawn: (await iterationFacts.pool(db, "p", [1], "margin")).map(({ assetId }) => assetId),
    learnt: (await trainingSet(db, "p", 1)).map(({ assetId }) => assetId),
    cut: (await versionRepository(db).cuttable("p")).map(({ id }) => id),
    listed: (await listAssets(db, {}, { limit: 9 })).items.map(({ id }) => id).sort(),
    counted: [
      (await iterationFacts.left(db, "p@1.0.0", [])).pool,
      (await db.transaction((tx) => readPoolLevel(tx))).pool,
      growth?.admitted,
      stages.find(({ stage }) => stage === "filter")?.counts.find(({ name }) => name === "pool")?.count,
    ],
  };
}

describe("a withdrawn asset", () => {
  it("is seen by nobody who reads the pool, but an evaluation set stays as it was frozen; brought back it is seen again", async () => {
    const all = ["leaves", "measured-by", "stays"];
    const whole = {
      ...{
        asked: all,
        spread: all,
        measuredBy: ["measured-by"],
        drawn: all,
        learnt: ["leaves", "stays"],
        cut: all,
        listed: all,
      },
      counted: [3, 3, 3, 3],
    };
    expect(await seen()).toEqual(whole);
    const withdrawn = ["leaves", "measured-by"].map((assetId) => ({ assetId, reason: "small-face" as const }));
    await withdrawAssets(db, withdrawn);
    expect(await seen()).toEqual({
      asked: ["measured-by", "stays"],
      measuredBy: ["measured-by"],
      ...{ spread: ["stays"], drawn: ["stays"], learnt: ["stays"], cut: ["stays"], listed: ["stays"] },
      counted: [1, 1, 1, 1],
    });
    await returnAssets(db, ["leaves", "measured-by"], "p");
    expect(await seen()).toEqual(whole);
  });

  it("keeps its first reason", async () => {
    await withdrawAssets(db, [{ assetId: "leaves", reason: "low-quality" }]);
    await withdrawAssets(db, [{ assetId: "leaves", reason: "small-face" }]);
    const rows = await db.query("SELECT withdrawn_reason FROM assets WHERE id = 'leaves' AND withdrawn_at IS NOT NULL");
    expect(rows).toEqual([{ withdrawn_reason: "low-quality" }]);
    await returnAssets(db, ["leaves"], "p");
  });
});
