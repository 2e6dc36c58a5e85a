import { systemApi } from "@anyone/contracts/system";
import { type RejudgeProgress, thresholdsApi } from "@anyone/contracts/thresholds";
import { fault } from "@anyone/domain/fault";
import type { Command } from "commander";
import { readAssignments } from "../filter/name-thresholds.ts";
import { planText, rejudgedText, thresholdsText } from "../filter/threshold-text.ts";
import type { Output } from "../output.ts";
import { connect } from "../session.ts";
import { waitFor } from "../wait.ts";

const A_DAY_MS = 24 * 3_600_000;

/** `filter thresholds` and `filter rejudge`: what the gates drop at, and judging again by it. */
export function addThresholds(filter: Command, output: () => Output): void {
  const thresholds = filter
    .command("thresholds")
    .description("show each gate's threshold, its unit, the filter's own and since when it stands")
    .action(async () => {
      const shown = await connect().client.call(thresholdsApi.getThresholds);
      output().result(shown, () => thresholdsText(shown));
    });

  thresholds
    .command("set")
    .description("set thresholds; those not named stay as they are")
    .argument("<name=value...>", "for example face-size=200, or brisque=off")
    .option("--note <why>", "why, for who reads it later")
    .addHelpText(
      "after",
      `
  anyone filter thresholds set face-side=200 brisque=55 --note "the street source is soft"
  anyone filter rejudge --dry-run

A change is a new version, and every verdict names the version that decided. From now on the filter judges by it; what was judged before stays
as it is until anyone filter rejudge. A gate that is switched on is asked about new pictures only: older ones have no score.`,
    )
    .action(async (words: string[], { note }: { note?: string }) => {
      const { client } = connect();
      const before = await client.call(thresholdsApi.getThresholds);
      const change = readAssignments(words, before.thresholds);
      const body = { thresholds: change, ...(note !== undefined && { note }) };
      const after = await client.call(thresholdsApi.putThresholds, { body });
      const said =
        after.version === before.version
          ? "They stand so already."
          : "Judge what was judged before: anyone filter rejudge --dry-run.";
      output().result(after, () => `${thresholdsText(after)}\n\n${said}`);
    });

  thresholds
    .command("reset")
    .description("set all thresholds back to the filter's own")
    .option("--note <why>", "why, for who reads it later")
    .action(async ({ note }: { note?: string }) => {
      const { client } = connect();
      const before = await client.call(thresholdsApi.getThresholds);
      const own = before.thresholds.filter((one) => one.value !== one.default).map((one) => [one.name, one.default]);
      const body = {
        thresholds: Object.fromEntries(own),
        version: before.version,
        ...(note !== undefined && { note }),
      };
      const after = own.length === 0 ? before : await client.call(thresholdsApi.putThresholds, { body });
      const said =
        own.length === 0
          ? "All were the filter's own already."
          : "Judge what was judged before: anyone filter rejudge --dry-run.";
      output().result(after, () => `${thresholdsText(after)}\n\n${said}`);
    });

  filter
    .command("rejudge")
    .description("judge every candidate again under the thresholds in force, by what was measured on it")
    .option("--dry-run", "only tell what would change, by gate and source")
    .option("--no-wait", "start it and return")
    .addHelpText(
      "after",
      `
No picture is decoded to judge it again. An asset that a gate drops now is withdrawn: it leaves the pool, and stays in the store, in versions that
hold it and in its lineage. What no gate drops any more comes back; what never became an asset goes through the filter, from its stored bytes. What its header
alone had dropped was never stored, and is fetched again, as slowly as its source's politeness wants. It goes on when this command is interrupted.`,
    )
    .action(async ({ dryRun = false, wait }: { dryRun?: boolean; wait: boolean }) => {
      const { client } = connect();
      if (dryRun) {
        const plan = await client.call(thresholdsApi.planRejudge);
        return output().result(plan, () => planText(plan));
      }
      const begun = await client.call(thresholdsApi.rejudge, { body: {} });
      if (wait) return follow(output());
      output().result(
        begun,
        () => `Judging again under thresholds ${begun.thresholds} has begun: anyone filter report.`,
      );
    });
}

/** Follows a judging again until its last task is done. */
async function follow(output: Output): Promise<void> {
  const { client } = connect();
  let stuck = 0;
  const ended = await waitFor(
    async (): Promise<RejudgeProgress | undefined> => {
      const now = await client.call(thresholdsApi.getRejudge);
      output.progress(
        `${now.judged} judged, ${now.tasks_done} of ${now.tasks} tasks · ${now.newly_kept} newly kept, ${now.newly_dropped} newly dropped`,
      );
      if (now.finished_at !== null) return now;
      // Twice in a row: the last task may end between the two questions.
      const { stages } = await client.call(systemApi.overview);
      const tasks = stages.find(({ stage }) => stage === "filter")?.tasks;
      const dead = tasks && tasks.ready + tasks.leased === 0 ? tasks.dead : 0;
      if (dead > 0 && stuck > 0) {
        throw fault("conflict", `${dead} tasks of filter are dead, and the judging again waits for them.`, {
          hint: "The dashboard's system page shows each with its reason, and tries it again.",
        });
      }
      stuck = dead;
      return undefined;
    },
    { withinMs: A_DAY_MS, what: "the judging again to end" },
  );
  output.result(ended, () => rejudgedText(ended));
}
