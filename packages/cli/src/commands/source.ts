import { existsSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Client } from "@anyone/contracts/client";
import { filterApi } from "@anyone/contracts/filter";
import { type Crawl, sourceApi } from "@anyone/contracts/source";
import { type Overview, systemApi } from "@anyone/contracts/system";
import { Fault, fault, whatDoesNotFit } from "@anyone/domain/fault";
import { CrawlId, SourceId } from "@anyone/domain/ids";
import { KINDS_OF_SOURCES } from "@anyone/domain/source/kinds";
import { SourceSettings } from "@anyone/domain/source/source";
import type { Command } from "commander";
import { wholeNumber } from "../numbers.ts";
import { makeOutput, type Output, table } from "../output.ts";
import { connect } from "../session.ts";
import { waitFor } from "../wait.ts";

const A_DAY_MS = 24 * 3_600_000;

/** `crawl`, `import`: bring images in. */
export function addSource(program: Command): void {
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);

  program
    .command("crawl")
    .description("crawl a source; without a name, list the sources")
    .argument("[source]", "name of the source, for example flickr-street")
    .option(
      "--settings <json>",
      'add or change the source first, for example \'{"kind":"flickr","text":"street portrait"}\'',
    )
    .option("--target <count>", "new candidates wanted", wholeNumber(1, 100_000_000), 1000)
    .option("--no-wait", "start it and return")
    .addHelpText("after", `\nKinds of sources:\n${kinds()}`)
    .action(async (name: string | undefined, options: { settings?: string; target: number; wait: boolean }) => {
      const { client } = connect();
      if (name === undefined) return listSources(client, output());
      const id = sourceName(name);
      if (options.settings) await putSource(client, id, readSettings(options.settings));
      const crawl = await client.call(sourceApi.startCrawl, { body: { sourceId: id, target: options.target } });
      await report(client, crawl, options.wait, output());
    });

  program
    .command("import")
    .description("import a folder of photographs; run it again to take in what is new or was interrupted")
    .argument("<folder>", "folder on this machine; its subfolders are read too")
    .option("--name <source>", "name of the source; default: the folder's")
    .option("--licence <text>", "licence of the photographs, kept with each")
    .option("--no-wait", "start it and return")
    .addHelpText(
      "after",
      `
  anyone import ~/photographs --licence "CC BY 4.0"

The same photograph twice is stored once. What was dropped, and why, is shown at the end.`,
    )
    .action(async (folder: string, options: { name?: string; licence?: string; wait: boolean }) => {
      const path = resolve(folder);
      if (!existsSync(path) || !statSync(path).isDirectory()) {
        throw fault("bad-input", `${path} is no folder.`, {
          hint: "Name a folder that holds JPEG, PNG or WebP files.",
        });
      }
      const { client } = connect();
      const id = sourceName(options.name ?? slug(basename(path)));
      await putSource(client, id, SourceSettings.parse({ kind: "folder", path, licence: options.licence }));
      const crawl = await client.call(sourceApi.startCrawl, { body: { sourceId: id, target: 1_000_000 } });
      await report(client, crawl, options.wait, output());
    });
}

function kinds(): string {
  return Object.entries(KINDS_OF_SOURCES)
    .map(([kind, { label, asks, key }]) => `  ${kind.padEnd(22)} ${label}: ${asks.setting}${key ? `, and ${key}` : ""}`)
    .join("\n");
}

function sourceName(text: string): SourceId {
  const parsed = SourceId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw fault("bad-input", `"${text}" is no name of a source: ${parsed.error.issues[0]?.message}.`, {
    hint: "For example flickr-street.",
  });
}

function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 62) || "folder"
  );
}

function readSettings(text: string): SourceSettings {
  const hint = 'For example: \'{"kind":"laion","files":["https://example.org/part-00000.parquet"]}\'.';
  try {
    const { data, error } = SourceSettings.safeParse(JSON.parse(text));
    if (data) return data;
    throw fault("bad-input", `--settings is not a source's settings: ${whatDoesNotFit(error)}.`, { hint });
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw fault("bad-input", "--settings is not valid JSON.", { cause: error, hint });
  }
}

async function putSource(client: Client, id: SourceId, settings: SourceSettings): Promise<void> {
  await client.call(sourceApi.putSource, {
    params: { id },
    body: { settings, enabled: true, automatic: KINDS_OF_SOURCES[settings.kind].automatic },
  });
}

async function listSources(client: Client, output: Output): Promise<void> {
  const { items } = await client.call(sourceApi.listSources);
  output.result(items, () =>
    items.length === 0
      ? 'No source yet. Add one: anyone import ~/photographs, or anyone crawl flickr --settings \'{"kind":"flickr"}\'.'
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

/** Follows a crawl until every candidate of its source has its verdict, then shows the funnel. */
async function report(client: Client, crawl: Crawl, wait: boolean, output: Output): Promise<void> {
  if (!wait) {
    output.result(crawl, () => `Crawl ${crawl.id} runs. Follow it with anyone status.`);
    return;
  }
  let deadEnd = 0;
  const ended = await waitFor(
    async () => {
      const now = await client.call(sourceApi.getCrawl, { params: { id: CrawlId.parse(crawl.id) } });
      const source = await client.call(sourceApi.getSource, { params: { id: SourceId.parse(crawl.sourceId) } });
      const { listed = 0, fetched = 0, kept = 0, dropped = 0, failed = 0 } = source.candidates;
      const waiting = now.state === "running" || listed > 0 || fetched > 0;
      output.progress(
        `${now.listed} listed · ${listed} to fetch · ${fetched} to filter · ${kept} kept · ${dropped} dropped · ${failed} failed`,
      );
      // Twice in a row: the last task may end between the two questions.
      const before = deadEnd;
      deadEnd = waiting ? deadTasks((await client.call(systemApi.overview)).stages) : 0;
      if (before > 0 && deadEnd > 0) {
        throw fault("conflict", `${deadEnd} tasks of source and filter are dead, and the rest waits for them.`, {
          hint: "The dashboard's system page shows each with its reason, and tries it again.",
        });
      }
      return waiting ? undefined : now;
    },
    { withinMs: A_DAY_MS, what: `crawl ${crawl.id} to end` },
  );
  if (ended.state === "failed") {
    throw fault("conflict", `The source "${crawl.sourceId}" could not be listed: ${ended.stopReason}`);
  }
  const { items } = await client.call(filterApi.getFunnel);
  const funnel = items.filter(({ sourceId }) => sourceId === crawl.sourceId);
  output.result({ crawl: ended, funnel }, () =>
    funnel.length === 0
      ? `The source "${crawl.sourceId}" holds no image: no JPEG, PNG or WebP was found.`
      : table([
          ["status", "reason", "images"],
          ...funnel.map(({ status, reason, count }) => [status, reason ?? "", count]),
        ]),
  );
}

/** The dead tasks, when nothing but dead ones is left of source and filter: waiting for them is in vain. */
function deadTasks(stages: Overview["stages"]): number {
  const ours = stages.filter(({ stage }) => stage === "source" || stage === "filter");
  const alive = ours.some(({ tasks }) => tasks.ready + tasks.leased > 0);
  return alive ? 0 : ours.reduce((sum, { tasks }) => sum + tasks.dead, 0);
}
