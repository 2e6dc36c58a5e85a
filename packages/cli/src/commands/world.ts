import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readPrimeHuman } from "@anyone/domain/annotate/read-prime-human";
import { fault } from "@anyone/domain/fault";
import type { Command } from "commander";
import { wholeNumber } from "../numbers.ts";
import { makeOutput } from "../output.ts";
import { homeFolder } from "../up/home.ts";
import { untilStopped } from "./up.ts";

/** `world`: the drawn people, to look at, to keep, or to serve as a source. */
export function addWorld(program: Command): void {
  const world = program
    .command("world")
    .description("drawn people with known truth: look at them, draw them to files, serve them")
    // Their truth is told in the protocol's words.
    .hook("preAction", async () => void (await readPrimeHuman()));
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);

  world
    .command("sheet")
    .description("draw a contact sheet to look at")
    .option("--seeds <from..to>", "seeds to draw", "1..24")
    .option("--out <file>", "where to write it (.png or .jpg)", "world.png")
    .option("--columns <count>", "people per row", wholeNumber(1, 100), 8)
    .action(async (options: { seeds: string; out: string; columns: number }) => {
      const { drawSheet } = await import("@anyone/drawn-world/sheet");
      const seeds = readSeeds(options.seeds);
      const path = resolve(options.out);
      await writeFile(
        path,
        await drawSheet({ seeds, columns: options.columns, format: path.endsWith(".png") ? "png" : "jpeg" }),
      );
      output().result({ path, people: seeds.length }, () => `${seeds.length} drawn people: ${path}`);
    });

  world
    .command("draw")
    .description("draw people to a folder: <seed>.jpg, <seed>.parts.png (ATR-18 part map) and <seed>.json (the truth)")
    .requiredOption("--seeds <from..to>", "seeds to draw, for example 1..100")
    .requiredOption("--out <folder>", "where to write them; what is there already is not drawn again")
    .option("--width <pixels>", "draw at this width", wholeNumber(16, 8192))
    .option("--clean", "people without defects only")
    .action(async (options: { seeds: string; out: string; width?: number; clean?: boolean }) => {
      const { drawToFolder } = await import("@anyone/drawn-world/draw-to-folder");
      const out = output();
      const seeds = readSeeds(options.seeds);
      const folder = resolve(options.out);
      const drawn = await drawToFolder({
        seeds,
        folder,
        width: options.width,
        clean: options.clean ?? false,
        onProgress: (count) => out.progress(`${count} of ${seeds.length} drawn`),
      });
      out.result(
        { folder, drawn, seeds: seeds.length },
        () => `${drawn} drawn, ${seeds.length - drawn} were there: ${folder}`,
      );
    });

  world
    .command("serve")
    .description("serve drawn people in the shapes of photo sites, lists and image hosts, on loopback")
    .option("--count <images>", "images on offer", wholeNumber(1, 1_000_000), 1000)
    .action(async (options: { count: number }) => {
      const out = output();
      const stopped = untilStopped();
      const { startDrawnWorld } = await import("../demo/world.ts");
      const served = await startDrawnWorld({
        home: homeFolder(),
        seedFrom: 1,
        count: options.count,
        workers: 1,
      });
      const { truth: _, stop: __, dataset: ___, ...addresses } = served;
      const {
        url,
        flickrEndpoint,
        unsplashEndpoint,
        pixabayEndpoint,
        laionFiles,
        listFiles,
        s3Endpoint,
        apiKey,
        allow,
      } = addresses;
      out.result(addresses, () =>
        [
          `The drawn world is served at ${url}`,
          `  Flickr API    ${flickrEndpoint} (FLICKR_API_KEY=${apiKey})`,
          `  Unsplash API  ${unsplashEndpoint} (UNSPLASH_ACCESS_KEY=${apiKey})`,
          `  Pixabay API   ${pixabayEndpoint} (PIXABAY_API_KEY=${apiKey})`,
          `  LAION lists   ${laionFiles.join(", ")}`,
          `  URL lists     ${listFiles.join(", ")}`,
          `  S3 bucket     drawn-people at ${s3Endpoint}`,
          `  the platform may fetch from it with FETCH_ALLOW_PRIVATE=${allow}`,
        ].join("\n"),
      );
      await stopped;
      await served.stop();
      process.exit(0);
    });
}

function readSeeds(text: string): number[] {
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(text) ?? [];
  const first = Number(from);
  const last = Number(to);
  if (from === undefined || to === undefined || last < first || last - first >= 1_000_000) {
    throw fault("bad-input", `"${text}" are no seeds.`, { hint: "Write two numbers, for example 1..24." });
  }
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
