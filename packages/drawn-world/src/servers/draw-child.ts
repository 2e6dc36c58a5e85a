import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { drawSample } from "../draw-person.ts";
import type { DrawnTruth } from "../truth.ts";
import type { DrawReply } from "./drawer.ts";

/** A process that draws what it is told to and writes picture, part map and truth, the truth last. Arguments: folder, defect share or nothing. */
const [folder = ".", share = ""] = process.argv.slice(2);
const defectShare = share === "" ? undefined : Number(share);
sharp.concurrency(1);

process.on("message", ({ seed }: { seed: number }) => {
  drawTo(seed).then(
    () => reply({ seed }),
    (error: unknown) => reply({ seed, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));

function reply(message: DrawReply): void {
  process.send?.(message);
}

async function drawTo(seed: number): Promise<void> {
  const { jpeg, truth } = await drawSample(seed, { defectShare });
  await write(`${seed}.jpg`, jpeg);
  await write(`${seed}.parts.png`, await partMapPng(truth));
  const { partMap, ...rest } = truth;
  await write(`${seed}.json`, JSON.stringify({ ...rest, partMap: { width: partMap.width, height: partMap.height } }));
}

function partMapPng({ partMap }: DrawnTruth): Promise<Uint8Array> {
  const { width, height, ids } = partMap;
  return sharp(ids, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
}

async function write(name: string, content: Uint8Array | string): Promise<void> {
  const path = join(folder, name);
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}
