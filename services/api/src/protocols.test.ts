import { annotateApi } from "@anyone/contracts/annotate";
import { protocolRepository } from "@anyone/db/protocols";
import { NOT_ASKED, packAll } from "@anyone/domain/annotate/answer";
import { primeHuman, primeHumanDocument } from "@anyone/domain/annotate/prime-human";
import { AssetId, ProtocolId } from "@anyone/domain/ids";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestApi, type TestApi } from "./open-test-api.fixture.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  await protocolRepository(api.db).publish(primeHumanDocument);
});
afterAll(() => api?.close());

interface Draft {
  version: string;
  categories: { id: string; question: string; options: string | string[] }[];
}

function edited(version: string, change: (category: Draft["categories"][number]) => void): Record<string, unknown> {
  const document = structuredClone(primeHumanDocument) as unknown as Draft;
  document.version = version;
  document.categories.forEach(change);
  return document as unknown as Record<string, unknown>;
}
const asked = (version: string) =>
  edited(version, (category) => {
    if (category.id === "hair.color") category.question = "Which hair colour?";
  });
const publish = (content: Record<string, unknown>) =>
  api.as("operator").call(annotateApi.publishProtocol, { body: { content } });
const idOf = (id: string) => ({ params: { id: ProtocolId.parse(id) } });

describe("protocols over the API", () => {
  it("are published once, and a newer one is in use only when somebody says so", async () => {
    const stored = await publish(asked("1.1.0"));
    expect(stored).toMatchObject({ id: "prime-human@1.1.0", inUse: false, usedAt: null });
    expect(await publish(asked("1.1.0"))).toEqual(stored);
    const { items } = await api.as("annotator").call(annotateApi.listProtocols);
    expect(items.map(({ id, inUse, usedBy }) => ({ id, inUse, usedBy }))).toEqual([
      { id: "prime-human@1.0.0", inUse: true, usedBy: null },
      { id: "prime-human@1.1.0", inUse: false, usedBy: null },
    ]);
  });

  it("say what a change voids, before and when it is put in use", async () => {
    const changes = await api.as("operator").call(annotateApi.compareProtocols, {
      ...idOf("prime-human@1.1.0"),
      query: { from: ProtocolId.parse("prime-human@1.0.0") },
    });
    expect(changes.step).toBe("minor");
    expect(changes.changes.filter(({ voids }) => voids.length > 0)).toMatchObject([
      { before: "hair.color", after: "hair.color", voids: ["wording"] },
    ]);
    const used = await api.as("operator").call(annotateApi.useProtocol, { ...idOf("prime-human@1.1.0"), body: {} });
    expect(used).toEqual({
      id: "prime-human@1.1.0",
      before: "prime-human@1.0.0",
      comparison: changes,
      openIteration: null,
    });
    const current = await api.as("annotator").call(annotateApi.getProtocol, idOf("current"));
    expect(current).toMatchObject({ id: "prime-human@1.1.0", inUse: true });
  });

  it("are refused with the reason: broken, too low a number, other content under a known version, unknown", async () => {
    const broken = edited("1.2.0", (category) => {
      if (category.id === "top.type") category.options = ["none"];
    });
    await expect(publish(broken)).rejects.toMatchObject({
      code: "bad-protocol",
      status: 422,
      message: expect.stringMatching(/top\.type: it needs at least two options/),
    });
    await expect(publish(asked("1.0.7"))).rejects.toMatchObject({
      code: "bad-protocol",
      message: expect.stringMatching(/prime-human@1\.0\.7 follows prime-human@1\.\d\.0 and must be at least 1\.1\.\d/),
    });
    await expect(publish(edited("1.1.0", () => {}))).rejects.toMatchObject({
      message: expect.stringMatching(/was published before with other content/),
    });
    await expect(
      api.as("operator").call(annotateApi.useProtocol, { ...idOf("kettle@1.0.0"), body: {} }),
    ).rejects.toMatchObject({ code: "not-found" });
    const { items } = await api.as("annotator").call(annotateApi.listProtocols);
    expect(items).toHaveLength(2);
  });
});

describe("the answers of an asset", () => {
  it("are told as sentences too, under the protocol that asked them", async () => {
    const id = "a".repeat(64);
    await api.db.query(
      `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash, group_id, brisque)
       VALUES ($1, 'c', 'test', 640, 1280, '', '', '', '', 0, $1, 0)`,
      [id],
    );
    const value = packAll(primeHuman, { "frame.shot": { value: "portrait" }, "hair.color": { value: "brown" } });
    await api.db.query(
      `INSERT INTO answers (asset_id, protocol_id, value, confidence, giver, labeller) VALUES ($1, $2, $3, $4, $4, 0)`,
      [id, primeHuman.identity, value, value.map((packed) => (packed === NOT_ASKED ? 0 : 1))],
    );
    const answers = await api.as("operator").call(annotateApi.getAnswers, { params: { id: AssetId.parse(id) } });
    expect(answers.plain).toBe("A close up portrait shot. Hair: brown hair.");
  });
});
