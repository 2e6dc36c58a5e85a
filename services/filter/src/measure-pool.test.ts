import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gates } from "@anyone/domain/filter/gate";
import { drawPerson } from "@anyone/drawn-world/draw-person";
import { modelsFolder } from "@anyone/vision/models-folder";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type MeasurePool, openMeasurePool } from "./measure-pool.ts";

/** A measuring process whose pictures say what it does: crash, hang, fail, swell, leak, or crash the first time only. */
const MISBEHAVING = `
import { existsSync, writeFileSync } from "node:fs";
const marks = process.argv[2];
const leaked = [];
let asked = 0;
process.on("message", ({ id, bytes }) => {
  const [word, name] = new TextDecoder().decode(bytes).split(" ");
  asked++;
  if (word === "crash") process.kill(process.pid, "SIGSEGV");
  else if (word === "hang") for (;;) {}
  else if (word === "swell") for (const held = []; ; ) held.push(Buffer.alloc(2 ** 24, 1));
  else if (word === "roomy" && asked > 1) process.exit(3);
  else if (word === "fail") process.send({ kind: "failed", id, message: "out of range" });
  else if (word === "once" && !existsSync(marks + "/" + name)) {
    writeFileSync(marks + "/" + name, "");
    process.exit(3);
  } else {
    if (word === "leak") leaked.push(Buffer.alloc(120 * 2 ** 20, 1));
    process.send({ kind: "measured", id, measured: { drop: "no-person", measurement: { models: [], width: process.pid } } });
  }
});
process.send({ kind: "ready" });
`;

let folder: string;
let pool: MeasurePool | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "anyone-pool-"));
  await writeFile(join(folder, "misbehaving.mjs"), MISBEHAVING);
  await writeFile(join(folder, "stillborn.mjs"), "process.send({ kind: 'broken', message: 'no models here' });");
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(async () => pool?.close());

function open(program = "misbehaving.mjs", timeoutMs = 1500): MeasurePool {
  pool = openMeasurePool({
    models: folder,
    size: 2,
    timeoutMs,
    mostMemory: 2 ** 28,
    program: pathToFileURL(join(folder, program)),
  });
  return pool;
}
const ask = (p: MeasurePool, word: string) =>
  p.measure(async () => Buffer.from(word), gates).then((answer) => answer.drop);

describe("the measuring processes", () => {
  it("lose nothing but the picture that crashes, hangs or fails", async () => {
    const p = open();
    const words = ["fine", "crash", "fine", "hang", "fine", "fail", "fine", "fine"];
    expect(await Promise.all(words.map((word) => ask(p, word)))).toEqual([
      "no-person",
      "unmeasurable",
      "no-person",
      "unmeasurable",
      "no-person",
      "unmeasurable",
      "no-person",
      "no-person",
    ]);
  });

  it("are ended by a picture that takes too much memory, which is told of it", async () => {
    const p = open("misbehaving.mjs", 30_000);
    const [one, swollen, other] = await Promise.all(
      ["fine", "swell", "fine"].map((word) => p.measure(async () => Buffer.from(word), gates)),
    );
    expect([one?.drop, other?.drop]).toEqual(["no-person", "no-person"]);
    expect(swollen).toEqual({ drop: "unmeasurable", detail: "it took more than 256 MB of memory" });
  });

  it("are renewed when those before have left too much behind, and lose no picture by it", async () => {
    const p = open("misbehaving.mjs", 30_000);
    const processes = new Set<number | undefined>();
    for (let number = 0; number < 4; number++) {
      const answer = await p.measure(async () => Buffer.from("leak"), gates);
      expect(answer.drop).toBe("no-person");
      processes.add("measurement" in answer ? answer.measurement.width : undefined);
    }
    expect(processes.size).toBeGreaterThan(1);
  });

  it("give a picture a second chance in a fresh process", async () => {
    const p = open();
    expect(await ask(p, "once first")).toBe("no-person");
  });

  it("give it one in a fresh process also where all have measured something", async () => {
    const p = open();
    for (const words of [
      ["fine", "fine"],
      ["roomy", "fine"],
      ["fine", "fine", "roomy", "roomy", "fine"],
    ])
      expect(await Promise.all(words.map((word) => ask(p, word)))).toEqual(words.map(() => "no-person"));
  });

  it("refuse every picture, instead of dropping it, when the models can't be used", async () => {
    const p = open("stillborn.mjs");
    const answers = await Promise.allSettled(["a", "b", "c"].map((word) => ask(p, word)));
    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: "rejected",
        reason: { code: "bad-environment", message: expect.stringContaining("no models here") },
      });
    }
  });

  it("pass on that a picture's bytes can't be read, and go on", async () => {
    const p = open();
    await expect(p.measure(() => Promise.reject(new Error("gone")), gates)).rejects.toThrow("gone");
    expect(await Promise.all([ask(p, "fine"), ask(p, "fine"), ask(p, "fine")])).toEqual([
      "no-person",
      "no-person",
      "no-person",
    ]);
  });

  it("take nothing more after closing", async () => {
    const p = open();
    expect(await ask(p, "fine")).toBe("no-person");
    await p.close();
    await expect(ask(p, "fine")).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("a gate that is switched on or off", () => {
  it("is measured from the next picture on, or no more, by the process that is there", async () => {
    const { jpeg } = await drawPerson(31, { framing: "headshot" });
    pool = openMeasurePool({ models: modelsFolder, size: 1 });
    const measured = async (fakeness: number | null) =>
      pool?.measure(async () => jpeg, { ...gates, fakeness }).then((answer) => "measurement" in answer && answer);
    expect(await measured(1)).toMatchObject({ measurement: { fakeness: expect.any(Number) } });
    const without = await measured(null);
    expect(without && "fakeness" in without.measurement).toBe(false);
    expect(await measured(1)).toMatchObject({ measurement: { fakeness: expect.any(Number) } });
  }, 60_000);
});
