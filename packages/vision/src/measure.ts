import { seeParts } from "@anyone/domain/annotate/evidence";
import type { Gates } from "@anyone/domain/filter/gate";
import { firstDrop } from "@anyone/domain/filter/judge";
import { type Cuts, promptOf } from "@anyone/domain/filter/ranking";
import {
  type Claims,
  type DropReason,
  type Measurement,
  roundedMeasurement,
  roundedScore,
} from "@anyone/domain/filter/verdict";
import type { ModelIdentity, Slot } from "@anyone/domain/model";
import { ATR_PARTS } from "@anyone/domain/parts";
import { type Box, type Detection, intersectionOverSmaller, suppress, toView } from "./boxes.ts";
import type { Crop } from "./crop.ts";
import { decode, type Header, type Picture, readHeader } from "./decode.ts";
import { detailHash } from "./detail-hash.ts";
import { findFaces, findFacesOf, headCrop } from "./face/blazeface.ts";
import { flatness } from "./fake-person/flatness.ts";
import { greyOf } from "./grey.ts";
import { hashPlane } from "./hash-plane.ts";
import { findKeypoints, type Keypoint } from "./keypoints/movenet.ts";
import { identify, type ModelName, unavailable } from "./models.ts";
import { encodePartMap, parseParts } from "./parsing/atr18.ts";
import { findPersons } from "./person/nanodet.ts";
import { perceptualHash } from "./phash.ts";
import { type Brisque, type BrisqueModel, openBrisque } from "./quality/brisque.ts";
import { findScores, SCORES, type Score, type ScoreName } from "./scores.ts";
import { type Network, openNetwork, readModel } from "./session.ts";
import { stripped } from "./strip.ts";
import { thumbnail } from "./thumbnail.ts";

/** The filter's models, loaded. */
export interface Instruments {
  person: Network;
  face: Network;
  keypoints: Network;
  encoder: Network;
  parsing: Network;
  brisque: Brisque;
  scores: Partial<Record<ScoreName, Score>>;
  /** Slots without a model. */
  empty: Slot[];
}

/** What is known of a picture beside its bytes. */
export interface About {
  /** What it is said to show. */
  prompt: string;
  /** Its source's cuts. */
  cuts: Cuts;
  /** What its file says of itself. */
  claims?: Claims;
}

/** Scores that ship and that only a gate asks for. A model that somebody registered is always asked: its score is metadata, too. */
const GATES_ONLY = ["fakeness", "faceCleanness", "watermark", "nsfw"] as const satisfies ScoreName[];

/** What is only worth making of a picture that passes every gate. */
export interface Admission {
  personBox: Box;
  faceBox: Box;
  keypoints: Keypoint[];
  phash: bigint;
  /** 256 bits, which confirm a near duplicate. */
  detailHash: Uint8Array;
  /** Share of pixels per ATR part, 18 numbers. */
  partShares: number[];
  /** ATR ids in the picture's last row. */
  cutParts: number[];
  /** JPEG without metadata, thumbnail JPEG, part map PNG. */
  image: Uint8Array;
  thumbnail: Uint8Array;
  parts: Uint8Array;
}

export type Measured =
  | { drop: DropReason; measurement: Measurement }
  | { drop?: undefined; measurement: Measurement; admission: Admission };

/**
 * Loads every model of the filter from the models' folder, checked against the registry. A score costs up to a third of everything else, so
 * one whose gate has no threshold is not measured: a threshold that drops nothing gives its histogram.
 */
export async function openInstruments(models: string, gates: Gates): Promise<Instruments> {
  const brisque = JSON.parse((await readModel(models, "brisque")).toString()) as BrisqueModel;
  const encoder = await openNetwork(models, "encoder");
  return {
    person: await openNetwork(models, "nanodet"),
    face: await openNetwork(models, "blazeface"),
    keypoints: await openNetwork(models, "movenet"),
    encoder,
    parsing: await openNetwork(models, "parsing"),
    brisque: openBrisque(brisque),
    ...(await openScores(models, encoder, gates)),
  };
}

async function openScores(
  models: string,
  encoder: Network,
  gates: Gates,
): Promise<Pick<Instruments, "scores" | "empty">> {
  const found = await findScores(models, encoder);
  const scores: Instruments["scores"] = {};
  const filled = new Set<Slot>(["quality-global"]);
  for (const [name, slot] of Object.entries(SCORES) as [ScoreName, Slot][]) {
    const open = found[name];
    if (!open) continue;
    filled.add(slot);
    if (!isUnasked(name, gates)) scores[name] = await open();
  }
  return { scores, empty: [...new Set<Slot>(Object.values(SCORES))].filter((slot) => !filled.has(slot)) };
}

