import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@anyone/contracts/client";
import { releaseApi } from "@anyone/contracts/release";
import { readPrimeHuman } from "@anyone/domain/annotate/read-prime-human";
import type { Command } from "commander";
import { DEMO } from "../demo/plan.ts";
import { makeOutput } from "../output.ts";
import { homeFolder } from "../up/home.ts";
import { startPlatform } from "../up/start.ts";
import { untilStopped } from "./up.ts";

/** `demo`: the whole wheel, once, on drawn people and a few photographs. */
export function addDemo(program: Command): void {
  program
    .command("demo")
    .description("turn the whole wheel once on drawn people: from sources to an evaluated model, with a report")
    .option("--exit", "stop everything when the report is written")
    .addHelpText(
      "after",
      `
Everything runs as in production; only the world is drawn and the annotators are simulated (they answer through the
public API and err like people). Data lies in .anyone/demo, the report in .anyone/demo/report.html and report.json.
Run it again to turn the wheel a second time: more images, the next iteration, version 2.`,
    )
    .action(async (options: { exit?: boolean }) => {
      const output = makeOutput(program.opts<{ json?: boolean }>().json ?? false);
      const home = join(homeFolder(), "demo");
      const stopped = untilStopped().then(() => "stopped" as const);
      const closers: (() => Promise<void>)[] = [];
      const close = async () => {
        for (const end of closers.reverse()) await end();
      };
      try {
        const ended = await Promise.race([runDemo(home, output, closers), stopped]);
        if (ended !== "stopped") {
          output.result(ended.report, () => ended.summary);
          if (!options.exit) {
            output.say(`The dashboard stays up at ${ended.apiUrl} (key: ${ended.adminKey}). Ctrl-C stops it.`);
            await stopped;
          }
        }
        await close();
        process.exit(ended === "stopped" ? 130 : 0);
      } catch (error) {
        await close();
        throw error;
      }
    });
}

async function runDemo(home: string, output: ReturnType<typeof makeOutput>, closers: (() => Promise<void>)[]) {
  const started = Date.now();
  await readPrimeHuman();
  const { startDrawnWorld } = await import("../demo/world.ts");
  const { environmentFor } = await import("../demo/sources.ts");
  const { turnWheel } = await import("../demo/turn.ts");
  const { writeReport } = await import("../demo/report/write-report.ts");
  // The world offers more with every turn; how many turns there were, the platform knows only once it runs.
  const turnsBefore = await countTurns(home);
  const turn = turnsBefore + 1;
  output.say(`turn ${turn} of the wheel: drawing people and starting the platform …`);
  const world = await startDrawnWorld({
    home,
    seedFrom: 1,
    count: DEMO.images(turn),
    workers: 2,
    datasetSize: DEMO.fromOthers,
  });
  closers.push(() => world.stop());
  const platform = await startPlatform({
    home,
    environment: environmentFor(world),
    workers: DEMO.workers,
    say: output.say,
  });
  closers.push(() => platform.stop());
  output.say(`dashboard: ${platform.apiUrl} (key: ${platform.adminKey})`);
  const startSeconds = (Date.now() - started) / 1000;
  const client = createClient({ url: platform.apiUrl, key: platform.adminKey });
  const versionsBefore = (await client.call(releaseApi.listVersions)).items.length;
  const outcome = await turnWheel({
    client,
    apiUrl: platform.apiUrl,
    world,
    home,
    turn: Math.max(turn, versionsBefore + 1),
    output,
  });
  const seconds = { start: startSeconds, ...outcome.seconds, total: (Date.now() - started) / 1000 };
  const written = await writeReport({ client, world, home, version: outcome.version, seconds, output });
  return { ...written, apiUrl: platform.apiUrl, adminKey: platform.adminKey };
}

async function countTurns(home: string): Promise<number> {
  const text = await readFile(join(home, "report.json"), "utf8").catch(() => "{}");
  const version = (JSON.parse(text) as { version?: { number?: number } }).version?.number;
  return version ?? 0;
}
