import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readPrimeHuman } from "@anyone/domain/annotate/read-prime-human";
import { fault } from "@anyone/domain/fault";
import { drawLessons } from "@anyone/drawn-world/draw-lessons";
import { drawToFolder } from "@anyone/drawn-world/draw-to-folder";
import { copyPhotographs } from "@anyone/drawn-world/photographs";
import type { Described } from "@anyone/vision/card/describe";
import { PHOTOGRAPHS } from "@anyone/vision/card/photographs";
import { cardOf } from "@anyone/vision/card/write-card";
import { type ModelEntry, models as registry } from "@anyone/vision/models";
import { checkout } from "../up/home.ts";
import { runStep, visionScript } from "./run-step.ts";

export interface CardRequest {
  models: string;
  home: string;
  out: string;
  /** Drawn people to measure on. */
  people: number;
  generated?: string | undefined;
  say: (line: string) => void;
}

/** Drawn people that nothing learns from. */
const HELD_OUT_SEEDS = 7_900_000;

/**
 * Measures every embedded model on held-out drawn people and on the photographs of the installed packages, end to end as the filter runs them, and
 * writes a card each. Returns the files.
 */
export async function cardModels({ models, home, out, people, generated, say }: CardRequest): Promise<string[]> {
  await readPrimeHuman();
  const drawn = join(home, "cards/drawn");
  const lessons = join(home, "cards/lessons");
  const seeds = Array.from({ length: people }, (_, i) => HELD_OUT_SEEDS + i);
  const half = Math.ceil(people / 2);
  const progress = (kind: string) => (done: number) => {
    if (done % 10 === 0) say(`${done} ${kind} drawn`);
  };
  await drawToFolder({ seeds, folder: drawn, width: 768, clean: true, onProgress: progress("people") });
  await drawLessons(lessons, { cartoon: half }, progress("cartoons"), HELD_OUT);
  await copyPhotographs(join(lessons, "photographs"));
  const said = await runStep(
    process.execPath,
    [
      ...visionScript("card/measure-cards.ts"),
      ...["--models", models, "--drawn", drawn, "--photographs", join(lessons, "photographs")],
      ...["--cartoons", join(lessons, "cartoon")],
      ...(generated === undefined ? [] : ["--generated", resolve(generated)]),
    ],
    say,
  );
  const measured = {
    people,
    photographs: Object.values(PHOTOGRAPHS).flat().length,
    generated: generated !== undefined,
    command: `anyone models card --people ${people}${generated === undefined ? "" : " --generated DIR"}`,
  };
  const folder = resolve(checkout, out);
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const [name, described] of Object.entries(JSON.parse(said) as Record<string, Described>)) {
    const entry = (registry as Record<string, ModelEntry>)[name];
    if (!entry) throw fault("internal", `There is no model ${name} in the registry.`);
    const file = join(folder, `${entry.model}.md`);
    await writeFile(file, cardOf(name, entry, described, measured));
    files.push(file);
  }
  return files;
}

/** Moves the seeds of cartoons to where no training draws. */
const HELD_OUT = 50_000;