/** Names the scores that instruments opened for these thresholds leave out: with others of the same name they need not be opened again. */
export function scoresLeftOut(gates: Gates): string {
  return GATES_ONLY.filter((name) => gates[name] === null).join(",");
}

function isUnasked(name: ScoreName, gates: Gates): boolean {
  return GATES_ONLY.some((one) => one === name && gates[one] === null);
}

/**
 * Measures a picture step by step, from one header and one decode. What the header drops is never decoded. What is decoded is measured by
 * every gate's model, also where one drops it already, so that each gate's own verdict is known; keypoints and parts only for what is admitted.
 * A file whose own `claims` say that a model made it is not decoded either.
 */
export async function measure(
  instruments: Instruments,
  bytes: Uint8Array,
  gates: Gates,
  { prompt, cuts, claims = {} }: About = { prompt: promptOf(null), cuts: {} },
): Promise<Measured> {
  const measurement: Measurement = { ...claims, models: instruments.empty.map(unavailable) };
  // Judged as it is stored, so that judging again gives the same.
  const drop = () => firstDrop(roundedMeasurement(measurement), gates, cuts);
  const dropped = () => droppedBy(measurement, drop());
  const header = await readHeader(bytes);
  if (!header.ok) {
    measurement.fault = header.fault;
    return dropped();
  }
  const { width, height } = header.value;
  Object.assign(measurement, { width, height });
  if (drop()) return dropped();

  const decoded = await decode(bytes, header.value);
  if (!decoded.ok) {
    measurement.fault = decoded.fault;
    return dropped();
  }
  const picture = decoded.value;

  measurement.persons = (await findPersons(instruments.person, picture)).map(plain);
  note(measurement, "nanodet");
  const grey = greyOf(picture.view);
  measurement.brisque = await instruments.brisque(grey);
  note(measurement, "brisque");
  const person = measurement.persons[0];
  if (!person) return dropped();

  const head = await headCrop(picture, person.box);
  measurement.faces = (await facesOf(instruments.face, picture, measurement.persons, head)).map(plain);
  note(measurement, "blazeface");
  const face = measurement.faces[0];
  measurement.flatness = await flatness(grey, toView(person.box, picture));
  note(measurement, "flatness");
  if (!face) return dropped();
  const subject = { picture, person: person.box, face: face.box, head, prompt };
  for (const [name, score] of Object.entries(instruments.scores) as [ScoreName, Score][]) {
    measurement[name] = roundedScore(name, await score.of(subject));
    measurement.models.push(score.identity);
  }
  if (measurement.preference !== undefined) measurement.prompt = prompt;
  if (drop()) return dropped();

  const admission = await admit(instruments, bytes, header.value, picture, person.box, face.box);
  measurement.foreground = 1 - (admission.partShares[0] as number);
  note(measurement, "movenet", "parsing", "foreground");
  return { measurement, admission };
}

/** Faces of the best person and of up to two more or less doubtful ones: a second face tells a second person that was seen badly. */
async function facesOf(
  network: Network,
  picture: Picture,
  [, ...others]: readonly Detection[],
  head: Crop,
): Promise<Detection[]> {
  const found = await findFacesOf(network, picture, head);
  for (const { box } of others.slice(0, 2)) found.push(...(await findFaces(network, picture, box)));
  return suppress(found, 0.5, intersectionOverSmaller);
}

function plain({ score, box: [x0, y0, x1, y1] }: Detection): { score: number; box: [number, number, number, number] } {
  return { score, box: [x0, y0, x1, y1] };
}

async function admit(
  instruments: Instruments,
  bytes: Uint8Array,
  header: Header,
  picture: Picture,
  personBox: Box,
  faceBox: Box,
): Promise<Admission> {
  const parts = await parseParts(instruments.encoder, instruments.parsing, picture, personBox);
  const { share, touchesBottom } = seeParts(parts, ATR_PARTS.length);
  const small = await hashPlane(picture.view);
  return {
    personBox,
    faceBox,
    keypoints: await findKeypoints(instruments.keypoints, picture, personBox),
    phash: await perceptualHash(small),
    detailHash: await detailHash(small),
    partShares: [...share],
    cutParts: touchesBottom.flatMap((cut, id) => (cut ? id : [])),
    image: await stripped(bytes, header),
    thumbnail: await thumbnail(picture.view),
    parts: await encodePartMap(parts),
  };
}

function droppedBy(measurement: Measurement, drop: DropReason | undefined): Measured {
  if (!drop) throw new Error("no gate drops this picture");
  return { drop, measurement };
}

function note(measurement: Measurement, ...names: ModelName[]): void {
  measurement.models.push(...names.map((name): ModelIdentity => identify(name)));
}
