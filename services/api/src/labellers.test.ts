import { annotateApi } from "@anyone/contracts/annotate";
import { labellerRepository } from "@anyone/db/labellers";
import { protocolRepository } from "@anyone/db/protocols";
import { primeHuman, primeHumanDocument } from "@anyone/domain/annotate/prime-human";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestApi, type TestApi } from "./open-test-api.fixture.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  await protocolRepository(api.db).publish(primeHumanDocument);
});
afterAll(() => api?.close());

const atServer = (version: string, model = "Qwen/Qwen3-VL-4B-Instruct") => ({
  content: { format: 1 as const, adapter: "openai" as const, version, model, tier: "modern" as const },
  licence: "Apache-2.0" as const,
  source: `${model} at http://127.0.0.1:8000/v1`,
});
const add = (body: ReturnType<typeof atServer>) => api.as("operator").call(annotateApi.addLabeller, { body });
const use = (id: string) => api.as("operator").call(annotateApi.useLabeller, { params: { id }, body: {} });
const listed = async () =>
  (await api.as("operator").call(annotateApi.listLabellers)).items.map(({ id, current }) => ({ id, current }));
const answering = async () => (await labellerRepository(api.db).promoted(primeHuman.identity))?.id;

describe("large labellers over the API", () => {
  it("are registered with their file, licence and source, and answer nothing yet", async () => {
    const added = await add(atServer("qwen-0"));
    expect(added).toMatchObject({ id: "qwen-0", protocolId: primeHuman.identity });
    const row = await labellerRepository(api.db).get("qwen-0");
    expect(row).toMatchObject({
      model: "Qwen/Qwen3-VL-4B-Instruct",
      tier: "modern",
      sha256: added.sha256,
      promoted: false,
      facts: { adapter: "openai", licence: "Apache-2.0", source: expect.stringContaining("Qwen") },
    });
    const stored = new TextDecoder().decode(await api.store.get(row.objectKey ?? ""));
    expect(JSON.parse(stored)).toEqual(atServer("qwen-0").content);
    expect(await add(atServer("qwen-0"))).toEqual(added);
  });

  it("are put in use, and rolled back by the same act; the event says who did it", async () => {
    await add(atServer("other-0"));
    await use("qwen-0");
    expect(await answering()).toBe("qwen-0");
    await use("other-0");
    await use("other-0");
    expect(await answering()).toBe("other-0");
    await use("qwen-0");
    expect(await listed()).toEqual([
      { id: "qwen-0", current: true },
      { id: "other-0", current: false },
    ]);
    const events = await api.db.query<{ text: string }>(
      `SELECT text FROM events WHERE kind = 'labeller-used' ORDER BY id`,
    );
    expect(events.map(({ text }) => text)).toEqual([
      "test operator put the labeller qwen-0 in use",
      "test operator put the labeller other-0 in use in place of qwen-0",
      "test operator put the labeller qwen-0 in use in place of other-0",
    ]);
  });

  it("are refused: another model under a known name, an address in the file, a version that is not the first", async () => {
    await expect(add(atServer("qwen-0", "another/model"))).rejects.toMatchObject({ code: "conflict" });
    const addressed = atServer("sly-0");
    Object.assign(addressed.content, { url: "http://169.254.169.254" });
    await expect(add(addressed)).rejects.toMatchObject({ code: "bad-payload" });
    await expect(add(atServer("qwen-3"))).rejects.toMatchObject({ code: "bad-payload" });
    await expect(use("nobody-0")).rejects.toMatchObject({ code: "not-found" });
    await expect(
      api.as("annotator").call(annotateApi.useLabeller, { params: { id: "qwen-0" }, body: {} }),
    ).rejects.toMatchObject({ status: 403 });
  });
});
