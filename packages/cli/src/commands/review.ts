import { annotateApi } from "@anyone/contracts/annotate";
import { reviewApi } from "@anyone/contracts/review";
import { loadProtocol } from "@anyone/domain/annotate/load-protocol";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { fault } from "@anyone/domain/fault";
import type { Command } from "commander";
import { ordinal } from "../numbers.ts";
import { makeOutput } from "../output.ts";
import { estimatesText } from "../review/estimates-text.ts";
import { evaluationText, topUpText } from "../review/evaluation-text.ts";
import { gatesText } from "../review/gates-text.ts";
import { connect } from "../session.ts";

type Client = ReturnType<typeof connect>["client"];

/** `review`: what the evaluation set shows of each question, and what it says of the pool. */
export function addReview(program: Command): void {
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);
  const review = program.command("review").description("see what is known of each question, and of the pool");

  review
    .command("gates")
    .description(
      "list each question's evidence after an iteration: over the bar, under it, or how many answers are missing",
    )
    .option("--iteration <number>", "instead of the latest that was scored", ordinal)
    .addHelpText(
      "after",
      `
"graduate": shown to be over the bar, all questions weighed together (e-BH); "tail": shown to be under it; "undecided": neither yet. The
interval holds whenever one looks. "answers missing" is about how many more evaluation answers decide it, if they go on being right as
often. The setting review.policy says which rule settles questions: evidence, point (the paper's) or bound.`,
    )
    .action(async ({ iteration: asked }: { iteration?: number }) => {
      const { client } = connect();
      const number = asked ?? (await latestScored(client));
      const found = await client.call(reviewApi.getIteration, { params: { number } });
      const protocol = await protocolOf(client, found.protocolId);
      const { gates, history } = found;
      output().result({ iteration: number, gates, history }, () =>
        gatesText(number, gates, (n) => protocol.categories[n - 1]?.id ?? String(n)),
      );
    });

  review
    .command("pool")
    .description("tell how often the labeller is right over the pool, with intervals")
    .option("--iteration <number>", "instead of the latest that was scored", ordinal)
    .option("--shares", "how common each option is instead")
    .action(async ({ iteration: asked, shares = false }: { iteration?: number; shares?: boolean }) => {
      const { client } = connect();
      const number = asked ?? (await latestScored(client));
      const { protocolId, items } = await client.call(reviewApi.getPoolEstimates, { params: { number } });
      const protocol = await protocolOf(client, protocolId);
      output().result({ iteration: number, items }, () => estimatesText(number, items, { protocol, shares }));
    });

  const evaluation = review
    .command("evaluation")
    .description("list the versions of the evaluation set, by which everything is measured")
    .action(async () => {
      const found = await connect().client.call(reviewApi.listEvaluationSets);
      output().result(found, () => evaluationText(found.items, found.keptFromTraining));
    });
  evaluation
    .command("top-up")
    .description("let the evaluation set follow the pool now, as every iteration does when it starts")
    .option("--dry-run", "only tell what the next version would hold")
    .action(async ({ dryRun = false }: { dryRun?: boolean }) => {
      const done = await connect().client.call(reviewApi.topUpEvaluationSet, { body: { dryRun } });
      output().result(done, () => topUpText(done, dryRun));
    });
}

/** @throws Fault `not-found` before the first iteration was scored. */
async function latestScored(client: Client): Promise<number> {
  const { items } = await client.call(reviewApi.listIterations);
  const scored = items.find(({ state }) => state === "spreading" || state === "closed");
  if (scored) return scored.number;
  throw fault("not-found", "No iteration has been scored yet.", { hint: "anyone label says what it waits for." });
}

async function protocolOf(client: Client, id: string): Promise<Protocol> {
  return loadProtocol((await client.call(annotateApi.getProtocol, { params: { id: id as never } })).content);
}
