import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAdapter } from "./adapters.ts";
import { type Added, addWeights, readAdded } from "./added.ts";
import { type CatalogueEntry, type CatalogueName, catalogue, type Part } from "./catalogue.ts";
import type { Picture } from "./decode.ts";
import { randomNetwork } from "./random-network.fixture.ts";

// Networks with random weights and the published ones' inputs and outputs: what they answer means nothing, that they are loaded, fed and
// read as published is what these tests tell.
const OPEN_SIDES = { rows: 40, columns: 40, queries: 300 };
const SCRFD_OUTPUTS = Object.fromEntries(
  [1, 4, 10].flatMap((values) =>
    [8, 16, 32].map((stride) => [`${values}_${stride}`, [2 * (640 / stride) ** 2, values]]),
  ),
);
const VOCABULARY = "#version: 0.2\na n</w>\no n</w>\n";

let models: string;
let added: Added[];
const picture: Picture = {
  width: 900,
  height: 1200,
  scale: 0.5,
  view: {
    width: 450,
    height: 600,
    data: Uint8Array.from({ length: 450 * 600 * 3 }, (_, i) => (i * 7 + Math.floor(i / 1350) * 3) % 256),
  },
};
const subject = {
  picture,
  person: [100, 50, 700, 1150],
  face: [250, 80, 550, 420],
  prompt: "a person on a road",
} as const;

beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), "anyone-adapters-"));
  for (const [name, { parts }] of Object.entries<CatalogueEntry>(catalogue)) {
    for (const [part, wanted] of Object.entries(parts)) await register(name, part, wanted);
  }
  added = await readAdded(models);
});
afterAll(() => rm(models, { recursive: true, force: true }));

async function register(model: string, part: string, wanted: Part): Promise<void> {
  const from = join(models, `${model}-${part}`);
  const outputs = wanted.kind === "onnx" && model === "scrfd-10g" ? SCRFD_OUTPUTS : {};
  const bytes =
    wanted.kind === "text"
      ? VOCABULARY
      : randomNetwork({ ...wanted, outputs: { ...wanted.outputs, ...outputs } }, OPEN_SIDES, `${model} ${part}`);
  await writeFile(from, bytes);
  await addWeights({ models, model, part, from, now: new Date("2026-11-26T00:00:00Z") });
}

describe("every model of the catalogue, with random weights", { timeout: 120_000 }, () => {
  it.each(Object.keys(catalogue) as CatalogueName[])("%s is loaded, fed and read end to end", async (name) => {
    const adapter = await openAdapter(models, name, added);
    const finding = await adapter(subject);
    expect(finding.kind).toBe(
      { person: "boxes", face: "boxes", keypoints: "keypoints", parsing: "parts" }[catalogue[name].slot as string] ??
        "score",
    );
    if (finding.kind === "score") expect(Number.isFinite(finding.score)).toBe(true);
    if (finding.kind === "parts") {
      expect([finding.parts.width, finding.parts.height]).toEqual([384, 512]);
      expect(finding.parts.ids.every((id) => id < 18)).toBe(true);
    }
    if (finding.kind === "keypoints") expect(finding.keypoints).toHaveLength(17);
    if (finding.kind === "boxes") {
      for (const { score, box } of finding.boxes) {
        expect(score).toBeGreaterThan(0);
        expect(box.every(Number.isFinite)).toBe(true);
      }
    }
    expect(await adapter(subject)).toEqual(finding);
  });

  it("answer otherwise about another picture, where they rate it", async () => {
    const dark = {
      ...subject,
      picture: { ...picture, view: { ...picture.view, data: picture.view.data.map((v) => v >> 2) } },
    };
    for (const name of ["liqe", "ifqa", "hpsv2.0", "laion-aesthetic-v2", "laion-watermark"] as const) {
      const adapter = await openAdapter(models, name, added);
      expect(await adapter(dark), name).not.toEqual(await adapter(subject));
    }
  });

  it("HPSv2 answers otherwise about another prompt", async () => {
    const adapter = await openAdapter(models, "hpsv2.0", added);
    expect(await adapter({ ...subject, prompt: "on an" })).not.toEqual(await adapter(subject));
  });

  it("a model that was never registered, and one whose file was changed since, are refused by name", async () => {
    const [first] = added as [Added];
    await expect(openAdapter(models, "yolov7", [])).rejects.toMatchObject({
      code: "bad-environment",
      message: "The network of yolov7 is not registered.",
      hint: expect.stringContaining("anyone models add yolov7"),
    });
    const changed = [{ ...first, sha256: "0".repeat(64) }];
    await expect(openAdapter(models, first.model as CatalogueName, changed)).rejects.toMatchObject({
      code: "altered-object",
    });
  });
});
