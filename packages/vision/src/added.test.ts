import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addWeights, readAdded } from "./added.ts";
import { catalogue } from "./catalogue.ts";
import { overviewOf } from "./overview.ts";
import { randomNetwork } from "./random-network.fixture.ts";

const now = new Date("2026-11-26T00:00:00Z");
const weights = Buffer.from(randomNetwork(catalogue["laion-watermark"].parts.network));
const sha256 = createHash("sha256").update(weights).digest("hex");

let root: string;
let models: string;
let file: string;
let server: Server;
let address: string;
/** What the server was asked for, and whether it drops the connection half way. */
let ranges: (string | undefined)[] = [];
let breaksOff = false;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "anyone-weights-"));
  file = join(root, "watermark.onnx");
  await writeFile(file, weights);
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (from >= weights.length) return void response.writeHead(416).end();
    const body = weights.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": body.length });
    if (!breaksOff) return void response.end(body);
    // What was sent is read before the connection breaks.
    response.write(body.subarray(0, body.length >> 1), () => setTimeout(() => response.destroy(), 300));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.onnx`;
});
afterAll(async () => {
  server.close();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  models = await mkdtemp(join(root, "models-"));
  ranges = [];
  breaksOff = false;
});

const add = (changes: Partial<Parameters<typeof addWeights>[0]> = {}) =>
  addWeights({ models, model: "laion-watermark", from: file, now, ...changes });

describe("registering weights", () => {
  it("by path copies the file, notes hash, licence and origin, and the slot is filled", async () => {
    const added = await add({ sha256 });
    expect(added).toMatchObject({ part: "network", sha256, bytes: weights.length, licence: "MIT", from: file });
    expect(await readFile(join(models, added.file))).toEqual(weights);
    const laion = (await overviewOf(models, { thorough: true })).find((one) => one.model === "laion-watermark");
    expect(laion).toMatchObject({ model: "laion-watermark", tier: "paper", state: "ready", costs: [] });
  });

  it("by address fetches it, and after a break goes on from where it was", async () => {
    breaksOff = true;
    await expect(add({ from: address, sha256 })).rejects.toMatchObject({
      code: "unavailable",
      hint: expect.stringContaining("goes on from there"),
    });
    expect(await readAdded(models)).toEqual([]);
    breaksOff = false;
    await expect(add({ from: address, sha256 })).resolves.toMatchObject({ sha256, bytes: weights.length });
    expect(ranges[0]).toBeUndefined();
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it("refuses another hash in one sentence, keeps nothing of the file, and registers nothing", async () => {
    for (const from of [file, address]) {
      await expect(add({ from, sha256: "a".repeat(64) })).rejects.toMatchObject({
        code: "bad-input",
        message: `${from} has sha256 ${sha256}, not ${"a".repeat(64)}.`,
        hint: expect.stringContaining("Nothing was registered"),
      });
    }
    expect(await readAdded(models)).toEqual([]);
    await expect(add({ from: address, sha256 })).resolves.toMatchObject({ sha256 });
    expect(ranges).toEqual([undefined, undefined]);
  });

  it("refuses a network with other inputs or outputs, and what is no network", async () => {
    await expect(add({ model: "ifqa" })).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(/not ifqa's network: it has no input face \(it has pixels\)/),
      hint: expect.stringContaining("IFQA_Metric.pth"),
    });
    const text = join(root, "no.onnx");
    await writeFile(text, "not a network");
    await expect(add({ from: text })).rejects.toThrow("no ONNX network that can be loaded");
    expect(await readAdded(models)).toEqual([]);
  });

  it.each([
    [{ model: "yolo12" }, /There is no model "yolo12" here/, /There are: yolov7, /],
    [{ model: "hpsv2.0" }, /hpsv2.0 has several parts/, /--part: image, text, vocabulary/],
    [{ part: "head" }, /has no part "head"/, /--part: network/],
    [{ from: "/no/such/file" }, /cannot be read/, /Name a file/],
    [{ from: "http://example.org/w.onnx", sha256 }, /weights come over HTTPS/, /download the file/],
    [{ from: "https://example.org/w.onnx" }, /need their sha256/, /--sha256/],
    [{ sha256: "12" }, /"12" is no sha256/, /64 hexadecimal digits/],
    [{ licence: "Beerware" }, /"Beerware" is no licence that is known here/, /Known are CC0-1.0, /],
  ])("refuses %j and says how to mend it", async (changes, message, hint) => {
    await expect(add(changes)).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it("again replaces what was there, and a file that changed since is told", async () => {
    await add();
    const added = await add({ licence: "research-only" });
    expect(await readAdded(models)).toEqual([added]);
    const state = async () => (await overviewOf(models, { thorough: true })).find((m) => m.model === "laion-watermark");
    expect(await state()).toMatchObject({ state: "ready", costs: ["watermark score"] });
    await writeFile(join(models, added.file), "altered");
    expect(await state()).toMatchObject({ state: "altered", problem: expect.stringContaining("has sha256") });
  });
});
