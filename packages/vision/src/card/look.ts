import { gates } from "@anyone/domain/filter/gate";
import { countSure } from "@anyone/domain/filter/sure";
import sharp from "sharp";
import type { Box, Detection } from "../boxes.ts";
import { decode, readHeader } from "../decode.ts";
import { findFaces } from "../face/blazeface.ts";
import { greyOf } from "../grey.ts";
import { findKeypoints, type Keypoint } from "../keypoints/movenet.ts";
import type { Instruments } from "../measure.ts";
import { type PartMap, parseParts } from "../parsing/atr18.ts";
import { findPersons } from "../person/nanodet.ts";
import type { Score, ScoreName } from "../scores.ts";

/** Everything that the embedded models say of one picture, whether or not a gate would have stopped before. */
export interface Look {
  width: number;
  height: number;
  persons: Detection[];
  faces: Detection[];
  brisque: number;
  /** Absent where nobody is seen. */
  person?: Box;
  keypoints?: Keypoint[];
  parts?: PartMap;
  scores: Partial<Record<ScoreName, number>>;
}

/** What is asked beyond boxes and BRISQUE; a card of ruined pictures needs no key points. */
export interface Asked {
  points: boolean;
  scores: readonly ScoreName[];
}

/** Looks at a picture with all that is open. Undefined where the bytes are no picture. */
export async function look(
  { person: nanodet, face: blazeface, keypoints, encoder, parsing, brisque, scores }: Instruments,
  bytes: Uint8Array,
  asked: Asked,
): Promise<Look | undefined> {
  const header = await readHeader(bytes);
  const decoded = header.ok ? await decode(bytes, header.value) : header;
  if (!decoded.ok || !("view" in decoded.value)) return undefined;
  const picture = decoded.value;
  const { width, height } = picture;
  const persons = await findPersons(nanodet, picture);
  const found: Look = { width, height, persons, faces: [], brisque: await brisque(greyOf(picture.view)), scores: {} };
  const person = persons[0]?.box;
  if (!person || countSure(persons, gates.personScore) === 0) return found;
  found.person = person;
  found.faces = await findFaces(blazeface, picture, person);
  if (asked.points) {
    found.keypoints = await findKeypoints(keypoints, picture, person);
    found.parts = await parseParts(encoder, parsing, picture, person);
  }
  const face = found.faces.find(({ score }) => score >= gates.faceScore)?.box;
  for (const name of asked.scores) {
    const score: Score | undefined = scores[name];
    if (score && (face || name !== "faceCleanness"))
      found.scores[name] = await score.of({ picture, person, face: face ?? person, prompt: "" });
  }
  return found;
}

/** Ways in which pictures come ruined, on the picture at the size of the filter's view. */
export const RUINED: Readonly<Record<string, (image: ReturnType<typeof sharp>) => Promise<Uint8Array>>> = {
  "blurred, σ 4": (image) => image.blur(4).jpeg({ quality: 90 }).toBuffer(),
  "JPEG at quality 8": (image) => image.jpeg({ quality: 8 }).toBuffer(),
  "enlarged 5 times": async (image) => {
    const { data, info } = await image.toBuffer({ resolveWithObject: true });
    const small = await sharp(data)
      .resize(Math.round(info.width / 5))
      .toBuffer();
    return sharp(small).resize(info.width, info.height, { fit: "fill" }).jpeg({ quality: 90 }).toBuffer();
  },
};

/** The picture at most 768 wide, ruined in that way. */
export function ruin(bytes: Uint8Array, how: string): Promise<Uint8Array> {
  const make = RUINED[how];
  if (!make) throw new Error(`nothing is ruined as ${how}`);
  return make(sharp(bytes).resize({ width: 768, withoutEnlargement: true }).png());
}
