import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gates } from "@anyone/domain/filter/gate";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type MeasurePool, openMeasurePool } from "./measure-pool.ts";

/** A measuring process whose pictures say what it does: crash, hang, fill its memory, fail, or crash the first time only. */
const MISBEHAVING = `
import { existsSync, writeFileSync } from "node:fs";
import { watchMemory } from ${JSON.stringify(new URL("./watch-memory.ts", import.meta.url).href)};
const marks = process.argv[2];
const held = [];
watchMemory(Number(process.argv[3]), (message) => process.send({ kind: "spent", id: asked, message }));
let asked = 0;
process.on("message", ({ id, bytes }) => {
  asked = id;
  const [word, name] = new TextDecoder().decode(bytes).split(" ");
  if (word === "crash") process.kill(process.pid, "SIGSEGV");
  else if (word === "hang") for (;;) {}
  else if (word === "fill") setInterval(() => held.push(Buffer.alloc(40e6, 1)), 10);
  else if (word === "fail") process.send({ kind: "failed", id, message: "out of range" });
  else if (word === "once" && !existsSync(marks + "/" + name)) {
    writeFileSync(marks + "/" + name, "");
    process.exit(3);
  } else process.send({ kind: "measured", id, measured: { drop: "no-person", measurement: { models: [] } } });
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

function open(program = "misbehaving.mjs"): MeasurePool {
  const url = pathToFileURL(join(folder, program));
  pool = openMeasurePool({ models: folder, size: 2, timeoutMs: 1500, mostBytes: 250e6, program: url });
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

  it("are ended when a picture fills their memory, which says so, and others take over", async () => {
    const p = open();
    const filling = p.measure(async () => Buffer.from("fill"), gates);
    expect(await Promise.all([filling, ask(p, "fine")])).toEqual([
      { drop: "unmeasurable", detail: "it took more than 250 MB of memory" },
      "no-person",
    ]);
    expect(await Promise.all(["fine", "fine", "fine"].map((word) => ask(p, word)))).toEqual(Array(3).fill("no-person"));
  });

  it("give a picture a second chance in a fresh process", async () => {
    const p = open();
    expect(await ask(p, "once first")).toBe("no-person");
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
