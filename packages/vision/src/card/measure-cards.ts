import { readdir, readFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { parseArgs } from "node:util";
import { gates } from "@anyone/domain/filter/gate";
import { openInstruments } from "../measure.ts";
import type { ScoreName } from "../scores.ts";
import { describe, type Material, type Seen } from "./describe.ts";
import { type Asked, look, RUINED, ruin } from "./look.ts";
import { shownOn } from "./photographs.ts";

/**
 * Command: `node measure-cards.ts --models DIR --drawn DIR --cartoons DIR --photographs DIR [--generated DIR]`. Measures the
 * embedded models on drawn people with their truth beside them (`<seed>.json`, `<seed>.parts.png`), drawn cartoons, and photographs; says
 * how far it is on stderr, and what the cards state as JSON. A process of its own: this package's decoder opens photographs only.
 */
const { values } = parseArgs({
  options: {
    models: { type: "string" },
    drawn: { type: "string" },
    cartoons: { type: "string" },
    photographs: { type: "string" },
    generated: { type: "string" },
  },
});
const { models, drawn, cartoons, photographs } = values;
if (!models || !drawn || !cartoons || !photographs)
  throw new Error("--models, --drawn, --cartoons and --photographs are needed");

const SCORES: readonly ScoreName[] = ["fakeness", "faceCleanness", "nsfw"];
/** Every gate asks, or what only its gate asks for would not be open. */
const instruments = await openInstruments(models, { ...gates, fakeness: 0.9, faceCleanness: 0, nsfw: 1 });

async function seen(folder: string, asked: Asked, wanted: (name: string) => boolean = () => true): Promise<Seen[]> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => /\.(jpe?g|webp)$/i.test(file)).sort();
  const all: Seen[] = [];
  for (const file of files.filter((one) => wanted(parse(one).name))) {
    const found = await look(instruments, await readFile(join(folder, file)), asked);
    if (found) all.push({ path: join(folder, file), name: parse(file).name, ...found });
    process.stderr.write(`${folder}: ${all.length} of ${files.length}\n`);
  }
  return all;
}

/** The same pictures ruined in every way, by way. */
async function ruined(from: readonly Seen[]): Promise<Record<string, Seen[]>> {
  const ways = Object.keys(RUINED).map(async (how): Promise<[string, Seen[]]> => {
    const all: Seen[] = [];
    for (const { path, name } of from) {
      const found = await look(instruments, await ruin(await readFile(path), how), {
        points: false,
        scores: ["faceCleanness"],
      });
      if (found) all.push({ path, name, ...found });
    }
    return [how, all];
  });
  return Object.fromEntries(await Promise.all(ways));
}

const everything: Asked = { points: true, scores: SCORES };
const people = await seen(drawn, everything);
const pictures = await seen(photographs, everything, (name) => shownOn(name) !== undefined);
const alone = pictures.filter(({ name }) => shownOn(name) === "one");
// Ruined in three ways, a third of the people makes as many pictures again.
const material: Material = {
  people,
  photographs: pictures,
  cartoons: await seen(cartoons, { points: false, scores: ["fakeness"] }),
  generated: values.generated ? await seen(values.generated, { points: false, scores: ["fakeness"] }) : [],
  ruinedPeople: await ruined(people.slice(0, Math.ceil(people.length / 3))),
  ruinedPhotographs: await ruined(alone),
};
process.stdout.write(JSON.stringify(await describe(material)));
