import { DIAL_WORDS, spokenThreshold } from "@anyone/domain/filter/dial-words";
import type { ScoreHistogram } from "@anyone/domain/filter/histogram";
import { changeOver, positionsOf } from "@anyone/domain/filter/moved-dial";
import type { FilterReport } from "@anyone/domain/filter/report";
import { decidedByOthers, gateRows, recordedReasons } from "@anyone/domain/filter/summed-gates";
import { escaped, htmlSection, htmlTable } from "../html/markup.ts";
import { style } from "../html/style.ts";
import { curveSvg, histogramSvg } from "./report-svg.ts";
import { counted, type Labelled, withInterval } from "./report-text.ts";
import { type SamplePictures, shownSamples } from "./shown-samples.ts";

export interface HtmlReport {
  report: FilterReport;
  truth: Labelled | undefined;
  /** Undefined where pictures were not asked for. */
  pictures: SamplePictures | undefined;
  /** What to type to have this file again. */
  command: string;
}

/**
 * The report as one file that needs nothing else: no script, no request, pictures inside. It holds no moment, so the same candidates under
 * the same settings give the same bytes.
 */
export function reportHtml({ report, truth, pictures, command }: HtmlReport): string {
  const { hash, thresholds, candidates } = report;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Filter report ${hash.slice(0, 12)}</title><style>${style}${OWN_STYLE}</style></head><body><main>
<header><h1>Filter report</h1>
<p>${candidates} candidates, judged anew from their stored measurements under the thresholds of version ${escaped(thresholds.version)}.
The same candidates under the same settings give the same file.</p>
<p>Settings' hash <code>${hash}</code><br>Again: <code>${escaped(command)}</code></p>${older(report)}</header>
${candidates === 0 ? NOTHING : ""}
${htmlSection("", "By source and reason", outcomes(report))}
${htmlSection("", "What each gate says by itself", gates(report))}
${truth ? htmlSection("", "Against the truth", truthPart(truth)) : ""}
${htmlSection("", "Thresholds", dials(report))}
${pictures ? htmlSection("", "Samples", samples(report, pictures)) : ""}
${htmlSection("", "Settings", settings(report))}
</main></body></html>
`;
}

const NOTHING =
  "<p>The filter has judged nothing yet. Candidates come from a source: <code>anyone crawl --help</code>.</p>";

const OWN_STYLE = `
:root{--kept:#27734a;--dropped:#b7791f}@media(prefers-color-scheme:dark){:root{--kept:#68bb88;--dropped:#dcaa55}}
code{overflow-wrap:anywhere}.kept{fill:var(--kept)}.dropped{fill:var(--dropped)}.threshold{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:4 2}
.dials{display:grid;grid-template-columns:repeat(auto-fit,minmax(380px,1fr));gap:22px}figcaption strong{color:var(--ink)}
.precision polyline,.recall polyline{fill:none;stroke-width:1.6}.precision polyline{stroke:var(--plain)}.recall polyline{stroke:var(--hola)}
.precision polygon{fill:var(--plain);opacity:.15}.recall polygon{fill:var(--hola);opacity:.15}
summary{color:var(--soft);cursor:pointer}h3{font-size:14px;margin:14px 0 6px}`;

function older(report: FilterReport): string {
  const others = decidedByOthers(report);
  if (others.length === 0) return "";
  const versions = others.map(([version, count]) => `${count} by ${version}`).join(", ");
  return `<p>Decided under other thresholds: ${escaped(versions)}. Recorded reasons are theirs.</p>`;
}

function outcomes(report: FilterReport): string {
  const { sources, candidates } = report;
  const share = (count: number) => (candidates === 0 ? "–" : `${((100 * count) / candidates).toFixed(1)} %`);
  const kept = sources.reduce((sum, source) => sum + source.kept, 0);
  return `<p>Of each candidate the one reason that is recorded: the first gate that dropped it.</p>${htmlTable([
    ["outcome", ...sources.map(({ sourceId }) => sourceId), "all", "of judged"],
    ["kept", ...sources.map((source) => source.kept), kept, share(kept)],
    ...recordedReasons(report).map(({ reason, count }) => [
      reason,
      ...sources.map(({ reasons }) => reasons[reason] ?? 0),
      count,
      share(count),
    ]),
  ])}`;
}

function gates(report: FilterReport): string {
  const rows = (sourceId?: string) =>
    htmlTable([
      ["gate", "passes", "drops", "why", "not judged", "would pass without it", "perhaps"],
      ...gateRows(report, sourceId).map(({ gate, passes, drops, why, unjudged, alone, perhaps }) => [
        ...[gate, passes, drops, counted(why), counted(unjudged), alone, perhaps],
      ]),
    ]);
  return `<p>No count depends on the gates' order. “Would pass without it”: dropped by this gate and by no other; “perhaps”: the same,
but other gates have not seen it.</p>${rows()}${report.sources
    .map(({ sourceId }) => `<details><summary>${escaped(sourceId)}</summary>${rows(sourceId)}</details>`)
    .join("")}`;
}

function dials({ histograms }: FilterReport): string {
  if (histograms.length === 0) return "<p>Nothing was measured.</p>";
  return `<p>Full colour: candidates that no other gate drops, so this threshold decides about them; pale: all that have the score. Heights
grow with the square root. Each table says what one threshold would change if all others stayed where they are: the
rows of two thresholds don't add up.</p><div class="dials">${histograms
    .map(
      (histogram) =>
        `<figure><figcaption><strong>${escaped(DIAL_WORDS[histogram.dial].name)}</strong>, ${histogram.gate}: ${escaped(
          spokenThreshold(histogram.dial, histogram.threshold),
        )}</figcaption>${histogramSvg(histogram)}<details><summary>what another threshold would change</summary>${changes(
          histogram,
        )}</details></figure>`,
    )
    .join("")}</div>`;
}

const POSITIONS = 14;

/** The threshold in force, and others evenly over the scale. */
function changes(histogram: ScoreHistogram): string {
  const { dial, threshold } = histogram;
  const positions = positionsOf(histogram);
  const every = Math.max(1, Math.floor(positions.length / POSITIONS));
  const shown = positions.filter((at, i) => i % every === 0 || at === threshold || i === positions.length - 1);
  return htmlTable([
    ["threshold", "more kept", "more perhaps kept", "more dropped"],
    ...shown.map((at) => {
      const { admitted, perhaps, withdrawn } = changeOver(histogram, at);
      return [`${spokenThreshold(dial, at)}${at === threshold ? ", in force" : ""}`, admitted, perhaps, withdrawn];
    }),
  ]);
}

function samples(report: FilterReport, { urls, unread }: SamplePictures): string {
  const lost = unread > 0 ? `<p>${unread} pictures could not be read and are left out.</p>` : "";
  return `${lost}${shownSamples(report)
    .map(({ outcome, samples: found }) => {
      const pictures = found.flatMap(({ id, sourceId }) => {
        const url = urls.get(id);
        const title = escaped(`${id}, from ${sourceId}`);
        return url ? [`<img src="${url}" alt="${escaped(outcome)}: ${title}" title="${title}">`] : [];
      });
      return pictures.length > 0 ? `<h3>${escaped(outcome)}</h3><div class="pictures">${pictures.join("")}</div>` : "";
    })
    .join("")}`;
}

function truthPart(truth: Labelled): string {
  const { curves, disagreements } = truth;
  return `<p>${truth.candidates} candidates whose truth is known; of those that nothing is wrong with, kept: ${withInterval(truth.cleanKept)}.
Intervals are Wilson's, 95 %.</p>${htmlTable([
    ["reason", "precision", "recall", "not judged", "dropped rightly in the end", "kept in spite of it"],
    ...truth.reasons.map(({ reason, precision, recall, unjudged, dropped }) => [
      ...[reason, withInterval(precision), withInterval(recall), counted(Object.entries(unjudged))],
      ...[withInterval(dropped), truth.slipped[reason] ?? 0],
    ]),
  ])}<div class="dials">${curves
    .map(
      (curve) =>
        `<figure><figcaption><strong>${escaped(DIAL_WORDS[curve.dial].name)}</strong>, ${curve.reason}: precision in
blue, recall in orange</figcaption>${curveSvg(curve)}<details><summary>every cut</summary>${htmlTable([
          ["cut", "precision", "recall"],
          ...curve.points.map(({ cut, precision, recall }) => [
            cut === curve.threshold ? `${cut}, in force` : String(cut),
            withInterval(precision),
            withInterval(recall),
          ]),
        ])}</details></figure>`,
    )
    .join("")}</div>${
    disagreements.length === 0
      ? ""
      : `<details><summary>${disagreements.length} disagreements</summary>${htmlTable([
          ["", "reason", "truth", "ended as", "source", "candidate"],
          ...disagreements.map(({ kind, reason, truth: reasons, outcome, sourceId, id }) => [
            ...[kind, reason, reasons.join(", ") || "nothing wrong", outcome, sourceId, id],
          ]),
        ])}</details>`
  }`;
}

/** All that the hash is made of. */
function settings({ thresholds, models }: FilterReport): string {
  return `<p>What the hash is made of: every threshold, and every model that measured.</p>${htmlTable([
    ["threshold", "value"],
    ...Object.entries(thresholds).map(([name, value]) => [
      name,
      value === null ? "off" : typeof value === "object" ? JSON.stringify(value) : String(value),
    ]),
  ])}<h3>Models</h3>${htmlTable([
    ["slot", "model", "version", "tier", "sha256", "candidates"],
    ...models.map(({ slot, model, version, tier, sha256, candidates }) => [
      ...[slot, model, version, tier, sha256.slice(0, 12), candidates],
    ]),
  ])}`;
}
