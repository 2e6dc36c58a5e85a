import type { ModelEntry } from "../models.ts";
import type { Described, Row } from "./describe.ts";

/** What is said of a model beside its figures. */
interface Said {
  title: string;
  what: string;
  limits: string;
  /** How its weights are made, where they are made here. */
  training?: string;
}

const onDrawings =
  "Drawn people are flat and frontal beside photographs: the drawn column shows that the whole path works, the other one how little is known of the world.";

/** By the model's name in the registry. */
export const SAID: Readonly<Record<string, Said>> = {
  nanodet: {
    title: "Person detector",
    what: "NanoDet at 416×416 on the whole picture; boxes with a score. The gate counts from .35 on.",
    limits:
      "Two people side by side within a shoulder's width are often one box: the gate of persons counts faces as well.",
  },
  blazeface: {
    title: "Face detector",
    what: "BlazeFace (back camera) on head and shoulders of a person's box; boxes with a score. The gate counts from .5 on.",
    limits:
      "It finds a face in seven of ten empty street pictures, so it is asked only inside of a person's box. Profiles and faces under hats score low.",
  },
  movenet: {
    title: "Key points",
    what: "MoveNet thunder on a square about the person's box: 17 COCO points with a score.",
    limits:
      "Points of the photographs have no truth here: what is stated is that two models agree on where the person is.",
  },
  parsing: {
    title: "Human parsing",
    what: "ATR-18 part per pixel of the person's box, on the detector's own box, as the filter does it: a frozen encoder and a decoder trained on drawn people.",
    limits:
      "Trained on drawings only. On photographs trust outline, hair and face; garments are weak there: hoods become hair, crossed arms a bag, bare shoulders upper clothes.",
    training: "anyone models train parsing",
  },
  brisque: {
    title: "Quality of the whole picture",
    what: "BRISQUE with the LIVE parameters: about 0 is clean, 100 ruined. The gate drops above 49, and LIQE takes its place where it is registered.",
    limits:
      "It knows blur, noise, compression and enlarging; nothing of composition, exposure or taste. A person before a soft or plain wall may score as ruined: the three photographs above 60 do so in the PyPI package brisque and in OpenCV as well (within 2 and 9 points of ours), so it is the measure and not its making.",
  },
  faceCleanness: {
    title: "Quality of the face",
    what: "A rule: BRISQUE of the face alone at 224×224, turned round, 0 to 1. The gate drops below .4, and IFQA takes its place where it is registered.",
    limits: "It knows nothing of eyes, of pose, or of what covers a face.",
  },
  openNsfw: {
    title: "Not safe for work",
    what: "Yahoo's open_nsfw: one chance, 0 to 1. Its gate is off until somebody sets a threshold.",
    limits:
      "Only false alarms were measured: no picture that it should find was tested, here or in its package. Its training data was never published.",
  },
  fakePerson: {
    title: "Fake people",
    what: "A logistic regression over a frozen encoder's taps on head and shoulders: the chance that no camera made the person. Styles, and one never learnt from, are in the training's own card beside the weights.",
    limits:
      "It knows drawings, paintings and prints. What generators make to look like a photograph it mostly takes for one: tested on the text-to-image pictures of the PyPI package comfyui-workflow-templates-media-image 0.3.160, small ones, drawings among them.",
    training: "anyone models train fake-person",
  },
};

/** How many pictures a card was measured on, and by which command. */
export interface Measured {
  people: number;
  photographs: number;
  generated: boolean;
  command: string;
}

/** A model's card in Markdown: what it is, whose, measured how well, and what it is not good for. */
export function cardOf(name: string, entry: ModelEntry, { rows, curve }: Described, measured: Measured): string {
  const said = SAID[name];
  if (!said) throw new Error(`nothing is said of ${name}`);
  const hash = entry.sha256 === "" ? "a rule, no weights" : `\`${entry.sha256}\``;
  const facts = [
    `- Slot: ${entry.slot}; tier: **${entry.tier}**`,
    `- From: ${entry.source} ${entry.version}${entry.file ? `, \`${entry.file}\`` : ""}; sha256: ${hash}`,
    `- Licence: ${entry.licence}`,
    `- Made by: ${said.training ? `\`${said.training}\`` : "others; taken from the package as it is, converted to ONNX where it was not"}`,
  ];
  const head: Row = ["measured", "drawn people", "photographs"];
  const generated = measured.generated ? ", and pictures made by generators" : "";
  return [
    `# ${said.title} (\`${entry.model}\`)`,
    said.what,
    facts.join("\n"),
    "## Quality",
    `${measured.people} drawn people (seeds that no training has seen) and ${measured.photographs} photographs out of npm packages${generated}. Rates stand with Wilson's 95 % intervals, means with bootstrapped ones.`,
    table([head, ...rows]),
    ...(curve ? ["## By threshold", table(curve)] : []),
    "## Limits",
    `${said.limits} ${onDrawings}`,
    "## Measured by",
    `\`\`\`\n${measured.command}\n\`\`\``,
    "",
  ].join("\n\n");
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
