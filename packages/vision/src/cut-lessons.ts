import { mkdir, readdir, readFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { decode, type Picture, readHeader } from "./decode.ts";
import { headCrop } from "./face/blazeface.ts";
import { findPersons } from "./person/nanodet.ts";
import { openNetwork } from "./session.ts";

/**
 * Command: `node cut-lessons.ts --models DIR --from DIR --to DIR [--most N]`. Cuts every picture of a folder, or its first N, to what the fake-people classifier sees of it,
 * exactly as the filter would: `heads/<name>.png` (RGB, 256×256, of the best person). What holds nobody has none; what is there already is not
 * cut again. A process of its own: this package's decoder opens photographs only, and the drawn world draws with others.
 */
const { values } = parseArgs({
  options: { models: { type: "string" }, from: { type: "string" }, to: { type: "string" }, most: { type: "string" } },
});
if (!values.models || !values.from || !values.to) throw new Error("--models, --from and --to are needed");

/** A person counts from this score of NanoDet's. */
const SURE = 0.35;
const HEAD = { width: 256, height: 256, channels: 3 } as const;

const network = await openNetwork(values.models, "nanodet");
const heads = join(values.to, "heads");
await mkdir(heads, { recursive: true });
const there = new Set(await readdir(heads));
const files = (await readdir(values.from)).filter((file) => /\.(jpe?g|png|webp)$/i.test(file)).sort();
for (const name of files.slice(0, values.most === undefined ? files.length : Number(values.most))) {
  const png = `${parse(name).name}.png`;
  const picture = there.has(png) ? undefined : await open(join(values.from, name));
  if (picture) await cut(picture, png);
}

async function open(path: string): Promise<Picture | undefined> {
  const bytes = await readFile(path);
  const header = await readHeader(bytes);
  if (!header.ok) return undefined;
  const picture = await decode(bytes, header.value);
  return picture.ok ? picture.value : undefined;
}

async function cut(picture: Picture, png: string): Promise<void> {
  const person = (await findPersons(network, picture))[0];
  if (!person || person.score < SURE) return;
  const { data } = await headCrop(picture, person.box);
  await sharp(data, { raw: HEAD }).png().toFile(join(heads, png));
}
