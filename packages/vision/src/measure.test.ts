import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gates } from "@anyone/domain/filter/gate";
import { ownVerdicts, rulers } from "@anyone/domain/filter/judge";
import type { Measurement } from "@anyone/domain/filter/verdict";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addWeights } from "./added.ts";
import { catalogue } from "./catalogue.ts";
import { measure, openInstruments } from "./measure.ts";
import { modelsFolder } from "./models-folder.ts";
import { randomNetwork } from "./random-network.fixture.ts";

const require = createRequire(import.meta.url);
const photograph = join(dirname(require.resolve("soft-ui-design-system/package.json")), "assets/img/kal-visuals.jpg");

async function measured(models: string): Promise<Measurement> {
  const instruments = await openInstruments(models, gates);
  return (await measure(instruments, await readFile(photograph), gates)).measurement;
}

describe("a measurement", { timeout: 120_000 }, () => {
  let models: string;
  beforeAll(async () => {
    models = await mkdtemp(join(tmpdir(), "anyone-measure-"));
    await cp(modelsFolder, models, { recursive: true });
    const now = new Date("2026-11-26T00:00:00Z");
    const { liqe, ifqa, "laion-aesthetic-v2": laion } = catalogue;
    const weights = [
      ["liqe", "network", randomNetwork(liqe.parts.network)],
      ["ifqa", "network", randomNetwork(ifqa.parts.network)],
      ["laion-aesthetic-v2", "encoder", randomNetwork(laion.parts.encoder)],
      ["laion-aesthetic-v2", "head", randomNetwork(laion.parts.head)],
    ] as const;
    for (const [model, part, bytes] of weights) {
      const from = join(models, "random.onnx");
      await writeFile(from, bytes);
      await addWeights({ models, model, part, from, now });
    }
  });
  afterAll(() => rm(models, { recursive: true, force: true }));

  it("by what ships is ruled by BRISQUE, and says which slots are empty", async () => {
    const found = await measured(modelsFolder);
    expect(found.quality).toBeUndefined();
    expect(rulers(found)).toMatchObject({ quality: "brisque-live", "fake-person": "fake-person-drawn" });
    expect(ownVerdicts(found, gates)).toMatchObject({ preference: "unavailable", aesthetic: "unavailable" });
    expect(found.foreground).toBeGreaterThan(0.2);
    expect(found.foreground).toBeLessThan(0.8);
    expect(found.models).toContainEqual(expect.objectContaining({ slot: "foreground", tier: "heuristic" }));
  });

  it("by registered weights is ruled by LIQE and IFQA, with BRISQUE beside them; metadata needs no threshold", async () => {
    const found = await measured(models);
    expect(found.quality).toBeGreaterThanOrEqual(1);
    expect(found.quality).toBeLessThanOrEqual(5);
    expect(found.brisque).toBeDefined();
    expect(found.faceQuality).toBeGreaterThan(0);
    expect(found.faceCleanness).toBeUndefined();
    expect(gates.aesthetic).toBeNull();
    expect(found.aesthetic).toBeDefined();
    expect(rulers(found)).toMatchObject({ quality: "liqe", "face-quality": "ifqa" });
    const own = ownVerdicts(found, gates);
    expect(own.quality).toBe((found.quality as number) < (gates.quality as number) ? "low-quality" : "passes");
    expect([own["face-quality"], own.aesthetic]).toEqual(["too-few", "off"]);
  });

  it("says of every score under which licence its model gave it", async () => {
    const found = await measured(models);
    const licences = Object.fromEntries(found.models.map(({ model, licence }) => [model, licence]));
    expect(licences).toMatchObject({ liqe: "MIT", ifqa: "none", "brisque-live": "Apache-2.0" });
  });
});
