import { readFile } from "node:fs/promises";
import { type Box, toView } from "../../packages/vision/src/boxes.ts";
import { decode, type Picture, readHeader, VIEW_WIDTH } from "../../packages/vision/src/decode.ts";
import { findFacesOf, headCrop } from "../../packages/vision/src/face/blazeface.ts";
import { fakeness } from "../../packages/vision/src/fake-person/fakeness.ts";
import { flatness } from "../../packages/vision/src/fake-person/flatness.ts";
import { greyOf } from "../../packages/vision/src/grey.ts";
import { hashPlane } from "../../packages/vision/src/hash-plane.ts";
import { findKeypoints } from "../../packages/vision/src/keypoints/movenet.ts";
import type { FileModelName } from "../../packages/vision/src/models.ts";
import { modelsFolder } from "../../packages/vision/src/models-folder.ts";
import { openNsfw } from "../../packages/vision/src/nsfw/open-nsfw.ts";
import { parseParts } from "../../packages/vision/src/parsing/atr18.ts";
import { findPersons } from "../../packages/vision/src/person/nanodet.ts";
import { perceptualHash } from "../../packages/vision/src/phash.ts";
import { type BrisqueModel, openBrisque } from "../../packages/vision/src/quality/brisque.ts";
import { stretched } from "../../packages/vision/src/resized.ts";
import { type Network, openNetwork, readModel } from "../../packages/vision/src/session.ts";
import { drawnWatermark } from "../../packages/vision/src/watermark/drawn.ts";
import type { BenchResult } from "./run.ts";

const PHOTOGRAPH = "../../packages/vision/node_modules/soft-ui-design-system/assets/img/charles.jpg";
const SIZE = { width: 1250, height: 1500 };
const ROUNDS = 15;

/**
 * Every embedded detector and score on one decoded photograph of 1250×1500, beside nothing but the sessions that they run on inputs made before. Both
 * are timed in turns, on one thread; the least of fifteen rounds each, since what else the machine does only adds.
 */
export async function run(): Promise<BenchResult> {
  const open = (name: FileModelName) => openNetwork(modelsFolder, name);
  const networks = {
    nanodet: await open("nanodet"),
    blazeface: await open("blazeface"),
    encoder: await open("encoder"),
    fakePerson: await open("fakePerson"),
    openNsfw: await open("openNsfw"),
    watermark: await open("watermark"),
    movenet: await open("movenet"),
    parsing: await open("parsing"),
  };
  const brisque = openBrisque(JSON.parse((await readModel(modelsFolder, "brisque")).toString()) as BrisqueModel);
  const picture = await photograph();
  const person = (await findPersons(networks.nanodet, picture))[0]?.box as Box;
  // Cut once a picture, as the filter does: the step "face" bears it.
  let head = await headCrop(picture, person);
  const steps: Record<string, { sessions: (keyof typeof networks)[]; work: () => Promise<unknown> }> = {
    person: { sessions: ["nanodet"], work: () => findPersons(networks.nanodet, picture) },
    face: {
      sessions: ["blazeface"],
      work: async () => {
        head = await headCrop(picture, person);
        return findFacesOf(networks.blazeface, picture, head);
      },
    },
    "fake-person": {
      sessions: ["encoder", "fakePerson"],
      work: () => fakeness(networks.encoder, networks.fakePerson, head),
    },
    nsfw: { sessions: ["openNsfw"], work: () => openNsfw(networks.openNsfw, picture.view) },
    watermark: { sessions: ["watermark"], work: () => drawnWatermark(networks.watermark, picture.view) },
    keypoints: { sessions: ["movenet"], work: () => findKeypoints(networks.movenet, picture, person) },
    parsing: {
      sessions: ["encoder", "parsing"],
      work: () => parseParts(networks.encoder, networks.parsing, picture, person),
    },
    "quality, flatness, hash": {
      sessions: [],
      work: async () => {
        const grey = greyOf(picture.view);
        return [
          await brisque(grey),
          await flatness(grey, toView(person, picture)),
          await perceptualHash(await hashPlane(picture.view)),
        ];
      },
    },
  };

  const rows: string[][] = [];
  let [ours, bare] = [0, 0];
  for (const [name, { sessions, work }] of Object.entries(steps)) {
    const alone = await recorded(networks, sessions, work);
    const [mine, theirs] = await inTurns(work, alone);
    ours += mine;
    bare += theirs;
    rows.push([name, mine.toFixed(1), theirs.toFixed(1)]);
  }
  rows.push(["all", ours.toFixed(1), bare.toFixed(1)]);
  const figures = { ours_ms: round(ours), sessions_ms: round(bare), vs_sessions: round(ours / bare) };
  return { table: [["slot", "ms with all around it", "ms of its sessions alone"], ...rows], figures };
}

/** A portrait out of an installed package, its view as the filter would make it of 1250×1500. */
async function photograph(): Promise<Picture> {
  const bytes = await readFile(new URL(PHOTOGRAPH, import.meta.url));
  const header = await readHeader(bytes);
  const decoded = header.ok ? await decode(bytes, header.value) : header;
  if (!decoded.ok || !("view" in decoded.value)) throw new Error("the photograph cannot be decoded");
  const [width, height] = [VIEW_WIDTH, Math.round((VIEW_WIDTH * SIZE.height) / SIZE.width)];
  const data = await stretched(decoded.value.view, width, height, "cubic");
  return { ...SIZE, scale: width / SIZE.width, view: { data, width, height } };
}

/** Runs the work once, keeping what its sessions were fed; gives those runs alone. */
async function recorded<Name extends string>(
  networks: Record<Name, Network>,
  names: readonly Name[],
  work: () => Promise<unknown>,
): Promise<() => Promise<unknown>> {
  const fed: (() => Promise<unknown>)[] = [];
  const restore = names.map((name) => {
    const network = networks[name];
    const { run: original } = network;
    network.run = (inputs) => {
      fed.push(() => original(inputs));
      return original(inputs);
    };
    return () => {
      network.run = original;
    };
  });
  await work();
  for (const undo of restore) undo();
  return async () => {
    for (const again of fed) await again();
  };
}

/** The least of both, in milliseconds, each warmed up twice. */
async function inTurns(first: () => Promise<unknown>, second: () => Promise<unknown>): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let round = -2; round < ROUNDS; round++) {
    for (const [i, work] of [first, second].entries()) {
      const started = performance.now();
      await work();
      if (round >= 0) times[i]?.push(performance.now() - started);
    }
  }
  return times.map((list) => Math.min(...list)) as [number, number];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
