import { type Missing, missingApi } from "@anyone/contracts/missing";
import type { Command } from "commander";
import { wholeNumber } from "../numbers.ts";
import { makeOutput, table } from "../output.ts";
import { connect } from "../session.ts";
import { addRefresh } from "./refresh.ts";

/** `pool`: what it lacks, and asking again about what it holds. */
export function addPool(program: Command): void {
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);
  const pool = program.command("pool").description("see what the pool lacks, and ask again about what it holds");

  addRefresh(pool, "refresh", output);

  pool
    .command("missing")
    .description("list the options of which the pool has too few examples, and what sourcing does about it")
    .option("--limit <count>", "options shown; --json holds all of them", wholeNumber(1, 10_000), 30)
    .addHelpText(
      "after",
      `
"have" counts assets that were answered so, by models or people; "want" is half of an even share of the assets that show the place: of
1,000 assets with a visible head and ten kinds of hats, at least 50 of each. "weight" is an option's share of all that is missing.

The pool's watch aims every other crawl of a source that is searched: it draws an option by these weights and searches for its words. The
other crawls keep the source's own words, so that the pool does not become only what is rare. What people are (their age, origin, gender
or build) is counted, but never searched for. anyone crawl list shows what each crawl was aimed at.

  anyone pool missing
  anyone crawl <source> --query "person kimono" --limit 50     look for one of them by hand`,
    )
    .action(async ({ limit }: { limit: number }) => {
      const missing = await connect().client.call(missingApi.getMissing);
      output().result(missing, () => sayMissing(missing, limit));
    });
}

function sayMissing({ assets, counted, items, sources }: Missing, limit: number): string {
  const base = counted < assets ? `a sample of ${counted} of ${assets} answered assets` : `${counted} answered assets`;
  if (items.length === 0) {
    return counted === 0
      ? "Nothing is missing yet: no asset of the pool was answered. Bring images in (anyone crawl, anyone import); the labeller answers them."
      : `Nothing is missing yet: in ${base} every option that is seen often enough to judge has its examples. A category is judged from 20 visible answers on.`;
  }
  const more = items.length - limit;
  return [
    `${items.length} options lack examples, in ${base}:`,
    table([
      ["category", "option", "have", "want", "weight", "best source", "searched for"],
      ...items
        .slice(0, limit)
        .map(({ category, option, have, want, weight, best, query }) => [
          category,
          option,
          have,
          want,
          percent(weight),
          best ? `${best.sourceId} (${percent(best.rate)})` : "none yet",
          query,
        ]),
    ]),
    ...(more > 0 ? [`… and ${more} more: --limit ${items.length}`] : []),
    sources.length === 0
      ? "No source is automatic, so the pool's watch crawls none."
      : `Of an unaimed target: ${sources.map(({ sourceId, weight }) => `${sourceId} ${percent(weight)}`).join(", ")}.`,
  ].join("\n");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
