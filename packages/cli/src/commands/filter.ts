import type { Client } from "@anyone/contracts/client";
import { filterApi } from "@anyone/contracts/filter";
import { fault } from "@anyone/domain/fault";
import { judgeByTruth } from "@anyone/domain/filter/truth";
import type { Command } from "commander";
import { drawnTruth } from "../demo/drawn-truth.ts";
import { judgedCandidates } from "../filter/judged-candidates.ts";
import { readTruth, withTruth } from "../filter/read-truth.ts";
import { type Labelled, reportText } from "../filter/report-text.ts";
import { writeHtmlReport } from "../filter/write-html-report.ts";
import { makeOutput, type Output } from "../output.ts";
import { connect } from "../session.ts";
import { addThresholds } from "./thresholds.ts";

/** `filter`: what the gates say, and how right they are. */
export function addFilter(program: Command): void {
  const filter = program.command("filter").description("see what the filter lets in, and why not the rest");
  const output = () => makeOutput(program.opts<{ json?: boolean }>().json ?? false);
  addThresholds(filter, output);

  filter
    .command("report")
    .description(
      "what each gate says of each source's candidates by itself, and how right it is where the truth is known",
    )
    .option("--truth <file or address>", "labels, one JSON object a line; or where a drawn world listens")
    .option("--html <file>", "write one self-contained HTML file with histograms, sample pictures and curves")
    .option("--no-pictures", "leave the sample pictures out of the HTML file")
    .addHelpText(
      "after",
      `
A candidate is dropped for the first gate that it fails. This counts each gate's own verdict instead, so a candidate may stand under several
reasons, and no count depends on the order of the gates. What the header drops is not decoded, so the later gates have not seen it ("unmeasured").
A gate whose slot has no model is "unavailable" and judges nothing; one without a threshold is off; one that compares a picture with others of
its source says "too-few" until enough of them have a score. "Would pass without it": dropped by this gate and by no other one. Under the same thresholds and with the same candidates, --json prints the same bytes.

A line of labels names a candidate by url, by source and externalId, or by id, and says what is true of it:
  {"url": "https://example.org/1.jpg", "reason": null}                                 nothing is wrong with it
  {"source": "street", "externalId": "42", "reason": ["low-quality", "small-face"]}    every reason to drop it
  {"id": "…", "reason": "fake-person", "also": "low-quality"}                          also: as right to say, but not missed
  {"url": "…", "reason": null, "group": "same shot"}                                   of a group, all but one are near duplicates
Precision and recall of each reason are those of its gate's own verdict, with Wilson's 95 % interval; for every score the curve over its
threshold follows. --json holds every disagreement.

  anyone filter report --html report.html                        for a browser, without a script and without a request
  anyone filter report --html report.html --no-pictures          the same to hand on: it shows nobody
  anyone filter report --html report.html --truth labels.jsonl   with precision, recall and their curves
The dashboard's page "Filter", "Report and thresholds" lets you drag every threshold.`,
    )
    .action(async ({ truth: from, html: file, pictures }: { truth?: string; html?: string; pictures: boolean }) => {
      if (!pictures && file === undefined) {
        throw fault("bad-input", "--no-pictures says what an HTML file holds, and none is asked for.", {
          hint: "Add --html report.html, or leave --no-pictures out.",
        });
      }
      const { client } = connect();
      const report = await client.call(filterApi.getFilterReport);
      const truth = from === undefined ? undefined : await heldAgainst(from, client, report.thresholds, output());
      if (file === undefined) output().result(truth ? { ...report, truth } : report, () => reportText(report, truth));
      else await writeHtmlReport({ client, file, report, truth, truthFrom: from, pictures, output: output() });
    });
}

async function heldAgainst(
  from: string,
  client: Client,
  thresholds: Parameters<typeof judgeByTruth>[1],
  output: Output,
): Promise<Labelled> {
  const candidates = await judgedCandidates(client, (count) => output.progress(`${count} candidates read`));
  const labels = /^https?:/.test(from) ? await drawnTruth(from, candidates) : await readTruth(from);
  const known = withTruth(candidates, labels);
  if (known.length === 0) {
    throw fault("bad-input", `None of the labels in ${from} names a candidate that the filter has judged.`, {
      hint: "Names are compared letter by letter: `anyone filter report --json` shows ids, the source page shows URLs.",
    });
  }
  output.progress(`${known.length} candidates with known truth`);
  return { ...judgeByTruth(known, thresholds), unmatched: labels.unmatched() };
}
