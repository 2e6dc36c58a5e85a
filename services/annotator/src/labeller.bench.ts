import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type Answers, NOT_ASKED, packAll } from "@anyone/domain/annotate/answer";
import { seeParts } from "@anyone/domain/annotate/evidence";
import { prune } from "@anyone/domain/annotate/gates";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { random } from "@anyone/domain/random";
import { type Scores, score } from "@anyone/domain/review/score";
import { drawPerson } from "@anyone/drawn-world/draw-person";
import { partMapPng } from "@anyone/drawn-world/draw-to-folder";
import { type Inference, openInference } from "@anyone/grpc/annotate";
import { askProtocol } from "./ask.ts";

/** Pictures people label, in the steps of a demo's iterations, and pictures the labeller is judged by. */
const STEPS = [60, 120, 180, 240];
const EVALUATED = 100;
const WRONG = 0.05;
export const ADDRESS = "127.0.0.1:17073";
export const TOKEN = "a-token-for-this-bench";

const root = join(import.meta.dirname, "../../..");
export const folder = join(root, ".anyone/bench/labeller");
const python = join(root, ".anyone/python/bin/python");
const worker = join(root, "services/gpu-worker");

export interface Person {
  asset: { id: string; imageKey: string; partsKey: string; personBox: number[]; faceBox: number[] };
  /** Packed answers under the protocol's gates. */
  truth: number[];
}

/**
 * How well the embedded labeller learns drawn people from few answers of which 5 % are wrong, judged over the whole
 * protocol through the inference server and its waves, on pictures it has not seen, with true part maps.
 */
export async function learnDrawnPeople(): Promise<{ table: string[][]; figures: Record<string, number> }> {
  await mkdir(folder, { recursive: true });
  const people: Person[] = [];
  const most = STEPS.at(-1) ?? 0;
  for (let seed = 1000; people.length < most + EVALUATED; seed++) people.push(await person(seed));
  const judged = people.slice(0, EVALUATED);
  const taught = people.slice(EVALUATED).map(mistaken);

  const stop = await serveInference();
  const inference = openInference(ADDRESS, TOKEN);
  try {
    const rows = [["labelled", "all", "head", "tail", "majority", "its tail", "calibration", "cpu s"]];
    const before = await judge(inference, { id: "embedded-0", objectKey: "", sha256: "" }, judged);
    rows.push(row("0", before));
    let [last, seconds] = [before, 0];
    for (const count of STEPS) {
      const { key, sha256, facts } = await learn(taught.slice(0, count));
      last = await judge(inference, { id: `bench-${count}`, objectKey: key, sha256 }, judged);
      seconds = facts.cpuSeconds.fit;
      rows.push(row(String(count), last, facts.calibrationError, seconds));
    }
    return {
      table: rows,
      figures: {
        accuracy_untrained: before.all.accuracy ?? 0,
        accuracy: last.all.accuracy ?? 0,
        accuracy_tail: last.tail.accuracy ?? 0,
        majority: last.majority.all.accuracy ?? 0,
        fit_cpu_s: seconds,
      },
    };
  } finally {
    inference.close();
    stop();
  }
}

/** Draws a person once; later runs find the files. */
export async function person(seed: number): Promise<Person> {
  const [imageKey, partsKey, truthFile] = [`${seed}.jpg`, `${seed}.png`, join(folder, `${seed}.truth.json`)];
  if (!(await stat(truthFile).catch(() => null))) {
    const { jpeg, truth } = await drawPerson(seed);
    const map = await partMapPng(truth.partMap.ids, truth.partMap);
    const answers: Answers = Object.fromEntries(
      Object.entries<string>(truth.answers).map(([id, value]) => [
        id,
        isLegal(id, value) ? { value } : { value: `other:${value}` },
      ]),
    );
    const asked = prune(primeHuman, answers, seeParts(truth.partMap, 18));
    await writeFile(join(folder, imageKey), jpeg);
    await writeFile(join(folder, partsKey), map);
    const [main] = truth.people;
    await writeFile(
      truthFile,
      JSON.stringify({ box: main?.box, face: main?.faceBox, packed: packAll(primeHuman, asked) }),
    );
  }
  const { box, face, packed } = JSON.parse(await readFile(truthFile, "utf8"));
  const id = createHash("sha256").update(imageKey).digest("hex");
  return { asset: { id, imageKey, partsKey, personBox: box, faceBox: face }, truth: packed };
}

