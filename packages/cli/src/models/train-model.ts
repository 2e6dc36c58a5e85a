import { join, resolve } from "node:path";
import { readPrimeHuman } from "@anyone/domain/annotate/read-prime-human";
import { drawLessons, type Lesson } from "@anyone/drawn-world/draw-lessons";
import { drawToFolder } from "@anyone/drawn-world/draw-to-folder";
import { copyPhotographs } from "@anyone/drawn-world/photographs";
import { checkout } from "../up/home.ts";
import { fetchPhotographs } from "./lesson-photographs.ts";
import { python, runStep, visionScript } from "./run-step.ts";
import type { Trained } from "./trained.ts";

export interface TrainRequest {
  slot: Trained;
  /** Folder of the installed models. */
  models: string;
  home: string;
  /** Folder for weights and card; a quick run's go elsewhere unless it is named. */
  out?: string | undefined;
  /** A few pictures and steps: proves that everything runs, and gives no quality. */
  quick: boolean;
  /** Drawn people, training steps: the shipped weights' numbers unless told otherwise. */
  people?: number | undefined;
  steps?: number | undefined;
  /** Pictures made by generators to be measured on as well (fake-person). */
  generated?: string | undefined;
  say: (line: string) => void;
}

interface Size {
  people: number;
  /** Of the drawn people, those that nothing is learnt from. */
  holdout: number;
  steps: number;
}

/** What the weights and cards in this repository were made with, and what proves the command in a minute or two. */
const SIZES: Readonly<Record<Trained, { whole: Size; quick: Size }>> = {
  "fake-person": { whole: { people: 520, holdout: 240, steps: 0 }, quick: { people: 24, holdout: 8, steps: 0 } },
  parsing: { whole: { people: 7200, holdout: 300, steps: 9000 }, quick: { people: 40, holdout: 10, steps: 20 } },
  watermark: { whole: { people: 220, holdout: 60, steps: 4000 }, quick: { people: 16, holdout: 6, steps: 20 } },
};
/** Seeds that the parsing decoder learns from; nothing else draws them. */
const PARSING_SEEDS = 7_000_000;
const PHOTOGRAPHS = ["face-api", "soft-ui"];

/**
 * Draws what a slot's model learns from, and trains it: one command from nothing to weights and card. What is drawn or cut already is
 * used again, so it may be cut off and started anew, and training with other settings is quick.
 *
 * @throws Fault `bad-environment` with what a step said when it failed.
 */
export async function trainModel(request: TrainRequest) {
  const { slot, quick, people, steps, home, out, say } = request;
  const planned = SIZES[slot][quick ? "quick" : "whole"];
  const size = { ...planned, people: people ?? planned.people, steps: steps ?? planned.steps };
  const folder = out ?? (quick ? join(home, "lessons/quick") : "packages/vision/weights");
  const weights = resolve(checkout, folder, slot === "parsing" ? "atr18-parsing.onnx" : `${slot}.onnx`);
  await readPrimeHuman();
  const args = await LESSONS[slot](request, size);
  say(`training ${slot}`);
  const said = await runStep(
    python,
    ["-m", `anyone_gpu.filter.train_${slot.replace("-", "_")}`, "--out", weights, ...args],
    say,
  );
  return { slot, weights, card: weights.replace(/\.onnx$/, ".md"), said: said.trim().split("\n").at(-1) ?? "" };
}

/** Makes what a slot learns from, and gives the arguments of its training. */
const LESSONS: Readonly<Record<Trained, (request: TrainRequest, size: Size) => Promise<string[]>>> = {
  async "fake-person"({ models, home, generated, quick, say }, { people, holdout }) {
    const cartoons = Math.round(people / 2.6);
    const pictures = await drawn(home, { clean: people, cartoon: cartoons }, say);
    const cut = join(home, quick ? "lessons/cut-quick" : "lessons/cut");
    const heads = (from: string, to: string, most?: number) => {
      say(`cutting ${to}`);
      const few = most === undefined ? [] : ["--most", String(most)];
      const args = [...visionScript("cut-lessons.ts"), "--models", models, "--from", from, "--to", join(cut, to)];
      return runStep(process.execPath, [...args, ...few]);
    };
    await heads(join(pictures, "clean"), "clean", people);
    await heads(join(pictures, "cartoon"), "cartoon", cartoons);
    const photographs = PHOTOGRAPHS.map((name) => join("photographs", name));
    for (const name of photographs) await heads(join(pictures, name), name);
    if (generated !== undefined) await heads(resolve(generated), "generated");
    return [
      ...["--lessons", cut, "--encoder", join(models, "movenet-lightning-encoder.onnx"), "--holdout", String(holdout)],
      ...["--photographs", ...photographs.map((name) => join(cut, name, "heads"))],
      ...(generated === undefined ? [] : ["--generated", join(cut, "generated/heads")]),
    ];
  },

  async parsing({ models, home, quick, say }, { people, holdout, steps }) {
    const folder = join(home, quick ? "lessons/parsing-quick" : "lessons/parsing");
    const seeds = Array.from({ length: people }, (_, i) => PARSING_SEEDS + i);
    const onProgress = (done: number) => {
      if (done % 20 === 0) say(`${done} of ${people} drawn`);
    };
    await drawToFolder({ seeds, folder, width: 448, clean: true, onProgress });
    return [
      ...["--images", folder, "--encoder", join(models, "movenet-lightning-encoder.onnx")],
      ...["--steps", String(steps), "--holdout", String(holdout), ...(quick ? [] : ["--bf16"])],
    ];
  },

  async watermark({ home, quick, say }, { people, holdout, steps }) {
    const pictures = await drawn(home, { clean: people, watermark: Math.round(people / 5) }, say);
    const more = quick ? [] : await fetchPhotographs(join(home, "lessons/fetched"), say);
    return [
      ...["--drawn", join(pictures, "clean"), "--marked", join(pictures, "watermark")],
      ...["--photographs", ...PHOTOGRAPHS.map((name) => join(pictures, "photographs", name)), ...more],
      ...["--people", String(people - holdout), "--holdout", String(holdout), "--steps", String(steps)],
      ...(quick ? ["--lessons", "120"] : []),
    ];
  },
};

/** Draws lessons and copies the photographs beside them. */
async function drawn(home: string, counts: Partial<Record<Lesson, number>>, say: (line: string) => void) {
  const folder = join(home, "lessons/pictures");
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  await drawLessons(folder, counts, (done) => {
    if (done % 20 === 0) say(`${done} of ${total} drawn`);
  });
  await copyPhotographs(join(folder, "photographs"));
  return folder;
}
