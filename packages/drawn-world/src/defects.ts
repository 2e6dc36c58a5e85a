import sharp, { type Sharp } from "sharp";
import type { Film } from "./develop.ts";
import type { Picture } from "./plan-picture.ts";
import type { Random } from "./random.ts";
import type { DrawnTruth } from "./truth.ts";

/** Film for a picture: defects of focus, noise and print are made here, those of content in the plan. */
export function filmOf({ width, height, defect }: Picture, r: Random): Film {
  // quality is judged on pictures of 768 pixels across: what shrinks away there must be stronger here
  const size = Math.max(1, width / 768);
  const grain = r.between(2.6, 4.2) * size ** 0.75;
  const film: Film = { width, height, grain, quality: 86 };
  switch (defect) {
    case "blur":
      return { ...film, blur: r.between(2.8, 7) * size };
    case "noise":
      return { ...film, grain: r.between(38, 60) * size };
    case "watermark":
      return { ...film, overlay: watermark(width, height, r) };
    case "cartoon":
      return { ...film, grain: 0 };
    default:
      return film;
  }
}

/** Letters as strokes on a grid of 10 × 14, so that no font is needed. */
const LETTERS: Readonly<Record<string, string>> = {
  S: "M9 2Q8 0 5 0Q1 0 1 3.5Q1 6.5 5 7Q9 7.5 9 10.5Q9 14 5 14Q1 14 0 11.5",
  A: "M0 14L5 0L10 14M2 9H8",
  M: "M0 14V0L5 8L10 0V14",
  P: "M0 14V0H6Q10 0 10 4Q10 8 6 8H0",
  L: "M0 0V14H9",
  E: "M9 0H0V14H9M0 7H7",
  T: "M0 0H10M5 0V14",
  O: "M5 0Q0 0 0 7Q0 14 5 14Q10 14 10 7Q10 0 5 0",
  C: "M9 2Q8 0 5 0Q0 0 0 7Q0 14 5 14Q8 14 9 12",
  K: "M0 0V14M9 0L0 8M3 6L9 14",
};

function word(letters: string, height: number): string {
  const scale = height / 14;
  return [...letters]
    .map(
      (letter, i) =>
        `<path transform="translate(${(i * 14 * scale).toFixed(1)} 0) scale(${scale.toFixed(3)})" d="${LETTERS[letter] ?? ""}"/>`,
    )
    .join("");
}

/** A stock agency's word across the picture, again and again, in translucent white with a dark edge. */
function watermark(width: number, height: number, r: Random): string {
  const text = r.pick(["SAMPLE", "STOCK", "COMPLETE"]);
  const size = width * r.between(0.06, 0.1);
  const opacity = r.between(0.42, 0.62).toFixed(2);
  let marks = "";
  for (let y = -0.1; y < 1.2; y += 0.2)
    for (let x = -0.2; x < 1.1; x += 0.62)
      marks += `<g transform="translate(${(x * width).toFixed(0)} ${(y * height).toFixed(0)}) rotate(-24)">${word(text, size)}</g>`;
  const pen = (color: string, width_: number): string =>
    `<g fill="none" stroke="${color}" stroke-width="${width_}" stroke-opacity="${opacity}" stroke-linecap="round">${marks}</g>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${pen("#20242a", 3)}${pen("#ffffff", 1.9)}</svg>`;
}

/** The same shot again: cropped by a few per cent, brighter or darker, compressed anew. Boxes follow the crop. */
export async function nearDuplicate(
  original: { jpeg: Uint8Array; truth: DrawnTruth },
  r: Random,
): Promise<{ jpeg: Uint8Array; truth: DrawnTruth }> {
  const { width, height } = original.truth;
  const cut = r.between(0.006, 0.025);
  const [left, top] = [Math.round(width * cut * r.next()), Math.round(height * cut * r.next())];
  const [w, h] = [Math.round(width * (1 - cut)), Math.round(height * (1 - cut))];
  const jpeg = await sharp(original.jpeg)
    .extract({ left, top, width: w, height: h })
    .resize(width, height, { fit: "fill" })
    .modulate({ brightness: r.between(0.94, 1.07) })
    .jpeg({ quality: Math.round(r.between(70, 84)) })
    .toBuffer();
  const scale = 1 / (1 - cut);
  const move = ([x, y]: readonly [number, number]): readonly [number, number] => [
    (x - left) * scale,
    (y - top) * scale,
  ];
  return {
    jpeg,
    truth: { ...original.truth, people: original.truth.people.map((person) => movePerson(person, move)) },
  };
}

function movePerson(
  person: DrawnTruth["people"][number],
  move: (point: readonly [number, number]) => readonly [number, number],
): DrawnTruth["people"][number] {
  const box = ([x0, y0, x1, y1]: readonly [number, number, number, number]): readonly [
    number,
    number,
    number,
    number,
  ] => [...move([x0, y0]), ...move([x1, y1])] as const;
  return {
    box: box(person.box),
    headBox: box(person.headBox),
    faceBox: box(person.faceBox),
    keypoints: person.keypoints.map(([x, y, v]) => [...move([x, y]), v] as const),
  };
}

/** A download that stopped: the first part of the bytes. */
export function brokenFile(jpeg: Uint8Array, r: Random): Uint8Array {
  return jpeg.slice(0, Math.round(jpeg.length * r.between(0.1, 0.7)));
}

/** A valid picture that tells where and with what it was taken. */
export async function withGps(picture: Sharp, r: Random): Promise<Uint8Array> {
  const dms = (max: number): string =>
    `${Math.floor(r.between(0, max))}/1 ${Math.floor(r.between(0, 60))}/1 ${Math.floor(r.between(0, 6000))}/100`;
  return picture
    .withExif({
      IFD0: { Make: "Drawn", Model: "World One", Artist: "A. Nobody" },
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: dms(80), GPSLongitudeRef: "E", GPSLongitude: dms(170) },
    })
    .toBuffer();
}
