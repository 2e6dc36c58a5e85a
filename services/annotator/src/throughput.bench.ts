import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { packAll } from "@anyone/domain/annotate/answer";
import { seeParts } from "@anyone/domain/annotate/evidence";
import { prune } from "@anyone/domain/annotate/gates";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { drawPerson } from "@anyone/drawn-world/draw-person";
import { partMapPng } from "@anyone/drawn-world/draw-to-folder";

const PEOPLE = 8;

const root = join(import.meta.dirname, "../../..");
const folder = join(root, ".anyone/bench/annotate");
const worker = join(root, "services/gpu-worker");

interface Row {
  model: string;
  parameters: number;
  questions: number;
  together: number;
  alone: number;
  identical: boolean;
}

/**
 * What it gains that a picture is encoded once for all of its questions and that these go to the model together, against
 * one call a question on the same model: CPU seconds of one thread, through the inference service without its wire. The
 * InstructBLIPs are small and of random weights; the second has the published model's proportions.
 */
export async function askTogether(): Promise<{ table: string[][]; figures: Record<string, number> }> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const pictures = [];
  for (let seed = 1; seed <= PEOPLE; seed++) pictures.push(await person(seed));
  const questions = primeHuman.categories.map(({ n, id, question, options, parts, absent }) => ({
    category: n,
    id,
    text: question,
    options,
    parts,
    absent: absent === undefined ? null : options.indexOf(absent),
  }));
  const file = join(folder, "job.json");
  await writeFile(file, JSON.stringify({ questions, pictures }));
  const { stdout } = await promisify(execFile)(
    join(root, ".anyone/python/bin/python"),
    ["-m", "bench.annotate", folder, file],
    { cwd: worker, env: { ...process.env, OMP_NUM_THREADS: "1" }, maxBuffer: 1e7 },
  );
  const rows: Row[] = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  const speedups = rows.map(({ together, alone }) => alone / together);
  const [embedded = 0, small = 0, proportional = 0] = speedups;
  return {
    table: [
      ["model", "parameters", "questions", "together, cpu ms", "alone, cpu ms", "speed-up", "identical"],
      ...rows.map((row, place) => [
        row.model,
        row.parameters === 0 ? "–" : `${(row.parameters / 1e6).toFixed(1)} M, random`,
        String(row.questions),
        (1000 * row.together).toFixed(1),
        (1000 * row.alone).toFixed(1),
        (speedups[place] ?? 0).toFixed(1),
        row.identical ? "yes" : "NO",
      ]),
    ],
    figures: {
      speedup: Math.min(embedded, small),
      speedup_embedded: embedded,
      speedup_instructblip: small,
      speedup_proportional: proportional,
      identical: rows.every(({ identical }) => identical) ? 1 : 0,
    },
  };
}

/** A drawn person as a picture of a labeller job, with the true answers under the protocol's gates. */
async function person(seed: number) {
  const [imageKey, partsKey] = [`${seed}.jpg`, `${seed}.png`];
  const { jpeg, truth } = await drawPerson(seed);
  await writeFile(join(folder, imageKey), jpeg);
  await writeFile(join(folder, partsKey), await partMapPng(truth.partMap.ids, truth.partMap));
  const answers = Object.fromEntries(
    Object.entries<string>(truth.answers).map(([id, value]) => {
      const legal = value === "not_visible" || primeHuman.byId.get(id)?.options.includes(value);
      return [id, { value: legal ? value : `other:${value}` }];
    }),
  );
  const asked = prune(primeHuman, answers, seeParts(truth.partMap, 18));
  return { assetId: imageKey, imageKey, partsKey, box: truth.people[0]?.box, answers: packAll(primeHuman, asked) };
}