function isLegal(id: string, value: string): boolean {
  return value === "not_visible" || (primeHuman.byId.get(id)?.options.includes(value) ?? false);
}

/** The same person as somebody labels it who is wrong once in twenty answers. */
export function mistaken(one: Person): Person {
  const draw = random(one.asset.id);
  const said = primeHuman.categories.map(({ index, options }) => {
    const right = one.truth[index] ?? NOT_ASKED;
    return right !== NOT_ASKED && draw() < WRONG ? Math.floor(draw() * options.length) : right;
  });
  return { ...one, truth: said };
}

export async function learn(people: readonly Person[]) {
  const job = {
    labeller: `bench-${people.length}`,
    effort: process.argv[3] ?? "standard",
    questions: primeHuman.categories.map(({ n, id, options, parts, absent }) => ({
      category: n,
      id,
      options,
      parts,
      absent: absent === undefined ? null : options.indexOf(absent),
    })),
    pictures: people.map(({ asset, truth }) => ({
      assetId: asset.id,
      imageKey: asset.imageKey,
      partsKey: asset.partsKey,
      box: asset.personBox,
      answers: truth,
    })),
  };
  const file = join(folder, "job.json");
  await writeFile(file, JSON.stringify(job));
  const { stdout } = await promisify(execFile)(python, ["bench/labeller.py", folder, file], {
    cwd: worker,
    env: { ...process.env, PYTHONPATH: worker, OMP_NUM_THREADS: "1" },
    maxBuffer: 1e7,
  });
  await rm(file);
  return JSON.parse(stdout) as {
    key: string;
    sha256: string;
    facts: { calibrationError: number | null; cpuSeconds: { fit: number } };
  };
}

export async function judge(
  inference: Inference,
  labeller: { id: string; objectKey: string; sha256: string },
  people: readonly Person[],
): Promise<Scores> {
  const given: number[][] = [];
  for (let start = 0; start < people.length; start += 50) {
    const chunk = people.slice(start, start + 50).map(({ asset }) => asset);
    const round = { inference, protocol: primeHuman, labeller, signal: new AbortController().signal };
    for (const { answers } of await askProtocol(round, chunk, new Map())) given.push(packAll(primeHuman, answers));
  }
  return score(
    primeHuman,
    people.map(({ truth }, place) => ({ truth, given: given[place] ?? [] })),
  );
}

export async function serveInference(): Promise<() => void> {
  const server = spawn(python, ["-m", "anyone_gpu.main", "serve"], {
    cwd: worker,
    env: {
      ...process.env,
      OBJECTS_URL: `file://${folder}`,
      SERVICE_TOKEN: TOKEN,
      INFERENCE_ADDRESS: ADDRESS,
      OMP_NUM_THREADS: "1",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const probe = openInference(ADDRESS, TOKEN);
  for (let tries = 0; tries < 240; tries++) {
    const request = { protocolId: primeHuman.identity, labeller: undefined, images: [], questions: [] };
    const code = await probe.ask(request).catch((error) => error.code);
    if (code === "bad-input") break;
    await sleep(250);
  }
  probe.close();
  return () => server.kill("SIGTERM");
}

function row(labelled: string, scores: Scores, calibration: number | null = null, seconds = 0): string[] {
  const share = (part: { accuracy: number | null }) => (part.accuracy ?? 0).toFixed(3);
  const { all, head, tail, majority } = scores;
  const figures = [all, head, tail, majority.all, majority.tail].map(share);
  return [labelled, ...figures, calibration === null ? "–" : calibration.toFixed(3), seconds.toFixed(1)];
}
