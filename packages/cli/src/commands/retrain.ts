import { evaluateApi } from "@anyone/contracts/evaluate";
import { reviewApi } from "@anyone/contracts/review";
import type { Command } from "commander";
import { makeOutput, table } from "../output.ts";
import { connect } from "../session.ts";

/** `retrain`: open the next iteration now, or see what will. */
export function addRetrain(program: Command): void {
  const retrain = program
    .command("retrain")
    .description("open the next iteration now: people answer what the labeller does not know well enough")
    .action(async () => {
      const output = makeOutput(program.opts<{ json?: boolean }>().json ?? false);
      const { client, url } = connect();
      const { number } = await client.call(reviewApi.openIteration, { body: { trigger: "manual" } });
      output.result({ iteration: number }, () => `Iteration ${number} is open. People answer at ${url}/label`);
    });

  retrain
    .command("schedule")
    .description("show what opens an iteration by itself; change it on the dashboard's evaluate page")
    .action(async () => {
      const output = makeOutput(program.opts<{ json?: boolean }>().json ?? false);
      const { items } = await connect().client.call(evaluateApi.listSchedules);
      output.result(items, () =>
        table([
          ["schedule", "when", "enabled", "fired"],
          ...items.map(({ id, kind, cron, zone, growth, enabled, fires }) => [
            id,
            kind === "cron" ? `${cron} ${zone}` : `${growth} new assets since the last version`,
            enabled ? "yes" : "no",
            fires,
          ]),
        ]),
      );
    });
}
