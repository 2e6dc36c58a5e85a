import { readFile } from "node:fs/promises";
import { gates } from "@anyone/domain/filter/gate";
import { countSure } from "@anyone/domain/filter/sure";
import { ATR_PARTS } from "@anyone/domain/parts";
import sharp from "sharp";
import { type Box, intersectionOverUnion } from "../boxes.ts";
import type { ModelName } from "../models.ts";
import type { ScoreName } from "../scores.ts";
import type { Look } from "./look.ts";
import { shownOn } from "./photographs.ts";
import { mean, rate, share } from "./rate.ts";

export interface Seen extends Look {
  path: string;
  name: string;
}

/** What the cards are measured on. */
export interface Material {
  /** Drawn people with their truth beside them. */
  people: Seen[];
  photographs: Seen[];
  cartoons: Seen[];
  /** Pictures that generators made. */
  generated: Seen[];
  ruinedPeople: Record<string, Seen[]>;
  ruinedPhotographs: Record<string, Seen[]>;
}

/** One line of a card: what is measured, on drawn people and on photographs. */
export type Row = readonly [what: string, drawn: string, photographs: string];

/** A model's table, and a threshold's curve where one was asked for. */
export interface Described {
  rows: Row[];
  curve?: readonly (readonly string[])[];
}

/** What is read of a truth file. */
interface Truth {
  height: number;
  people: { box: Box; faceBox: Box; keypoints: [number, number, 0 | 1 | 2][] }[];
}

/** A key point counts as found within this share of its person's height. */
const NEAR = 0.05;
const NOTHING = "–";

/** What each card states, by the model's name in the registry. */
export async function describe(material: Material): Promise<Partial<Record<ModelName, Described>>> {
  const people = await Promise.all(material.people.map(withTruth));
  const photographs = material.photographs;
  return {
    nanodet: { rows: personRows(people, photographs) },
    blazeface: { rows: faceRows(people, photographs) },
    movenet: { rows: pointRows(people, photographs) },
    parsing: { rows: await partRows(people, photographs) },
    brisque: { rows: qualityRows(material, "brisque"), curve: brisqueCurve(material) },
    faceCleanness: { rows: qualityRows(material, "faceCleanness"), curve: cleannessCurve(material) },
    openNsfw: { rows: nsfwRows(people, photographs) },
    fakePerson: { rows: fakeRows(material), curve: fakeCurve(material) },
  };
}

type Told = Seen & { truth: Truth["people"][number] };

async function withTruth(seen: Seen): Promise<Told> {
  const truth = JSON.parse(await readFile(seen.path.replace(/\.jpg$/, ".json"), "utf8")) as Truth;
  return { ...seen, truth: truth.people[0] as Told["truth"] };
}

const shown = (photographs: readonly Seen[], ...kinds: string[]) =>
  photographs.filter(({ name }) => kinds.includes(shownOn(name) ?? ""));
const people = ({ persons }: Look) => countSure(persons, gates.personScore);
const faces = (look: Look) => countSure(look.faces, gates.faceScore);

function personRows(drawn: readonly Told[], photographs: readonly Seen[]): Row[] {
  const one = shown(photographs, "one", "faceless");
  return [
    ["exactly one box where one person is", share(drawn, (p) => people(p) === 1), share(one, (p) => people(p) === 1)],
    ["no box where nobody is", NOTHING, share(shown(photographs, "nobody"), (p) => people(p) === 0)],
    ["two boxes or more where several are", NOTHING, share(shown(photographs, "several"), (p) => people(p) > 1)],
    [
      "overlap of the best box with the true one, mean",
      mean(drawn.map((p) => overlap(p.person, p.truth.box))),
      "no truth",
    ],
  ];
}

function faceRows(drawn: readonly Told[], photographs: readonly Seen[]): Row[] {
  const best = (p: Told) => overlap(p.faces[0]?.box, p.truth.faceBox);
  return [
    [
      "exactly one face where one is to be seen",
      share(drawn, (p) => faces(p) === 1),
      share(shown(photographs, "one"), (p) => faces(p) === 1),
    ],
    ["no face on a person from behind or above", NOTHING, share(shown(photographs, "faceless"), (p) => faces(p) === 0)],
    ["overlap of the best face with the true one, mean", mean(drawn.map(best)), "no truth"],
    ["overlap of at least one half", share(drawn, (p) => best(p) >= 0.5), "no truth"],
  ];
}

