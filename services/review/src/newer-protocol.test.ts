import { carryAnswers } from "@anyone/db/carry-answers";
import { humanAnswers } from "@anyone/db/human-answers";
import { iterations } from "@anyone/db/iterations";
import { trainingSet } from "@anyone/db/training-set";
import { primeHuman, primeHumanDocument } from "@anyone/domain/annotate/prime-human";
import { afterEach, describe, expect, it } from "vitest";
import { type Loop, latestOf, startLoop } from "./loop.fixture.ts";

let loop: Loop;
afterEach(() => loop?.close());

const HAIR_COLOR = 7;
const POLICY = { rule: "point" as const, evaluationSize: 20, sampleSize: 8, minScored: 3, maxIterations: 4, bar: 0.8 };

/** The paper's protocol as 1.1.0, with another wording of one question. */
function reworded(): Record<string, unknown> {
  const document = structuredClone(primeHumanDocument) as {
    version: string;
    categories: { n: number; question: string }[];
  };
  document.version = "1.1.0";
  for (const category of document.categories)
    if (category.n === HAIR_COLOR) category.question = "Which hair colour is it?";
  return document as unknown as Record<string, unknown>;
}

describe("a newer protocol put in use while an iteration is open", { timeout: 60_000 }, () => {
  it("leaves the open iteration under its own, and opens the next with what carries over and nothing else", async () => {
    loop = await startLoop(POLICY, { skill: [0.1, 0.85] });
    const { db, context, client } = loop;
    await client.call.openIteration({ trigger: "manual" });
    await loop.settleTasks();
    const older = await context.protocols.current();
    const id = await context.protocols.publish(reworded());
    await context.protocols.use(id, "ada");
    expect((await latestOf(loop)).state).toBe("labelling");

    await loop.answerAll();
    await loop.settleTasks();
    const first = await iterations.get(db, 1);
    expect(first).toMatchObject({ protocolId: primeHuman.identity, state: "closed" });
    expect(first?.settled).toContain(HAIR_COLOR);
    const kept = first?.settled.filter((n) => n !== HAIR_COLOR) ?? [];

    const second = await latestOf(loop);
    expect(second).toMatchObject({ number: 2, protocolId: "prime-human@1.1.0" });
    expect(second.asked).toContain(HAIR_COLOR);
    expect(kept.filter((n) => second.asked.includes(n))).toEqual([]);

    // every picture has its answers under both versions, the older ones untouched
    const rows = await db.query<{ id: string; same: boolean; count: number }>(
      `SELECT protocol_id AS id, count(*)::int AS count FROM answers GROUP BY 1 ORDER BY 1`,
    );
    expect(rows).toEqual([
      { id: "prime-human@1.0.0", count: 60 },
      { id: "prime-human@1.1.0", count: 60 },
    ]);
    const before = await trainingSet(db, older.identity, 70);
    const after = await trainingSet(db, id, 70);
    // only the pictures of the new evaluation set are left out, and only the reworded question is forgotten
    const known = new Map(before.map((one) => [one.assetId, one.answers]));
    expect(after.length).toBeGreaterThan(0);
    for (const { assetId, answers } of after) {
      expect(answers).toEqual(known.get(assetId)?.map((value, index) => (index === HAIR_COLOR - 1 ? -1 : value)));
    }
    expect(await humanAnswers.spent(db, id, 2)).toMatchObject({ here: 0, total: 0 });

    const newer = await context.protocols.get(id);
    expect(await carryAnswers(db, older, newer)).toEqual({ assets: 0, said: 0 });
  });

  it("turns the values of a list whose options have moved", async () => {
    loop = await startLoop(POLICY, { skill: [0.1, 0.85] });
    const { db, context, client } = loop;
    await client.call.openIteration({ trigger: "manual" });
    await loop.settleTasks();
    await loop.answerAll();
    const document = reworded() as unknown as { categories: { id: string; options: string[] }[] };
    for (const category of document.categories) if (category.id === "hair.style") category.options.reverse();
    const newer = await context.protocols.get(await context.protocols.publish(document as never));
    const older = await context.protocols.get(primeHuman.identity);
    const carried = await carryAnswers(db, older, newer);
    expect(carried.assets).toBe(60);
    expect(carried.said).toBeGreaterThan(0);
    const style = newer.byId.get("hair.style");
    const options = primeHuman.byId.get("hair.style")?.options ?? [];
    const pairs = await db.query<{ was: number; is: number }>(
      `SELECT o.value AS was, h.value AS is FROM human_answers h JOIN human_answers o ON o.id = h.carried_from
        WHERE h.category = $1`,
      [style?.n],
    );
    expect(pairs.length).toBeGreaterThan(0);
    for (const { was, is } of pairs) expect(style?.options[is]).toBe(options[was]);
  });
});
