import type { Client } from "@anyone/contracts/client";
import { crawlPreviewApi } from "@anyone/contracts/crawl-preview";
import { sourceApi } from "@anyone/contracts/source";
import { fault } from "@anyone/domain/fault";
import { CrawlId } from "@anyone/domain/ids";
import { sayAim } from "@anyone/domain/source/aim";
import { KINDS_OF_SOURCES } from "@anyone/domain/source/kinds";
import type { Command } from "commander";
import { chooseSource } from "../crawl/choose-source.ts";
import { followCrawl } from "../crawl/follow.ts";
import { putSource } from "../crawl/name-source.ts";
import { sayPreview } from "../crawl/say-preview.ts";
import { wholeNumber } from "../numbers.ts";
import { makeOutput, type Output, table } from "../output.ts";
import { connect } from "../session.ts";

interface Options {
  source?: string;
  query?: string;
  settings?: string;
  limit: number;
  dryRun?: boolean;
  wait: boolean;
}

/** `crawl`: bring images in from a source, and halt what is under way. */
export function addCrawl(program: Command): void {
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);

  const crawl = program
    .command("crawl")
    .description("crawl a source until so many images are accepted; without a source, list the sources")
    .argument("[source]", "name of a source, or a kind of source; the same as --source")
    .option("--source <name>", "name of a source, for example flickr-street, or a kind, for example flickr")
    .option("--query <words>", "words to search for; with a kind, they name a new source")
    .option(
      "--limit <count>",
      "accepted images wanted: those that the filter keeps in the pool",
      wholeNumber(1, 1_000_000),
      500,
    )
    .option(
      "--settings <json>",
      'add or change the source first, for example \'{"kind":"laion","files":["https://…"]}\'',
    )
    .option(
      "--dry-run",
      "say what is allowed and what it will take, and end there: no host is asked, nothing is changed",
    )
    .option("--no-wait", "start it and return")
    .addHelpText(
      "after",
      `
  anyone crawl --source flickr --query "street portrait" --limit 500 --dry-run
  anyone crawl --source flickr --query "street portrait" --limit 500
  anyone crawl flickr-street-portrait --limit 200     the same source, on from where it stopped
  anyone crawl flickr-street-portrait --query "hat"   other words, once
  anyone crawl list                                   then pause, resume or cancel one by its id

First it says what terms and grants allow, what is left of the quota, and what the crawl will probably take. It lists
on until --limit images are in the pool, which may end a few over: the last ones are judged together. Fewer come
where the source has no more, or keeps less than one in a hundred.

Kinds of sources:
${kinds()}`,
    )
    .action(async (positional: string | undefined, options: Options) => {
      const { client } = connect();
      const name = options.source ?? positional;
      if (name === undefined) return listSources(client, output());
      await start(client, name, options, output());
    });

  crawl
    .command("list")
    .description("list crawls, latest first, with their ids")
    .action(async () => {
      const { items } = await connect().client.call(sourceApi.listCrawls, { query: { limit: 50 } });
      output().result(items, () =>
        items.length === 0
          ? 'No crawl yet. Start one: anyone crawl --source flickr --query "street portrait" --limit 500.'
          : table([
              ["crawl", "source", "state", "accepted", "wanted", "to fetch", "searched for", "why"],
              ...items.map(({ id, sourceId, state, wanted, candidates, query, plan, stopReason, why }) => {
                const { kept = 0, listed = 0 } = candidates;
                const aim = plan ? `; aimed at ${sayAim(plan)}` : "";
                return [id, sourceId, state, kept, wanted, listed, query, `${stopReason ?? why}${aim}`];
              }),
            ]),
      );
    });

  for (const [verb, { operation, description, says }] of Object.entries(HALTS)) {
    crawl
      .command(verb)
      .description(description)
      .argument("<crawl>", "id of the crawl, from anyone crawl list")
      .action(async (id: string) => {
        const parsed = CrawlId.safeParse(id);
        if (!parsed.success)
          throw fault("bad-input", `"${id}" is no id of a crawl.`, { hint: "anyone crawl list shows them." });
        const now = await connect().client.call(operation, { params: { id: parsed.data } });
        output().result(now, () => says(now.id));
      });
  }
}

const HALTS = {
  pause: {
    operation: sourceApi.pauseCrawl,
    description: "pause a crawl: nothing more of it is listed or fetched until it is resumed",
    says: (id: string) => `Crawl ${id} is paused. Go on with it: anyone crawl resume ${id}.`,
  },
  resume: {
    operation: sourceApi.resumeCrawl,
    description: "let a paused crawl go on where it stood",
    says: (id: string) => `Crawl ${id} goes on.`,
  },
  cancel: {
    operation: sourceApi.cancelCrawl,
    description: "end a crawl for good: what it listed is given up, what it fetched still gets its verdict",
    says: (id: string) => `Crawl ${id} is cancelled. What it fetched is still filtered.`,
  },
} as const;

async function start(client: Client, name: string, options: Options, output: Output): Promise<void> {
  const { limit, wait } = options;
  const { sourceId, settings, query } = await chooseSource(client, name, options);
  const preview = await client.call(crawlPreviewApi.previewCrawl, { body: { sourceId, settings, limit } });
  if (options.dryRun) {
    const refused = preview.refusal ? `\n${preview.refusal.message} ${preview.refusal.hint ?? ""}` : "";
    output.result({ sourceId, query, ...preview }, () => `${sayPreview(preview, limit)}${refused}`);
    return;
  }
  output.say(sayPreview(preview, limit));
  // The source is kept though it may not be crawled: the grant is recorded for it.
  if (settings) await putSource(client, sourceId, settings);
  await followCrawl(
    client,
    await client.call(sourceApi.startCrawl, { body: { sourceId, query, limit } }),
    wait,
    output,
  );
}

function kinds(): string {
  return Object.entries(KINDS_OF_SOURCES)
    .map(([kind, { label, asks, key }]) => `  ${kind.padEnd(22)} ${label}: ${asks.setting}${key ? `, and ${key}` : ""}`)
    .join("\n");
}

async function listSources(client: Client, output: Output): Promise<void> {
  const { items } = await client.call(sourceApi.listSources);
  output.result(items, () =>
    items.length === 0
      ? 'No source yet. Add one: anyone import ~/photographs, or anyone crawl --source flickr --query "street portrait".'
      : table([
          ["source", "kind", "enabled", "automatic", "candidates"],
          ...items.map(({ id, connector, enabled, automatic, candidates }) => [
            id,
            connector,
            enabled ? "yes" : "no",
            automatic ? "yes" : "no",
            Object.entries(candidates)
              .map(([status, count]) => `${count} ${status}`)
              .join(", "),
          ]),
        ]),
  );
}
