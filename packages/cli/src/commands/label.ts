import { reviewApi } from "@anyone/contracts/review";
import type { Command } from "commander";
import { makeOutput } from "../output.ts";
import { connect } from "../session.ts";
import { addLabelPeople } from "./label-people.ts";
import { addLabelTransfer } from "./label-transfer.ts";

/** `label`: where people answer, and what waits for them. */
export function addLabel(program: Command): void {
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);
  const label = program
    .command("label")
    .description("show where to answer questions, and how many pages wait for people")
    .action(async () => {
      const { client, url } = connect();
      const progress = await client.call(reviewApi.progress);
      output().result({ url: `${url}/label`, ...progress }, () => {
        const waits =
          progress.iteration === null
            ? "No iteration is open. Open one: anyone retrain."
            : `Iteration ${progress.iteration.number} is ${progress.iteration.state}: ${progress.open} pages wait, ${progress.leased} are being answered, ${progress.done} are done.`;
        return `Answer by keyboard at ${url}/label\n${waits}`;
      });
    });
  addLabelPeople(label, output);
  addLabelTransfer(label, output);
}
