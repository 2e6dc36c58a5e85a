import { releaseApi } from "@anyone/contracts/release";
import { fault } from "@anyone/domain/fault";
import { LEFT_OUT } from "@anyone/domain/release/permitted";
import type { Command } from "commander";
import { ordinal, wholeNumber } from "../numbers.ts";
import { makeOutput, table } from "../output.ts";
import { connect } from "../session.ts";
import { waitFor } from "../wait.ts";

/** `release`: cut a dataset version, or compare two. */
export function addRelease(program: Command): void {
  const release = program
    .command("release")
    .description("cut the next dataset version: settled answers, captions, masks and splits, frozen and hashed")
    .option("--seed <number>", "seed of the splits", wholeNumber(0, 2_147_483_647), 1)
    .addHelpText(
      "after",
      "\nBefore you give a version to others, see what licences of its sources and models leave of it:\n  anyone models rights --source CC-BY-4.0 --use commercial",
    )
    .action(async (options: { seed: number }) => {
      const output = makeOutput(program.opts<{ json?: boolean }>().json ?? false);
      const { client } = connect();
      const { number, name } = await client.call(releaseApi.cutVersion, { body: { seed: options.seed } });
      const version = await waitFor(
        async () => {
          const now = await client.call(releaseApi.getVersion, { params: { number } });
          const written = now.shards.filter(({ state }) => state === "written").length;
          output.progress(`${name}: ${written} of ${now.shards.length} shards`);
          return now.state === "cutting" ? undefined : now;
        },
        { withinMs: 24 * 3_600_000, what: `version ${name} to be released` },
      );
      if (version.state === "failed") {
        throw fault("conflict", `${name} could not be cut.`, {
          hint: "The dashboard's release page shows the dead tasks and why; retry them there, or cut the next version.",
        });
      }
      output.result(
        version,
        () =>
          `${name} is ${version.state}: ${version.items} items, manifest sha256 ${version.manifestSha256}${leftOut(version.counts)}`,
      );
    });

  release
    .command("list")
    .description("list the dataset versions")
    .action(async () => {
      const output = makeOutput(program.opts<{ json?: boolean }>().json ?? false);
      const { items } = await connect().client.call(releaseApi.listVersions);
      output.result(items, () =>
        items.length === 0
          ? "No version yet. Cut one: anyone release."
          : table([
              ["version", "state", "items", "shards", "sha256"],
              ...items.map(({ name, state, items: count, shards, manifestSha256 }) => [
                name,
                state,
                count,
                shards.length,
                manifestSha256?.slice(0, 16) ?? null,
              ]),
            ]),
      );
    });

  release
    .command("diff")
    .description("what changed from one version to another")
    .argument("<from>", "number of the older version", ordinal)
    .argument("<to>", "number of the newer version", ordinal)
    .action(async (from: number, to: number) => {
      const output = makeOutput(program.opts<{ json?: boolean }>().json ?? false);
      const diff = await connect().client.call(releaseApi.diffVersions, { params: { number: to, other: from } });
      output.result(diff, () =>
        [
          `From v${from} to v${to}:`,
          `  ${diff.added} added, ${diff.removed} removed, ${diff.changed} changed, ${diff.unchanged} unchanged`,
        ].join("\n"),
      );
    });
}

/** What terms, licences and grants kept out of a version; nothing when that is nothing. */
function leftOut(counts: Record<string, unknown>): string {
  const kept = LEFT_OUT.flatMap((reason) => {
    const count = Number(counts[reason.replaceAll("-", "_")] ?? 0);
    return count > 0 ? [`${count} ${reason}`] : [];
  });
  return kept.length > 0 ? `\nLeft out: ${kept.join(", ")}. \`anyone grant\` shows why.` : "";
}
