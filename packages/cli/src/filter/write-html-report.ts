import type { Client } from "@anyone/contracts/client";
import { fault } from "@anyone/domain/fault";
import type { FilterReport } from "@anyone/domain/filter/report";
import { writeWhole } from "../html/write-whole.ts";
import type { Output } from "../output.ts";
import { reportHtml } from "./report-html.ts";
import type { Labelled } from "./report-text.ts";

interface Request {
  client: Client;
  file: string;
  report: FilterReport;
  truth: Labelled | undefined;
  truthFrom: string | undefined;
  pictures: boolean;
  output: Output;
}

/**
 * Writes the report as one self-contained HTML file and says so.
 *
 * @throws Fault `bad-input` when the file can't be written.
 */
export async function writeHtmlReport({ client, file, report, truth, truthFrom, ...rest }: Request): Promise<void> {
  const { output } = rest;
  output.progress("reading sample pictures …");
  // a decoder is loaded only by who asks for pictures
  const pictures = rest.pictures
    ? await (await import("./sample-pictures.ts")).samplePictures(client, report)
    : undefined;
  const command = commandOf(file, truthFrom, rest.pictures);
  const html = reportHtml({ report, truth, pictures, command });
  await writeWhole(file, html).catch((error: Error) => {
    throw fault("bad-input", `The report can't be written to ${file}: ${error.message}.`, {
      hint: "Name a file in a folder that exists and that you may write to.",
    });
  });
  const written = { file, bytes: Buffer.byteLength(html), pictures: pictures?.urls.size ?? 0, hash: report.hash };
  output.result(written, () =>
    [
      `written   ${file}, ${(written.bytes / 1e6).toFixed(1)} MB, ${written.pictures} pictures`,
      `settings  ${report.hash.slice(0, 12)}, ${report.candidates} candidates`,
      `again     ${command}`,
    ].join("\n"),
  );
}

/** What to type to have the same file again; what a shell would read is quoted. */
export function commandOf(file: string, truthFrom: string | undefined, pictures: boolean): string {
  const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
  const words = ["anyone", "filter", "report", "--html", file, ...(truthFrom ? ["--truth", truthFrom] : [])];
  return [...words.map(quoted), ...(pictures ? [] : ["--no-pictures"])].join(" ");
}
