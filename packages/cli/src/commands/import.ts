import { existsSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { sourceApi } from "@anyone/contracts/source";
import { fault } from "@anyone/domain/fault";
import { SourceSettings } from "@anyone/domain/source/source";
import type { Command } from "commander";
import { followCrawl } from "../crawl/follow.ts";
import { nameFrom, putSource, sourceName } from "../crawl/name-source.ts";
import { makeOutput } from "../output.ts";
import { connect } from "../session.ts";

/** `import`: bring a folder of photographs in. */
export function addImport(program: Command): void {
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);

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
      const id = sourceName(options.name ?? nameFrom(basename(path)));
      await putSource(client, id, SourceSettings.parse({ kind: "folder", path, licence: options.licence }));
      const crawl = await client.call(sourceApi.startCrawl, { body: { sourceId: id, target: 1_000_000 } });
      await followCrawl(client, crawl, options.wait, output());
    });
}
