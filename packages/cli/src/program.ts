import { Command } from "commander";
import { addConsent } from "./commands/consent.ts";
import { addCrawl } from "./commands/crawl.ts";
import { addDemo } from "./commands/demo.ts";
import { addEvaluate } from "./commands/evaluate.ts";
import { addFilter } from "./commands/filter.ts";
import { addGrant } from "./commands/grant.ts";
import { addImport } from "./commands/import.ts";
import { addLabel } from "./commands/label.ts";
import { addModels } from "./commands/models.ts";
import { addPool } from "./commands/pool.ts";
import { addProtocol } from "./commands/protocol.ts";
import { addRelease } from "./commands/release.ts";
import { addRetrain } from "./commands/retrain.ts";
import { addReview } from "./commands/review.ts";
import { addTrain } from "./commands/train.ts";
import { addUp } from "./commands/up.ts";
import { addWebhooks } from "./commands/webhooks.ts";
import { addWorld } from "./commands/world.ts";

/** The command with everything it can do. It throws where it would end the process. */
export function makeProgram({ json }: { json: boolean }): Command {
  const program = new Command("anyone")
    .description(
      "Annotate Anyone: a self-hosted data flywheel for images of people.\n\n" +
        "The wheel turns source → filter → annotate ⇄ review → release → train → evaluate, and again.\n" +
        "Start the platform with `anyone up`; the other commands talk to it.",
    )
    .option("--json", "print one JSON document instead of text, also when it fails")
    .addHelpText(
      "after",
      `
A first hour:
  anyone up                        start everything on this machine (first start shows your key)
  anyone import ~/photographs      take a folder of photographs into the pool
  anyone status                    see the seven stages at work
  anyone retrain                   open an iteration: people answer, the labeller learns
  anyone label                     where to answer questions
  anyone release                   cut a dataset version, then train and evaluate on it

Variables: ANYONE_HOME (data folder, default .anyone), API_URL and API_KEY (a platform elsewhere).
Exit code: 0 when it was done, 1 when it was not, 130 when it was interrupted.`,
    )
    .showHelpAfterError("(anyone --help teaches the commands)")
    .exitOverride();
  if (json) program.configureOutput({ writeErr: () => {} });
  const commands = [
    addUp,
    addCrawl,
    addImport,
    addFilter,
    addPool,
    addGrant,
    addConsent,
    addProtocol,
    addLabel,
    addReview,
    addRelease,
    addTrain,
    addEvaluate,
    addRetrain,
    addModels,
    addWebhooks,
    addWorld,
    addDemo,
  ];
  for (const add of commands) add(program);
  return program;
}
