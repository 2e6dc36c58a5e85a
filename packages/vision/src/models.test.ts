import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModelIdentity } from "@anyone/domain/model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identify, type ModelName, models, unavailable } from "./models.ts";
import { modelsFolder } from "./models-folder.ts";
import { readModel } from "./session.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "anyone-models-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the registry of models", () => {
  it("names source, version, licence and tier of every model, and the hash of every file", () => {
    for (const [name, entry] of Object.entries(models)) {
      expect(ModelIdentity.parse(identify(name as ModelName)).tier, name).toBe(entry.tier);
      expect([entry.source, entry.version, entry.licence].every(Boolean), name).toBe(true);
      if ("file" in entry) expect(entry.sha256, name).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it("calls an empty slot `none`, without a model", () => {
    expect(unavailable("watermark")).toMatchObject({ slot: "watermark", tier: "none", sha256: "" });
  });

  it("refuses a file that is not what the registry says", async () => {
    const { file } = models.blazeface;
    await copyFile(join(modelsFolder, file), join(folder, file));
    await expect(readModel(folder, "blazeface")).resolves.toBeInstanceOf(Buffer);
    const bytes = await readFile(join(folder, file));
    bytes[1000] = (bytes[1000] as number) ^ 1;
    await writeFile(join(folder, file), bytes);
    await expect(readModel(folder, "blazeface")).rejects.toMatchObject({ code: "altered-object" });
  });

  it("says what is missing and what to do", async () => {
    await expect(readModel(folder, "nanodet")).rejects.toMatchObject({
      code: "bad-environment",
      hint: expect.stringContaining("build"),
    });
  });
});
