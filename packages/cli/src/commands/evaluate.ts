import { evaluateApi } from "@anyone/contracts/evaluate";
import type { Command } from "commander";
import { ordinal } from "../numbers.ts";
import { makeOutput, table } from "../output.ts";
import { connect } from "../session.ts";
import { newestVersion } from "./train.ts";

/** `evaluate`: what was measured of a version's checkpoints, and what was promoted. */
export function addEvaluate(program: Command): void {
  program
    .command("evaluate")
    .description("show every metric of a version's checkpoints, with intervals, and what was promoted and why")
    .argument("[version]", "number of the version; default: the newest", ordinal)
    .action(async (wanted?: number) => {
      const output = makeOutput(program.opts<{ json?: boolean }>().json ?? false);
      const { client } = connect();
      const version = wanted ?? (await newestVersion(client));
      const { items: reports } = await client.call(evaluateApi.listReports, { query: { version } });
      const { items: promotions } = await client.call(evaluateApi.listPromotions);
      output.result({ version, reports, promotions }, () =>
        [
          reports.length === 0
            ? `Nothing was measured on v${version} yet. Evaluation follows training by itself: anyone train ${version}.`
            : table([
                ["checkpoint", "metric", "value", "95 % interval", "n", "tier"],
                ...reports.flatMap(({ checkpointId, metrics }) =>
                  metrics.map(({ name, state, value, low, high, n, model }) => [
                    checkpointId,
                    name,
                    state === "unavailable" ? "unavailable" : (value?.toPrecision(4) ?? null),
                    low === null || high === null ? null : `${low.toPrecision(3)} – ${high.toPrecision(3)}`,
                    n,
                    typeof model?.tier === "string" ? model.tier : null,
                  ]),
                ),
              ]),
          ...promotions.map(
            ({ subject, promoted, reason }) => `${subject}: ${promoted ? "promoted" : "not promoted"}, ${reason}`,
          ),
        ].join("\n"),
      );
    });
}
