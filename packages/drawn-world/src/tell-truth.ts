import type { Answer } from "@anyone/domain/annotate/answer";
import { seeParts } from "@anyone/domain/annotate/evidence";
import { applicable, standings } from "@anyone/domain/annotate/gates";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { captionOf } from "./caption.ts";
import { faceDrop } from "./figure/body.ts";
import type { Figure } from "./figure/figure.ts";
import { hiddenCategories, unseenGroups } from "./hidden.ts";
import type { Picture } from "./plan-picture.ts";
import { layerMap, type Placement } from "./scan.ts";
import type { Placed } from "./shade.ts";
import type { Answers, Box, DrawnTruth, KeypointTruth, PartMap, PersonTruth } from "./truth.ts";
import { type Category, KEYPOINTS, NOT_VISIBLE, PART_ID } from "./vocabulary.ts";

/** Longest side of a part map, in pixels. */
const MAP_SIDE = 512;

/** The complete truth of a picture, from its plan: cheap, no pixel of the picture is needed. */
export function tellTruth(picture: Picture, duplicateOf: number | null = null): DrawnTruth {
  const { width, height, people } = picture;
  const scale = Math.min(1, MAP_SIDE / Math.max(width, height));
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const placed = people.flatMap(({ figure, at }, person) =>
    figure.layers.map((layer) => ({ layer, at: shrink(at, scale), person })),
  );
  const seen = layerMap(placed, w, h);
  const { ids, counts } = readLayers(seen, placed);
  const partMap: PartMap = { width: w, height: h, ids };
  const main = people[0]?.figure;
  const pixels = new Map<string, number>();
  placed.forEach(({ layer, person }, k) => {
    if (person === 0) pixels.set(layer.group, (pixels.get(layer.group) ?? 0) + (counts[k + 1] ?? 0));
  });
  const answers = main ? answersOf(main, picture, partMap, unseenGroups(pixels, w * h)) : {};
  return {
    medium: "drawn",
    seed: picture.seed,
    framing: picture.framing,
    defect: picture.defect,
    duplicateOf,
    width,
    height,
    answers,
    secondColors: main ? only(main.attributes.secondColors, answers) : {},
    extras: main ? (main.attributes.extras as Record<string, string>) : {},
    people: people.map(({ figure, at }, i) =>
      personTruth(figure, at, boxOf(seen, placed, i, { w, h, width, height }), picture, partMap),
    ),
    partMap,
    caption: captionOf(answers),
  };
}

/** Part ids pixel by pixel, and how many pixels of each layer are seen. */
function readLayers(seen: Uint16Array, placed: readonly Placed[]): { ids: Uint8Array; counts: Int32Array } {
  const part = Uint8Array.from([0, ...placed.map(({ layer }) => PART_ID[layer.part])]);
  const counts = new Int32Array(placed.length + 1);
  const ids = new Uint8Array(seen.length);
  for (let i = 0; i < seen.length; i++) {
    const k = seen[i] as number;
    ids[i] = part[k] as number;
    counts[k] = (counts[k] as number) + 1;
  }
  return { ids, counts };
}

const shrink = ({ left, top, scale }: Placement, by: number): Placement => ({
  left: left * by,
  top: top * by,
  scale: scale * by,
});

/** Answers in the protocol's own waves: a category is asked when its gate opens over the answers given so far. */
function answersOf(figure: Figure, picture: Picture, partMap: PartMap, unseen: ReadonlySet<string>): Answers {
  const values = figure.attributes.values;
  const evidence = seeParts(partMap, primeHuman.parsing.parts.length);
  const hidden = hiddenCategories(figure, picture.framing, unseen);
  const record: Record<string, Answer> = {};
  for (
    let wave = applicable(primeHuman, record, evidence);
    wave.length > 0;
    wave = applicable(primeHuman, record, evidence)
  )
    for (const { id } of wave)
      record[id] = { value: hidden.get(id as Category) ?? values[id as Category] ?? NOT_VISIBLE };
  const inSight = standings(primeHuman, record, evidence);
  const anywhere = standings(primeHuman, record, null);
  const answers: Partial<Record<Category, string>> = {};
  for (const { id, index } of primeHuman.categories) {
    if (inSight[index] === "open") answers[id as Category] = record[id]?.value ?? NOT_VISIBLE;
    else if (anywhere[index] === "open") answers[id as Category] = NOT_VISIBLE;
  }
  return answers;
}

/** Second colours of the categories that were answered with a colour. */
const only = (second: Readonly<Partial<Record<Category, string>>>, answers: Answers): Answers =>
  Object.fromEntries(
    Object.entries(second).filter(
      ([id]) => answers[id as Category] !== undefined && answers[id as Category] !== NOT_VISIBLE,
    ),
  );

interface Grid {
  readonly w: number;
  readonly h: number;
  readonly width: number;
  readonly height: number;
}

function boxOf(
  seen: Uint16Array,
  placed: readonly { person: number }[],
  person: number,
  { w, h, width, height }: Grid,
): Box {
  let [x0, y0, x1, y1] = [w, h, 0, 0];
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const k = seen[y * w + x] as number;
      if (k === 0 || placed[k - 1]?.person !== person) continue;
      if (x < x0) x0 = x;
      if (x + 1 > x1) x1 = x + 1;
      if (y < y0) y0 = y;
      y1 = y + 1;
    }
  return x1 === 0 ? [0, 0, 0, 0] : [(x0 * width) / w, (y0 * height) / h, (x1 * width) / w, (y1 * height) / h];
}

function personTruth({ body }: Figure, at: Placement, box: Box, picture: Picture, map: PartMap): PersonTruth {
  const on = (point: readonly [number, number]): readonly [number, number] => {
    const [x, y] = body.warp(point);
    return [x * at.scale + at.left, y * at.scale + at.top];
  };
  const [cx, cy] = on([body.turn * 0.6, 63 + faceDrop(body.age) * 0.6]);
  const half = 38 * at.scale;
  const [hx, hy] = on([0, 50]);
  return {
    box,
    headBox: [hx - (body.head + 3) * at.scale, hy - 50 * at.scale, hx + (body.head + 3) * at.scale, hy + 51 * at.scale],
    faceBox: [cx - half, cy - half, cx + half, cy + half],
    keypoints: KEYPOINTS.map((name): KeypointTruth => {
      const [x, y] = on(body.keypoints[name]);
      return [x, y, sight(name, x, y, picture, map)];
    }),
  };
}

/** A joint under clothes counts as seen; one behind a bag does not, nor an eye or ear behind hair or cloth. */
function sight(name: string, x: number, y: number, { width, height }: Picture, map: PartMap): 0 | 1 | 2 {
  if (x < 0 || y < 0 || x >= width || y >= height) return 0;
  const part = map.ids[
    Math.floor((y * map.height) / height) * map.width + Math.floor((x * map.width) / width)
  ] as number;
  const covers =
    name.endsWith("_ear") || name.endsWith("_eye") || name === "nose"
      ? [PART_ID.hair, PART_ID.hat, PART_ID.scarf, PART_ID.sunglasses]
      : [PART_ID.bag];
  return covers.includes(part) ? 1 : 2;
}