function pointRows(drawn: readonly Told[], photographs: readonly Seen[]): Row[] {
  const off = drawn.flatMap(({ keypoints, truth }) => {
    const tall = truth.box[3] - truth.box[1];
    return truth.keypoints.flatMap(([x, y, visible], i) => {
      const [fx, fy] = keypoints?.[i] ?? [Number.NaN, Number.NaN];
      return visible === 2 ? Math.hypot(fx - x, fy - y) / tall : [];
    });
  });
  const alone = shown(photographs, "one", "faceless").filter(({ keypoints }) => keypoints);
  const on = alone.flatMap(onParts);
  return [
    [`visible points within ${NEAR} of the person's height`, share(off, (distance) => distance <= NEAR), "no truth"],
    ["distance in heights of the person, mean", mean(off.filter((distance) => !Number.isNaN(distance))), "no truth"],
    [
      "sure points (from .3) that lie on the part map's person",
      share(drawn.flatMap(onParts), Boolean),
      share(on, Boolean),
    ],
  ];
}

/** Of each sure key point, whether the part map has the person there: two models that agree, no truth. */
function onParts({ keypoints = [], parts, width, height }: Look): boolean[] {
  return keypoints
    .filter(([x, y, score]) => score >= 0.3 && x >= 0 && y >= 0 && x < width && y < height)
    .map(([x, y]) => {
      if (!parts) return false;
      const at = Math.floor((y / height) * parts.height) * parts.width + Math.floor((x / width) * parts.width);
      return parts.ids[at] !== 0;
    });
}

async function partRows(drawn: readonly Told[], photographs: readonly Seen[]): Promise<Row[]> {
  const count = ATR_PARTS.length;
  const pairs = new Float64Array(count * count);
  const right: number[] = [];
  for (const { path, parts } of drawn) {
    if (!parts) continue;
    const { width, height, ids } = parts;
    const truth = await sharp(path.replace(/\.jpg$/, ".parts.png"))
      .resize(width, height, { fit: "fill", kernel: "nearest" })
      .extractChannel(0)
      .raw()
      .toBuffer();
    let hits = 0;
    ids.forEach((id, i) => {
      const own = truth[i] as number;
      pairs[own * count + id] = (pairs[own * count + id] as number) + 1;
      if (own === id) hits++;
    });
    right.push(hits / ids.length);
  }
  const overlaps = ATR_PARTS.map((_, part) => partOverlap(pairs, count, part));
  const known = overlaps.filter((one) => !Number.isNaN(one));
  const shares = shown(photographs, "one", "faceless").flatMap(({ parts }) =>
    parts ? parts.ids.reduce((sum, id) => sum + Number(id > 0), 0) / parts.ids.length : [],
  );
  return [
    ["pixels named right, mean over pictures", mean(right), "no truth"],
    ["overlap by part over all pictures, mean of the parts that occur", mean(known), "no truth"],
    ["person's share of the picture, mean", NOTHING, mean(shares)],
    ...ATR_PARTS.map((part, i): Row => {
      const one = overlaps[i] as number;
      return [`overlap: ${part}`, Number.isNaN(one) ? "does not occur" : one.toFixed(2), "no truth"];
    }),
  ];
}

function partOverlap(pairs: Float64Array, count: number, part: number): number {
  let [own, named] = [0, 0];
  for (let other = 0; other < count; other++) {
    own += pairs[part * count + other] as number;
    named += pairs[other * count + part] as number;
  }
  const both = pairs[part * count + part] as number;
  return both / (own + named - both);
}

function qualityRows({ people: drawn, photographs, ...ruined }: Material, score: "brisque" | "faceCleanness"): Row[] {
  const of = (look: Look) => (score === "brisque" ? look.brisque : look.scores.faceCleanness);
  const clean = [drawn, shown(photographs, "one")].map((all) => all.flatMap((one) => of(one) ?? []));
  const rows: Row[] = [
    ["score of clean pictures, mean", mean(clean[0] ?? []), mean(clean[1] ?? [])],
    ...Object.keys(ruined.ruinedPeople).map((how): Row => {
      const [a, b] = [ruined.ruinedPeople[how] ?? [], ruined.ruinedPhotographs[how] ?? []];
      return [`score ${how}, mean`, mean(a.flatMap((p) => of(p) ?? [])), mean(b.flatMap((p) => of(p) ?? []))];
    }),
  ];
  const limit = gates.brisque;
  if (score !== "brisque" || limit === null) return rows;
  const bad = (all: readonly Seen[] = []) => share(all, ({ brisque }) => brisque > limit);
  return [
    [`clean pictures dropped at ${limit}`, bad(drawn), bad(shown(photographs, "one"))],
    ...Object.keys(ruined.ruinedPeople).map(
      (how): Row => [`${how}, dropped at ${limit}`, bad(ruined.ruinedPeople[how]), bad(ruined.ruinedPhotographs[how])],
    ),
    ...rows,
  ];
}

