import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Subject } from "./adapters.ts";
import { addWeights } from "./added.ts";
import { catalogue } from "./catalogue.ts";
import { decode, readHeader } from "./decode.ts";
import { findFaces } from "./face/blazeface.ts";
import { modelsFolder } from "./models-folder.ts";
import { findPersons } from "./person/nanodet.ts";
import { randomNetwork } from "./random-network.fixture.ts";
import { findScores, type Score } from "./scores.ts";
import { type Network, openNetwork } from "./session.ts";

// Real photographs out of an installed package: looked at by these tests, never copied into the repository.
const require = createRequire(import.meta.url);
const photographs = join(dirname(require.resolve("soft-ui-design-system/package.json")), "assets/img");
const PEOPLE = ["charles.jpg", "kal-visuals.jpg", "brooke.jpg", "ivana.jpg", "marie.jpg"];

let scores: Partial<Record<"fakeness" | "nsfw" | "faceCleanness" | "watermark", Score>>;
let found: Awaited<ReturnType<typeof findScores>>;
let nanodet: Network;
let blazeface: Network;
beforeAll(async () => {
  found = await findScores(modelsFolder);
  scores = {
    fakeness: await found.fakeness?.(),
    nsfw: await found.nsfw?.(),
    watermark: await found.watermark?.(),
    faceCleanness: await found.faceCleanness?.(),
  };
  nanodet = await openNetwork(modelsFolder, "nanodet");
  blazeface = await openNetwork(modelsFolder, "blazeface");
});

async function subjectOf(bytes: Uint8Array): Promise<Subject> {
  const header = await readHeader(bytes);
  const decoded = header.ok ? await decode(bytes, header.value) : header;
  if (!decoded.ok || !("view" in decoded.value)) throw new Error("not a picture");
  const picture = decoded.value;
  const person = (await findPersons(nanodet, picture))[0]?.box ?? [0, 0, picture.width, picture.height];
  return { picture, person, face: person, prompt: "a person" };
}

describe("the scores that ship", { timeout: 60_000 }, () => {
  it.each(PEOPLE)("take %s for a photograph, and its poster for no photograph", async (name) => {
    const bytes = await readFile(join(photographs, name));
    const poster = await sharp(bytes).median(9).png({ palette: true, colours: 10, dither: 0 }).toBuffer();
    const { of } = scores.fakeness as Score;
    const [photograph, drawn] = [await of(await subjectOf(bytes)), await of(await subjectOf(poster))];
    expect(photograph).toBeLessThan(0.33);
    expect(drawn).toBeGreaterThan(0.33);
  });

  it.each(PEOPLE)("find nothing to hide on %s", async (name) => {
    const { of } = scores.nsfw as Score;
    expect(await of(await subjectOf(await readFile(join(photographs, name))))).toBeLessThan(0.3);
  });

  it.each(PEOPLE)("see a mark laid across %s, and rate it above the picture without", async (name) => {
    const bytes = await readFile(join(photographs, name));
    const { width, height } = await sharp(bytes).metadata();
    const [apart, wide] = [Math.round(width / 5), Math.max(1, Math.round(width / 400))];
    const lines = Buffer.alloc(width * height * 4);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const lies = (x + y) % apart < wide || (x - y + height * apart) % apart < wide;
        if (lies) lines.writeUInt32BE(0xffffff99, (y * width + x) * 4);
      }
    }
    const mark = { input: lines, raw: { width, height, channels: 4 as const } };
    const marked = await sharp(bytes).composite([mark]).jpeg({ quality: 90 }).toBuffer();
    const { of } = scores.watermark as Score;
    const score = await of(await subjectOf(marked));
    expect(score).toBeGreaterThan(0.9);
    expect(score).toBeGreaterThan(await of(await subjectOf(bytes)));
  });

  it.each(PEOPLE)("rate the face on %s worse after blur, heavy compression and enlarging", async (name) => {
    const bytes = await readFile(join(photographs, name));
    const { width, height } = await sharp(bytes).metadata();
    const small = await sharp(bytes).resize(192).png().toBuffer();
    const worse = [
      await sharp(bytes).blur(4).jpeg({ quality: 92 }).toBuffer(),
      await sharp(bytes).jpeg({ quality: 8 }).toBuffer(),
      await sharp(small).resize(width, height, { fit: "fill" }).jpeg({ quality: 92 }).toBuffer(),
    ];
    const { of } = scores.faceCleanness as Score;
    const subject = await subjectOf(bytes);
    const face = (await findFaces(blazeface, subject.picture, subject.person))[0]?.box as Subject["face"];
    const own = await of({ ...subject, face });
    for (const ruined of worse) expect(await of({ ...(await subjectOf(ruined)), face })).toBeLessThan(own);
  });

  it("say which model gave them, and are absent where there is none", () => {
    expect(scores.fakeness?.identity).toMatchObject({
      slot: "fake-person",
      tier: "embedded",
      model: "fake-person-drawn",
    });
    expect(scores.nsfw?.identity).toMatchObject({ slot: "nsfw", tier: "embedded", model: "open-nsfw" });
    expect(scores.faceCleanness?.identity).toMatchObject({ slot: "quality-face", tier: "heuristic" });
    expect(scores.watermark?.identity).toMatchObject({ slot: "watermark", tier: "embedded", model: "watermark-drawn" });
    expect([found.preference, found.aesthetic]).toEqual([undefined, undefined]);
  });
});

describe("a score whose weights are registered", () => {
  let models: string;
  beforeAll(async () => {
    models = await mkdtemp(join(tmpdir(), "anyone-scores-"));
    await cp(modelsFolder, models, { recursive: true });
    const from = join(models, "ifqa-random");
    await writeFile(from, randomNetwork(catalogue.ifqa.parts.network));
    await addWeights({ models, model: "ifqa", from, now: new Date("2026-11-26T00:00:00Z") });
    const part = join(models, "text-random");
    await writeFile(part, randomNetwork(catalogue["hpsv2.0"].parts.text));
    await addWeights({ models, model: "hpsv2.0", part: "text", from: part, now: new Date("2026-11-26T00:00:00Z") });
  });
  afterAll(() => rm(models, { recursive: true, force: true }));

  it("is the paper's, within its range; one that lacks a part is absent still", async () => {
    const registered = await findScores(models);
    const opened = await registered.faceQuality?.();
    expect(opened?.identity).toMatchObject({ slot: "quality-face", tier: "paper", model: "ifqa" });
    const score = await opened?.of(await subjectOf(await readFile(join(photographs, "marie.jpg"))));
    expect(score).toBeGreaterThan(0);
    expect(score).toBeLessThan(1 / 3);
    expect(registered.preference).toBeUndefined();
  });
});
