import { type Grant, grantsApi, type SourcePermissions } from "@anyone/contracts/grants";
import { fault, whatDoesNotFit } from "@anyone/domain/fault";
import { NewGrant } from "@anyone/domain/source/grant";
import { SOURCE_USES } from "@anyone/domain/source/terms";
import type { Command } from "commander";
import { wholeNumber } from "../numbers.ts";
import { makeOutput, table } from "../output.ts";
import { connect } from "../session.ts";

/** `grant`: what sources permit, and what somebody granted beyond that. */
export function addGrant(program: Command): void {
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);

  const grant = program
    .command("grant")
    .description("show what each source permits: to collect, store, train on and redistribute its images")
    .action(async () => {
      const { items } = await connect().client.call(grantsApi.listPermissions);
      output().result(items, () => permissions(items));
    });

  grant
    .command("record")
    .description("record what somebody granted for a source beyond its terms")
    .argument("<source>", "name of the source")
    .requiredOption("--uses <uses>", `what is granted, separated by commas: ${SOURCE_USES.join(",")}`)
    .requiredOption("--by <who>", "who granted it")
    .requiredOption("--document <place>", "where the contract, letter or mail is kept: an address or a file's name")
    .option("--until <day>", "last day on which it holds, for example 2027-12-31; default: until it is revoked")
    .addHelpText(
      "after",
      `
  anyone grant record unsplash-people --uses collect,store,train --by "Unsplash Inc." \\
    --document contracts/2026-114.pdf --until 2027-12-31

Whoever records a grant answers for it. A crawl asks before it starts; a version, when it is cut.`,
    )
    .action(async (source: string, options: { uses: string; by: string; document: string; until?: string }) => {
      const { data, error } = NewGrant.safeParse({
        sourceId: source,
        grantedBy: options.by,
        uses: options.uses.split(",").map((use) => use.trim()),
        until: options.until ?? null,
        document: options.document,
      });
      if (!data) {
        throw fault("bad-input", `This is no grant: ${whatDoesNotFit(error)}.`, {
          hint: `Uses are ${SOURCE_USES.join(", ")}; a day is written 2027-12-31.`,
        });
      }
      const recorded = await connect().client.call(grantsApi.recordGrant, { body: data });
      output().result(recorded, () => `Grant ${recorded.id} is recorded.\n${grants([recorded])}`);
    });

  grant
    .command("list")
    .description("list all grants ever recorded")
    .action(async () => {
      const { items } = await connect().client.call(grantsApi.listGrants);
      output().result(items, () => (items.length === 0 ? "No grant is recorded." : grants(items)));
    });

  grant
    .command("revoke")
    .description("end a grant from now on; versions that were cut before stay as they are")
    .argument("<id>", "number of the grant, from anyone grant list", wholeNumber(1, 2_147_483_647))
    .action(async (id: number) => {
      const revoked = await connect().client.call(grantsApi.revokeGrant, { params: { id } });
      output().result(
        revoked,
        () =>
          `Grant ${revoked.id} for ${revoked.sourceId} is revoked. Pictures that are permitted by it alone leave the pool within a minute.`,
      );
    });
}

/** A table of what is permitted, and below it why not, once per source and reason. */
function permissions(items: readonly SourcePermissions[]): string {
  if (items.length === 0) return "No source yet. `anyone crawl --help` shows how to add one.";
  const word = (use: SourcePermissions["uses"][number]) =>
    !use.permitted ? "no" : use.by === "licence" ? "by licence" : use.by === "grant" ? "by grant" : "yes";
  const reasons = items.flatMap(({ sourceId, uses }) =>
    [...new Set(uses.filter(({ permitted }) => !permitted).map(({ why }) => why))].map((why) => `${sourceId}: ${why}`),
  );
  const rows = table([
    ["source", "kind", ...SOURCE_USES, "hotlink"],
    ...items.map(({ sourceId, kind, uses, hotlink }) => [sourceId, kind, ...uses.map(word), hotlink]),
  ]);
  return [rows, ...(reasons.length > 0 ? ["", ...reasons] : [])].join("\n");
}

function grants(items: readonly Grant[]): string {
  return table([
    ["grant", "source", "uses", "by", "until", "state", "document"],
    ...items.map(({ id, sourceId, uses, grantedBy, until, state, document }) => [
      String(id),
      sourceId,
      uses.join(","),
      grantedBy,
      until,
      state,
      document,
    ]),
  ]);
}
