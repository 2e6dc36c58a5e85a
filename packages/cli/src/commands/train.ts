import type { Client } from "@anyone/contracts/client";
import { releaseApi } from "@anyone/contracts/release";
import { type Run, trainApi } from "@anyone/contracts/train";
import { fault } from "@anyone/domain/fault";
import { Recipe } from "@anyone/domain/train/run";
import { type Command, Option } from "commander";
import { ordinal } from "../numbers.ts";
import { makeOutput, table } from "../output.ts";
import { connect } from "../session.ts";
import { waitFor } from "../wait.ts";

/** `train`: run a recipe on a released version, with HOLA and with β = 0. */
export function addTrain(program: Command): void {
  program
    .command("train")
    .description("train the recipe's arms on a released version and follow them")
    .argument("[version]", "number of the version; default: the newest", ordinal)
    .addOption(new Option("--recipe <name>", "what to train").choices(Recipe.options).default("sd15_tiny"))
    .option("--no-wait", "plan the runs and return")
    .addHelpText(
      "after",
      `
  anyone train                     every seed of sd15_tiny on the newest version, with HOLA and with β = 0
  anyone train 2 --recipe debug    seconds instead of minutes: to see that everything works

A GPU worker takes the runs (anyone up starts one). Runs survive it: another goes on from the last checkpoint.
Evaluation follows by itself: anyone evaluate. Exit code 1 when a run failed.`,
    )
    .action(async (wanted: number | undefined, options: { recipe: Recipe; wait: boolean }) => {
      const output = makeOutput(program.opts<{ json?: boolean }>().json ?? false);
      const { client } = connect();
      const version = wanted ?? (await newestVersion(client));
      const planned = await client.call(trainApi.startRuns, { body: { version, recipe: options.recipe } });
      if (planned.repeated) output.say(`The runs of ${options.recipe} on v${version} were planned before.`);
      if (!options.wait) {
        output.result(planned, () => "Planned. Follow it with anyone status or on the dashboard's train page.");
        return;
      }
      const runs = await waitFor(
        async () => {
          const { items } = await client.call(trainApi.listRuns, { query: { version, kind: "diffusion" } });
          const open = items.filter(({ state }) => state === "waiting" || state === "leased");
          output.progress(`${items.length - open.length} of ${items.length} runs done${at(open)}`);
          return items.length > 0 && open.length === 0 ? items : undefined;
        },
        { withinMs: 30 * 24 * 3_600_000, what: `the runs on v${version} to end`, everyMs: 1000 },
      );
      output.result(runs, () =>
        table([
          ["run", "arm", "seed", "state", "step"],
          ...runs.map(({ id, arm, seed, state, step }) => [id, arm, seed, state, step]),
        ]),
      );
      if (runs.some(({ state }) => state === "failed")) process.exitCode = 1;
    });
}

function at(open: readonly Run[]): string {
  const running = open.find(({ state }) => state === "leased");
  return running ? `, ${running.id} at step ${running.step}` : open.length > 0 ? ", waiting for a GPU worker" : "";
}

/** The number of the newest released version. */
export async function newestVersion(client: Client): Promise<number> {
  const { items } = await client.call(releaseApi.listVersions);
  const newest = items.find(({ state }) => state === "released");
  if (newest) return newest.number;
  throw fault("not-found", "No version is released yet.", { hint: "Cut one: anyone release." });
}