function cleannessCurve(material: Material) {
  const groups = cleanAndRuined(material, ({ scores }) => scores.faceCleanness);
  return [
    ["threshold", "clean drawn below", "clean photographs below", "ruined drawn below", "ruined photographs below"],
    ...[0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7].map((t) => [
      t.toFixed(2),
      ...groups.map((group) => share(group, (value) => value < t)),
    ]),
  ];
}

function brisqueCurve(material: Material) {
  const groups = cleanAndRuined(material, ({ brisque }) => brisque);
  return [
    ["threshold", "clean drawn above", "clean photographs above", "ruined drawn above", "ruined photographs above"],
    ...[40, 45, 49, 52, 55, 58, 60, 62, 65, 70].map((t) => [
      `${t}`,
      ...groups.map((group) => share(group, (value) => value > t)),
    ]),
  ];
}

/** A score of clean drawn people, clean photographs, ruined drawn people and ruined photographs. */
function cleanAndRuined(
  { people: drawn, photographs, ruinedPeople, ruinedPhotographs }: Material,
  of: (look: Look) => number | undefined,
): number[][] {
  return [
    drawn,
    shown(photographs, "one"),
    Object.values(ruinedPeople).flat(),
    Object.values(ruinedPhotographs).flat(),
  ].map((all: readonly Seen[]) => all.flatMap((one) => of(one) ?? []));
}

function nsfwRows(drawn: readonly Seen[], photographs: readonly Seen[]): Row[] {
  const of = (all: readonly Seen[]) => all.flatMap(({ scores }) => scores.nsfw ?? []);
  return [
    ...[0.3, 0.5, 0.8].map((t): Row => {
      const above = (all: readonly Seen[]) => share(of(all), (value) => value > t);
      return [`clean pictures above ${t}`, above(drawn), above(photographs)];
    }),
    ["score of clean pictures, mean", mean(of(drawn)), mean(of(photographs))],
    ["what is to be found, found", "no such picture was tested", "no such picture was tested"],
  ];
}

const scored = (all: readonly Seen[], name: ScoreName) => all.flatMap(({ scores }) => scores[name] ?? []);

function fakeRows({ people: drawn, cartoons, photographs, generated }: Material): Row[] {
  const t = gates.fakeness ?? 0.9;
  const above = (all: readonly number[]) => share(all, (value) => value > t);
  const [real, fake] = [scored(drawn, "fakeness"), scored(cartoons, "fakeness")];
  const right = real.filter((value) => value <= t).length + fake.filter((value) => value > t).length;
  return [
    [`accuracy at ${t}: photograph-like drawings against cartoons`, rate(right, real.length + fake.length), NOTHING],
    [`real taken for fake at ${t}`, above(real), above(scored(photographs, "fakeness"))],
    [`cartoons found at ${t}`, above(fake), NOTHING],
    [`people made by generators found at ${t}`, NOTHING, above(scored(generated, "fakeness"))],
  ];
}

function fakeCurve({ people: drawn, cartoons, photographs, generated }: Material) {
  const groups = [drawn, photographs, cartoons, generated].map((all) => scored(all, "fakeness"));
  return curveOf(
    ["threshold", "photograph-like drawings above", "photographs above", "cartoons above", "made by generators above"],
    groups,
  );
}

function curveOf(head: string[], groups: readonly (readonly number[])[]): string[][] {
  const thresholds = [0.05, 0.1, 0.2, 0.3, 0.33, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];
  return [head, ...thresholds.map((t) => [t.toFixed(2), ...groups.map((group) => share(group, (value) => value > t))])];
}

function overlap(box: Box | undefined, truth: Box): number {
  return box ? intersectionOverUnion(box, truth) : 0;
}
