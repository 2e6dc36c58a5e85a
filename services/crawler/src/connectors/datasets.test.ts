import { appendFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allPages, openSources, type Sources } from "./sources.fixture.ts";

let sources: Sources;
beforeAll(async () => {
  sources = await openSources();
});
afterAll(() => sources.close());

const listed = async (kind: "shhq" | "deepfashion-multimodal") =>
  (await allPages(sources.of[kind].settings, sources.reach)).flatMap((page) => page.listings);

describe("a dataset in folders", () => {
  it("brings DeepFashion-MultiModal's labels along in the protocol's words, with key points and part maps", async () => {
    const options = new Map(
      primeHuman.categories.map(({ id, options }) => [id as string, options as readonly string[]]),
    );
    const listings = await listed("deepfashion-multimodal");
    for (const { brought, licence, externalId, personKey } of listings) {
      expect(licence).toContain("no redistribution");
      expect(brought?.keypoints).toHaveLength(21);
      expect(personKey).toBe(`deepfashion:${/id_\d{8}/.exec(externalId)?.[0]}`);
      expect(brought?.partMap).toEqual({
        url: expect.stringMatching(/^file:.*_segm\.png$/),
        classes: "deepfashion-multimodal-24",
      });
      const answers = Object.entries(brought?.answers ?? {});
      expect(answers.length).toBeGreaterThan(3);
      for (const [category, option] of answers)
        expect([...(options.get(category) ?? []), "not_visible"]).toContain(option);
    }
    expect(listings.some(({ brought }) => brought?.answers?.["one_piece.sleeve_length"])).toBe(true);
    expect(listings.some(({ brought }) => brought?.answers?.["top.sleeve_length"])).toBe(true);
  });

  it("brings SHHQ's key points and part maps along", async () => {
    for (const { brought, licence } of await listed("shhq")) {
      expect(licence).toContain("non-commercial");
      expect(brought?.keypoints).toHaveLength(25);
      expect(brought?.partMap?.classes).toBe("shhq-16");
    }
  });

  it("lists images whose annotations are cut off, are no numbers, lead out of the dataset or are missing", async () => {
    const [first, second] = await listed("shhq");
    const root = join(sources.folder, "shhq");
    await writeFile(
      join(root, "keypoints.txt"),
      `${first?.externalId} 1 2 3\n${second?.externalId} ${"x ".repeat(50)}\n`,
    );
    const partMap = fileURLToPath(first?.brought?.partMap?.url ?? "");
    await rm(partMap);
    await symlink("/etc/hosts", partMap);
    const [now] = await listed("shhq");
    expect(now?.externalId).toBe(first?.externalId);
    expect(now?.brought).toEqual({});
    await rm(join(root, "keypoints.txt"));
    await appendFile(join(sources.folder, "deepfashion", "labels", "shape", "shape_anno_all.txt"), "half a li");
    expect((await listed("shhq")).length).toBe(sources.of.shhq.count);
    expect((await listed("deepfashion-multimodal")).length).toBe(sources.of["deepfashion-multimodal"].count);
  });
});
