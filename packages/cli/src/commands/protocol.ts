import { annotateApi } from "@anyone/contracts/annotate";
import { compareProtocols } from "@anyone/domain/annotate/compare-protocols";
import { loadProtocol } from "@anyone/domain/annotate/load-protocol";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { writeProtocol } from "@anyone/domain/annotate/write-protocol";
import { fault } from "@anyone/domain/fault";
import { ProtocolId } from "@anyone/domain/ids";
import type { Command } from "commander";
import { makeOutput } from "../output.ts";
import { comparisonText, findingText, listText, soundText, useText } from "../protocol/protocol-text.ts";
import { readProtocolFile } from "../protocol/read-protocol-file.ts";
import { connect } from "../session.ts";

/** A published version as it is named; anything else is a file. */
const PUBLISHED = /^[a-z][a-z0-9-]*@\d+\.\d+\.\d+$/;

/** `protocol`: the questions, as files and as versions in use. */
export function addProtocol(program: Command): void {
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);

  const protocol = program
    .command("protocol")
    .description("check, compare and put in use label protocols: the questions, their options and when they are asked")
    .addHelpText(
      "after",
      `
  anyone protocol show > mine.yaml       a copy of the protocol in use, to edit
  anyone protocol check mine.yaml        every error with its line and column; needs no platform
  anyone protocol diff prime-human@1.0.0 mine.yaml
  anyone protocol use mine.yaml          publish it, and open the next iteration under it

A published version never changes: an edited file needs a higher version. What people answered stands where a question is the same.`,
    );

  protocol
    .command("check")
    .description("check a protocol file, or a pack over its base: file:line:column and what was probably meant")
    .argument("<file>", "YAML or JSON")
    .action((file: string) => {
      const { protocol: sound, findings } = readProtocolFile(file);
      process.exitCode = sound ? 0 : 1;
      output().result({ protocol: sound?.identity ?? null, findings }, () =>
        sound ? soundText(sound) : findings.map((finding) => findingText(file, finding)).join("\n"),
      );
    });

  protocol
    .command("list")
    .description("the published versions, the one in use first")
    .action(async () => {
      const { items } = await connect().client.call(annotateApi.listProtocols);
      output().result(items, () => listText(items));
    });

  protocol
    .command("show")
    .description("a published version as a YAML file")
    .argument("[version]", "name@version; without it the one in use", "current")
    .action(async (id: string) => {
      const { client } = connect();
      const stored = await client.call(annotateApi.getProtocol, { params: { id: ProtocolId.parse(id) } });
      output().result(stored, () => writeProtocol(stored.content).trimEnd());
    });

  protocol
    .command("diff")
    .description("what becomes of every category from one version to another: what stands, what migrates, what is void")
    .argument("<before>", "a file, or name@version")
    .argument("<after>", "a file, or name@version")
    .action(async (before: string, after: string) => {
      const comparison = compareProtocols(await protocolAt(before), await protocolAt(after));
      output().result(comparison, () => comparisonText(comparison));
    });

  protocol
    .command("use")
    .description("put a protocol in use; an open iteration goes on under its own, the next one opens under this")
    .argument("<protocol>", "a file, which is published first, or name@version")
    .action(async (named: string) => {
      const content = PUBLISHED.test(named) ? null : documentOf(named);
      const { client } = connect();
      const id = content ? (await client.call(annotateApi.publishProtocol, { body: { content } })).id : named;
      const used = await client.call(annotateApi.useProtocol, { params: { id: ProtocolId.parse(id) }, body: {} });
      output().result(used, () => useText(used));
    });
}

function documentOf(file: string): Record<string, unknown> {
  const { document, findings } = readProtocolFile(file);
  if (!document) throw brokenFile(file, findings);
  return document;
}

async function protocolAt(named: string): Promise<Protocol> {
  if (PUBLISHED.test(named)) {
    const { client } = connect();
    const { content } = await client.call(annotateApi.getProtocol, { params: { id: ProtocolId.parse(named) } });
    return loadProtocol(content);
  }
  const { protocol, findings } = readProtocolFile(named);
  if (!protocol) throw brokenFile(named, findings);
  return protocol;
}

function brokenFile(file: string, findings: Parameters<typeof findingText>[1][]): Error {
  const [first] = findings;
  const where = first ? ` The first: ${findingText(file, first).split("\n")[0]}` : "";
  return fault("bad-protocol", `${file} has ${findings.length} error(s).${where}`, {
    hint: `See all of them: anyone protocol check ${file}`,
  });
}
