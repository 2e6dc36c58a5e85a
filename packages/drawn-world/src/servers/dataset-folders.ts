import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ATR_PARTS } from "@anyone/domain/parts";
import { crossWalk, deepFashion, LABEL_FILES } from "@anyone/domain/source/deepfashion";
import sharp from "sharp";
import { framingOf } from "../plan-picture.ts";
import { sampleAttributes } from "../sample-attributes.ts";
import { DATASET_NAMES } from "./catalogue.ts";
import type { Drawer } from "./drawer.ts";

/**
 * Writes both datasets below a folder, as `deepfashion` and `shhq`, unless they are there: a folder that has its name is whole.
 *
 * @param seeds the first half are DeepFashion's, the others SHHQ's
 */
export async function writeDatasets({ folder, seeds, drawer }: DatasetRequest): Promise<void> {
  const half = Math.ceil(seeds.length / 2);
  const once = async (name: "deepfashion" | "shhq", write: typeof writeShhq, own: readonly number[]) => {
    const target = join(folder, name);
    if (await stat(target).catch(() => undefined)) return;
    await rm(`${target}.new`, { recursive: true, force: true });
    await write({ folder: `${target}.new`, seeds: own, drawer });
    await rename(`${target}.new`, target);
  };
  await once("deepfashion", writeDeepFashion, seeds.slice(0, half));
  await once("shhq", writeShhq, seeds.slice(half));
}

export interface DatasetRequest {
  folder: string;
  seeds: readonly number[];
  drawer: Drawer;
}

type AtrPart = (typeof ATR_PARTS)[number];

/** The dataset's 24 classes for what is drawn, in the order of the ATR parts: limbs are skin, both shoes footwear. */
const DEEPFASHION_CLASSES = inAtrOrder({
  background: [0],
  hat: [7],
  hair: [13],
  sunglasses: [8],
  "upper-clothes": [1],
  skirt: [3],
  pants: [5],
  dress: [4],
  belt: [10],
  "left-shoe": [11],
  "right-shoe": [11],
  face: [14],
  "left-leg": [15],
  "right-leg": [15],
  "left-arm": [15],
  "right-arm": [15],
  bag: [12],
  scarf: [9],
});

/** SHHQ paints its 16 classes; belts are among its accessories. */
const SHHQ_COLOURS = inAtrOrder({
  background: [0, 0, 0],
  hat: [127, 255, 212],
  hair: [255, 0, 0],
  sunglasses: [0, 100, 0],
  "upper-clothes": [255, 250, 250],
  skirt: [250, 235, 215],
  pants: [211, 211, 211],
  dress: [255, 250, 205],
  belt: [50, 205, 50],
  "left-shoe": [245, 222, 179],
  "right-shoe": [245, 222, 179],
  face: [16, 78, 139],
  "left-leg": [144, 238, 144],
  "right-leg": [144, 238, 144],
  "left-arm": [144, 238, 144],
  "right-arm": [144, 238, 144],
  bag: [255, 140, 0],
  scarf: [150, 26, 181],
});

function inAtrOrder(pixels: Record<AtrPart, readonly number[]>): (readonly number[])[] {
  return ATR_PARTS.map((part) => pixels[part]);
}

/**
 * Drawn people in DeepFashion-MultiModal's folders: images, part maps, key points (none is seen: the dataset's 21 are not the
 * 17 that are drawn) and the labels that their truth has, the other way along the cross-walk.
 */
export async function writeDeepFashion({ folder, seeds, drawer }: DatasetRequest): Promise<void> {
  const files = {
    shape: "shape/shape_anno_all.txt",
    fabric: "texture/fabric_ann.txt",
    pattern: "texture/pattern_ann.txt",
  };
  const lines: Record<string, string[]> = { loc: [], vis: [], shape: [], fabric: [], pattern: [] };
  await makeFolders(folder, ["images", "segm", "keypoints", "labels/shape", "labels/texture"]);
  for (const seed of seeds) {
    const { name, labels } = labelled(seed);
    await writePicture(
      { drawer, seed },
      join(folder, "images", name),
      join(folder, "segm", name.replace(".jpg", "_segm.png")),
      DEEPFASHION_CLASSES,
    );
    lines.loc?.push(`${name}${" -1 -1".repeat(21)}`);
    lines.vis?.push(`${name}${" 2".repeat(21)}`);
    for (const file of LABEL_FILES) lines[file]?.push([name, ...labels[file]].join(" "));
  }
  const write = (file: string, of: string) => writeFile(join(folder, file), `${lines[of]?.join("\n")}\n`);
  await write("keypoints/keypoints_loc.txt", "loc");
  await write("keypoints/keypoints_vis.txt", "vis");
  for (const file of LABEL_FILES) await write(`labels/${files[file]}`, file);
}

/** Drawn people in SHHQ's folders: images, part maps, and a line of 25 points for each image, (0, 0) where none is known. */
export async function writeShhq({ folder, seeds, drawer }: DatasetRequest): Promise<void> {
  await makeFolders(folder, ["no_segment", "parsing"]);
  const lines: string[] = [];
  for (const seed of seeds) {
    const name = DATASET_NAMES.shhq(seed);
    await writePicture(
      { drawer, seed },
      join(folder, "no_segment", name),
      join(folder, "parsing", name.replace(".jpg", ".png")),
      SHHQ_COLOURS,
    );
    lines.push(`${name}${" 0 0".repeat(25)}`);
  }
  await writeFile(join(folder, "keypoints.txt"), `${lines.join("\n")}\n`);
}

/** An image's name and labels: of each attribute the value whose answers are all true of the person, otherwise NA. */
function labelled(seed: number): { name: string; labels: Record<(typeof LABEL_FILES)[number], number[]> } {
  const values = sampleAttributes(seed, framingOf(seed)).values as Readonly<Record<string, string | undefined>>;
  const who = values["person.gender"] === "male" ? "MEN" : "WOMEN";
  const worn = values["one_piece.type"] ?? "none";
  const name = DATASET_NAMES.deepfashion(seed, `${who}-${worn === "none" ? "Tees_Tanks" : "Dresses"}`);
  const labels = { shape: [] as number[], fabric: [] as number[], pattern: [] as number[] };
  for (const attribute of deepFashion.attributes) {
    const holds = (label: number) => {
      const single = { [attribute.file]: [...labels[attribute.file].map(() => -1), label] };
      const told = Object.entries(crossWalk(name, single)).filter(([category]) => !(category in crossWalk(name, {})));
      return told.length > 0 && told.every(([category, option]) => values[category] === option);
    };
    const place = attribute.values.findIndex((_, label) => holds(label));
    labels[attribute.file].push(place < 0 ? attribute.values.length - 1 : place);
  }
  return { name, labels };
}

async function writePicture(
  { drawer, seed }: { drawer: Drawer; seed: number },
  image: string,
  partMap: string,
  pixels: readonly (readonly number[])[],
): Promise<void> {
  const { parts } = await drawer.truth(seed);
  await writeFile(image, await drawer.picture(seed));
  const { data, info } = await sharp(parts).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  const channels = pixels[0]?.length === 3 ? 3 : 1;
  const painted = new Uint8Array(data.length * channels);
  for (const [place, part] of data.entries()) painted.set(pixels[part] ?? pixels[0] ?? [], place * channels);
  const png = sharp(painted, { raw: { width: info.width, height: info.height, channels } });
  await (channels === 1 ? png.toColourspace("b-w") : png).png().toFile(partMap);
}

async function makeFolders(root: string, names: readonly string[]): Promise<void> {
  for (const name of names) await mkdir(join(root, name), { recursive: true });
}
