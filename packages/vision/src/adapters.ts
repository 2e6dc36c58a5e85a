import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fault } from "@anyone/domain/fault";
import type { Added } from "./added.ts";
import { hashOf } from "./added.ts";
import { laionAesthetic } from "./aesthetic/laion.ts";
import type { Box, Detection } from "./boxes.ts";
import { type CatalogueName, catalogue } from "./catalogue.ts";
import { openTokenizer, type Tokenizer } from "./clip/tokenizer.ts";
import type { Crop } from "./crop.ts";
import type { Picture } from "./decode.ts";
import { findFacesRetina } from "./face/retinaface.ts";
import { findFacesScrfd } from "./face/scrfd.ts";
import { findFacesYunet } from "./face/yunet.ts";
import { findKeypointsDwpose } from "./keypoints/dwpose.ts";
import type { Keypoint } from "./keypoints/movenet.ts";
import type { PartMap } from "./parsing/atr18.ts";
import { parsePartsSchp } from "./parsing/schp.ts";
import { findPersonsRfDetr } from "./person/rf-detr.ts";
import { findPersonsYolov7 } from "./person/yolov7.ts";
import { hpsv2 } from "./preference/hpsv2.ts";
import { ifqa } from "./quality/ifqa.ts";
import { liqe } from "./quality/liqe.ts";
import { type Network, networkOf, openSession } from "./session.ts";
import { laionWatermark } from "./watermark/laion.ts";

/** What a model is asked about. */
export interface Subject {
  picture: Picture;
  /** Best person and face, in picture pixels; the whole picture where nobody was looked for. */
  person: Box;
  face: Box;
  /** The person's head and shoulders as `headCrop` cuts them, where somebody has done so already. */
  head?: Crop;
  /** What the picture is said to show. */
  prompt: string;
}

/** What a model of a slot answers. */
export type Finding =
  | { kind: "boxes"; boxes: Detection[] }
  | { kind: "keypoints"; keypoints: Keypoint[] }
  | { kind: "parts"; parts: PartMap }
  | { kind: "score"; score: number };

export type Adapter = (subject: Subject) => Promise<Finding>;

/** A model's opened parts. */
interface Opened {
  network(part?: string): Network;
  tokenizer(): Tokenizer;
}

const boxes =
  (find: (network: Network, picture: Picture) => Promise<Detection[]>) =>
  (opened: Opened): Adapter => {
    return async ({ picture }) => ({ kind: "boxes", boxes: await find(opened.network(), picture) });
  };
const score =
  (rate: (opened: Opened, subject: Subject) => Promise<number>) =>
  (opened: Opened): Adapter => {
    return async (subject) => ({ kind: "score", score: await rate(opened, subject) });
  };

const adapters: Readonly<Record<CatalogueName, (opened: Opened) => Adapter>> = {
  yolov7: boxes(findPersonsYolov7),
  "rf-detr-base": boxes(findPersonsRfDetr),
  retinaface: boxes(findFacesRetina),
  "scrfd-10g": boxes(findFacesScrfd),
  yunet: boxes(findFacesYunet),
  dwpose:
    (opened) =>
    async ({ picture, person }) => ({
      kind: "keypoints",
      keypoints: await findKeypointsDwpose(opened.network(), picture, person),
    }),
  "schp-atr":
    (opened) =>
    async ({ picture }) => ({
      kind: "parts",
      parts: await parsePartsSchp(opened.network(), picture),
    }),
  liqe: score((opened, { picture }) => liqe(opened.network(), picture.view)),
  ifqa: score((opened, { picture, face }) => ifqa(opened.network(), picture, face)),
  "hpsv2.0": score((opened, { picture, prompt }) =>
    hpsv2(opened.network("image"), opened.network("text"), opened.tokenizer(), picture.view, prompt),
  ),
  "laion-aesthetic-v2": score((opened, { picture }) =>
    laionAesthetic(opened.network("encoder"), opened.network("head"), picture.view),
  ),
  "laion-watermark": score((opened, { picture }) => laionWatermark(opened.network(), picture.view)),
};

/**
 * Opens a registered model, every file checked against the hash it was registered with.
 *
 * @throws Fault `bad-environment` when a part is not registered, `altered-object` when a file is not what was registered.
 */
export async function openAdapter(models: string, name: CatalogueName, added: readonly Added[]): Promise<Adapter> {
  const networks = new Map<string, Network>();
  let tokenizer: Tokenizer | undefined;
  for (const [part, { kind }] of Object.entries(catalogue[name].parts)) {
    const path = await registered(models, name, part, added);
    if (kind === "text") tokenizer = openTokenizer(await readFile(path, "utf8"));
    else networks.set(part, networkOf(await openSession(path)));
  }
  return adapters[name]({
    network: (part = "network") => networks.get(part) as Network,
    tokenizer: () => tokenizer as Tokenizer,
  });
}

async function registered(models: string, name: string, part: string, added: readonly Added[]): Promise<string> {
  const one = added.find((each) => each.model === name && each.part === part);
  if (!one) {
    throw fault("bad-environment", `The ${part} of ${name} is not registered.`, {
      hint: `Register it: anyone models add ${name} --part ${part} --from PATH.`,
    });
  }
  const path = join(models, one.file);
  const found = await hashOf(path).catch(() => "missing");
  if (found === one.sha256) return path;
  throw fault("altered-object", `${path} is ${found === "missing" ? "missing" : `altered: it has sha256 ${found}`}.`, {
    hint: `Register it again: anyone models add ${name} --part ${part} --from ${one.from}.`,
  });
}
