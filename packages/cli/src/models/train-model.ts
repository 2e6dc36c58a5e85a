import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { readPrimeHuman } from "@anyone/domain/annotate/read-prime-human";
import { fault } from "@anyone/domain/fault";
import { drawLessons, type Lesson } from "@anyone/drawn-world/draw-lessons";
import { copyPhotographs } from "@anyone/drawn-world/photographs";
import { checkout } from "../up/home.ts";

export interface TrainRequest {
  slot: "fake-person";
  /** Folder of the installed models. */
  models: string;
  home: string;
  /** Folder for weights and card. */
  out: string;
  generated?: string | undefined;
  say: (line: string) => void;
}

/** Pictures of each kind: what the cards in this repository were made from. */
const COUNTS: Readonly<Record<Lesson, number>> = { clean: 520, cartoon: 200 };
const PHOTOGRAPHS = ["face-api", "soft-ui"];

/**
 * Draws the lessons, cuts them as the filter does, and trains: some minutes of one core. What is drawn or cut already is used again, so
 * training anew with other settings is quick.
 *
 * @throws Fault `bad-environment` with what a step said when it failed.
 */
export async function trainModel({ slot, models, home, out, generated, say }: TrainRequest) {
  const pictures = join(home, "lessons/pictures");
  const cut = join(home, "lessons/cut");
  const total = Object.values(COUNTS).reduce((sum, count) => sum + count, 0);
  await readPrimeHuman();
  await drawLessons(pictures, COUNTS, (done) => {
    if (done % 20 === 0) say(`${done} of ${total} drawn`);
  });
  await copyPhotographs(join(pictures, "photographs"));
  const folders = [...Object.keys(COUNTS), ...PHOTOGRAPHS.map((name) => join("photographs", name))];
  for (const folder of folders) {
    say(`cutting ${folder}`);
    await run(process.execPath, [
      ...CUT,
      "--models",
      models,
      "--from",
      join(pictures, folder),
      "--to",
      join(cut, folder),
    ]);
  }
  const forGenerated = join(cut, "generated");
  if (generated !== undefined) {
    await run(process.execPath, [...CUT, "--models", models, "--from", resolve(generated), "--to", forGenerated]);
  }
  const weights = resolve(checkout, out, `${slot}.onnx`);
  say(`training ${slot}`);
  const said = await run(join(checkout, ".anyone/python/bin/python"), [
    "-m",
    `anyone_gpu.filter.train_${slot.replace("-", "_")}`,
    ...["--lessons", cut, "--out", weights],
    ...["--photographs", ...PHOTOGRAPHS.map((name) => join(cut, "photographs", name, "heads"))],
    ...["--encoder", join(models, "movenet-lightning-encoder.onnx")],
    ...(generated === undefined ? [] : ["--generated", join(forGenerated, "heads")]),
  ]);
  return { slot, weights, card: weights.replace(/\.onnx$/, ".md"), said: said.trim().split("\n").at(-1) ?? "" };
}

const CUT = ["--disable-warning=ExperimentalWarning", join(checkout, "packages/vision/src/cut-lessons.ts")];

/** Runs a step on one thread and gives what it said. */
function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    const env = { ...process.env, OMP_NUM_THREADS: "1" };
    const child = spawn(program, args, { cwd: join(checkout, "services/gpu-worker"), env });
    let [said, wrong] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      wrong += chunk;
    });
    child.on("error", failed);
    child.on("close", (code) => {
      if (code === 0) return done(said);
      failed(
        fault(
          "bad-environment",
          `A step of the training failed: ${wrong.trim().split("\n").at(-1) ?? `exit code ${code}`}.`,
          {
            hint: "`npm run setup` installs what it needs.",
          },
        ),
      );
    });
  });
}
