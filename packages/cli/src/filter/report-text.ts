import type { Proportion } from "@anyone/domain/evaluate/proportion";
import type { TruthCurve } from "@anyone/domain/filter/curve";
import type { FilterReport, GateReport } from "@anyone/domain/filter/report";
import { decidedByOthers, gateRow } from "@anyone/domain/filter/summed-gates";
import type { TruthReport } from "@anyone/domain/filter/truth";
import { table } from "../output.ts";

/** The truth's side of a report, and the labels that named no judged candidate. */
export interface Labelled extends TruthReport {
  unmatched: string[];
}

/** The report for a terminal. */
export function reportText(report: FilterReport, truth?: Labelled): string {
  if (report.candidates === 0)
    return "The filter has judged nothing yet. Candidates come from a source: anyone crawl --help.";
  return [
    `settings  ${report.hash.slice(0, 12)}, thresholds ${report.thresholds.version}, ${report.candidates} candidates`,
    ...older(report),
    "",
    outcomes(report),
    "",
    gatesTable(report.gates),
    ...(truth ? ["", ...truthText(truth)] : []),
  ].join("\n");
}

function older(report: FilterReport): string[] {
  const others = decidedByOthers(report);
  if (others.length === 0) return [];
  const counted = others.map(([version, count]) => `${count} by ${version}`).join(", ");
  return [`decided under other thresholds: ${counted}. Judge them again: anyone filter rejudge --dry-run.`];
}

/** What became of each source's candidates, for the reason that is recorded. */
function outcomes({ sources }: FilterReport): string {
  const reasons = [...new Set(sources.flatMap((source) => Object.keys(source.reasons)))].sort();
  return table([
    ["source", "candidates", "kept", ...reasons],
    ...sources.map((source) => [
      source.sourceId,
      source.candidates,
      source.kept,
      ...reasons.map((reason) => source.reasons[reason] ?? 0),
    ]),
  ]);
}

/** One row per source and gate, in the gates' order. */
export function gatesTable(gates: readonly GateReport[]): string {
  return table([
    ["source", "gate", "passes", "drops", "of judged", "why", "not judged", "would pass without it"],
    ...gates.map((row) => {
      const { gate, passes, drops, why, unjudged, alone, perhaps } = gateRow(row.gate, [row]);
      const share = passes + drops === 0 ? "–" : `${((drops / (passes + drops)) * 100).toFixed(1)} %`;
      const without = perhaps > 0 ? `${alone}, perhaps ${perhaps} more` : String(alone);
      return [row.sourceId, gate, passes, drops, share, counted(why), counted(unjudged), without];
    }),
  ]);
}

const SHOWN = 20;

function truthText(truth: Labelled): string[] {
  const { disagreements, unmatched, slipped } = truth;
  return [
    `against the truth of ${truth.candidates} candidates; of those that nothing is wrong with, kept: ${withInterval(truth.cleanKept)}`,
    ...(unmatched.length > 0 ? [`${unmatched.length} labels name no judged candidate, first: ${unmatched[0]}`] : []),
    "",
    table([
      [
        "reason",
        "precision (95 %)",
        "recall (95 %)",
        "not judged",
        "dropped rightly in the end",
        "kept in spite of it",
      ],
      ...truth.reasons.map(({ reason, precision, recall, unjudged, dropped }) => [
        reason,
        withInterval(precision),
        withInterval(recall),
        counted(Object.entries(unjudged)),
        withInterval(dropped),
        String(slipped[reason] ?? 0),
      ]),
    ]),
    ...truth.curves.flatMap((curve) => ["", curveText(curve)]),
    ...(disagreements.length > 0
      ? [
          "",
          table([
            ["disagreement", "reason", "truth", "ended as", "source", "candidate"],
            ...disagreements
              .slice(0, SHOWN)
              .map(({ kind, reason, truth, outcome, sourceId, url }) => [
                kind,
                reason,
                truth.join(", ") || "nothing wrong",
                outcome,
                sourceId,
                url,
              ]),
          ]),
          ...(disagreements.length > SHOWN ? [`and ${disagreements.length - SHOWN} more: --json holds all`] : []),
        ]
      : []),
  ];
}

const CUTS = 9;

function curveText({ dial, direction, threshold, points }: TruthCurve): string {
  const every = Math.max(1, Math.floor(points.length / CUTS));
  const some = points.filter(({ cut }, i) => i % every === 0 || cut === threshold || i === points.length - 1);
  return table([
    [`${dial} ${direction === "least" ? "below" : "above"}`, "", "precision (95 %)", "recall (95 %)"],
    ...some.map(({ cut, precision, recall }) => [
      Number(cut.toPrecision(6)),
      cut === threshold ? "in force" : "",
      withInterval(precision),
      withInterval(recall),
    ]),
  ]);
}

/** "95.0 % (90.1–97.6) 95/100"; a dash where nothing was tried. */
export function withInterval({ count, of, share, low, high }: Proportion): string {
  if (share === null || low === null || high === null) return "–";
  const percent = (value: number) => (value * 100).toFixed(1);
  return `${percent(share)} % (${percent(low)}–${percent(high)}) ${count}/${of}`;
}

/** "3 unmeasured, 1 off" */
export function counted(counts: readonly [string, number][]): string {
  return counts.map(([what, count]) => `${count} ${what}`).join(", ");
}
