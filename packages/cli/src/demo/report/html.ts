import type { FunnelRow } from "@anyone/contracts/filter";
import type { Proportion } from "@anyone/domain/evaluate/proportion";
import { escaped, htmlSection, htmlTable } from "../../html/markup.ts";
import { style } from "../../html/style.ts";
import { DEMO } from "../plan.ts";
import { lineChart, type Series } from "./chart.ts";
import type { DemoReport, IterationView, RunView } from "./collect.ts";

/** Pictures of the report as data URLs. */
export interface Pictures {
  /** A few images of the pool. */
  pool: string[];
  /** The grid the promoted checkpoint generated, if one was evaluated. */
  generated: string | null;
}

/** The report as one page that needs nothing else: pictures inside, no script. */
export function reportHtml(report: DemoReport, pictures: Pictures): string {
  const { version } = report;
  const last = report.iterations.at(-1)?.scores;
  const first = report.iterations[0]?.scores;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The wheel turned: ${version.name}</title><style>${style}</style></head><body><main>
<header><p class="wheel">source → filter → annotate ⇄ review → release → train → evaluate</p>
<h1>The wheel turned: version ${version.name}</h1>
<p>Every person below is drawn, save a few photographs from npm packages. Annotators were simulated; they answered through
the public API and erred on purpose. The models are small and embedded: this shows that the wheel turns, not what a
paper's models would reach.</p></header>
<section class="facts">
${fact("pool", `${kept(report)} images`)}
${fact("accuracy", `${percent(first?.before.all.accuracy)} → ${percent(last?.after.all.accuracy)}`)}
${fact("human answers", `${last?.spent.total ?? 0} (${percent(last?.share.ofApplicable)} of full labelling)`)}
${fact("version", `${version.name} · <code>${version.manifestSha256?.slice(0, 12) ?? ""}</code>`)}
${fact("HOLA in-mask gain", gain(report))}
${fact("whole turn", `${(report.seconds.total ?? 0).toFixed(0)} s`)}
</section>
${htmlSection("source", "What was found", pool(pictures) + funnel(report))}
${htmlSection("filter", "What the gates did, against the drawn truth", gates(report))}
${htmlSection("annotate ⇄ review", "What people answered, and what the labeller learned", iterations(report))}
${htmlSection("release", "What was frozen", release(report))}
${htmlSection("train", "With HOLA and with β = 0, on the same seeds", training(report))}
${htmlSection("evaluate", "What was measured, by which model", evaluation(report, pictures))}
${htmlSection("retrain", "What would turn the wheel again", retrain(report))}
${htmlSection("", "Seconds", htmlTable([["step", "s"], ...Object.entries(report.seconds).map(([name, s]) => [name, s.toFixed(1)])]))}
</main></body></html>`;
}

function pool({ pool: images }: Pictures): string {
  return `<div class="pictures">${images.map((url) => `<img src="${url}" alt="an image of the pool">`).join("")}</div>`;
}

/** One row per outcome, one column per source. */
function funnel({ funnel: rows }: DemoReport): string {
  const sources = [...new Set(rows.map(({ sourceId }) => sourceId))].sort();
  const outcome = ({ status, reason }: FunnelRow) => (reason ? `${status}: ${reason}` : status);
  const total = (name: string, source?: string) =>
    rows
      .filter((row) => outcome(row) === name && (source === undefined || row.sourceId === source))
      .reduce((sum, { count }) => sum + count, 0);
  const outcomes = [...new Set(rows.map(outcome))].sort((a, b) => total(b) - total(a));
  return `<p>Of each page of the LAION list ${percent(DEMO.shares.laion)} was fetched, of Flickr's ${percent(DEMO.shares.flickr)}: what captions
name as rare comes first, so that the pool is flatter than the world.</p>${htmlTable([
    ["outcome", ...sources, "all"],
    ...outcomes.map((name) => [name, ...sources.map((source) => total(name, source)), total(name)]),
  ])}`;
}

function gates({ filter }: DemoReport): string {
  const slipped = Object.entries(filter.slipped).map(([reason, count]) => `${count} ${reason}`);
  return `<p>${interval(filter.cleanKept)} of ${filter.cleanKept.of} clean drawn people were kept.
${slipped.length > 0 ? `Kept in spite of what is wrong with them: ${slipped.join(", ")}.` : ""}</p>${htmlTable([
    ["reason", "said", "precision", "true of", "recall of its gate", "dropped rightly in the end"],
    ...filter.reasons.map(({ reason, precision, recall, dropped }) => [
      reason,
      precision.of,
      interval(precision),
      dropped.of,
      interval(recall),
      interval(dropped),
    ]),
  ])}`;
}

function interval({ share, low, high }: Proportion): string {
  return share === null ? "–" : `${percent(share)} (${percent(low)} – ${percent(high)})`;
}

function iterations({ iterations: all }: DemoReport): string {
  const row = ({ number, asked, settled, overPoint, overBound, humanAnswers, stopReason, scores }: IterationView) => [
    number,
    asked,
    percent(scores?.before.all.accuracy),
    percent(scores?.after.all.accuracy),
    percent(scores?.after.head.accuracy),
    percent(scores?.after.tail.accuracy),
    percent(scores?.after.majority.all.accuracy),
    `${overPoint} / ${overBound}`,
    settled,
    humanAnswers,
    percent(scores?.share.ofApplicable),
    stopReason ?? "",
  ];
  return `${htmlTable([
    [
      "iteration",
      "questions asked",
      "before",
      "after",
      "head",
      "tail",
      "majority",
      "over the bar: point rule / lower bound",
      "settled",
      "answers",
      "of full labelling",
      "stopped",
    ],
    ...all.map(row),
  ])}<p class="note">Accuracy on the frozen evaluation set, over every question of the protocol that applies; tail = the rarest third of options;
majority = always answering the commonest option of the evaluation set itself. A question about something that may be absent
is settled only when it is over the bar where the thing is there, too.${agreed(all.at(-1))}</p>`;
}

function agreed(last: IterationView | undefined): string {
  const agreement = last?.scores?.agreement;
  if (!agreement?.n) return "";
  return ` Each evaluation image was answered by two people, blind to each other: they agreed on ${percent(agreement.agreed / agreement.n)} of
${agreement.n} answers; a third decided the rest, all but ${agreement.contested}, which are not scored.`;
}

function release({ version, difference }: DemoReport): string {
  const counts = Object.entries(version.counts).map(([name, count]) => [name.replaceAll("_", " "), String(count)]);
  const since = difference
    ? `<p>Since the version before: ${difference.added} added, ${difference.removed} removed, ${difference.changed} changed, ${difference.unchanged} unchanged.</p>`
    : "";
  return `<p>${version.name}, manifest sha256 <code>${version.manifestSha256 ?? ""}</code>, labelled by ${version.labellerId ?? "nobody"}.</p>${since}${htmlTable([["counted", "number"], ...counts])}`;
}

function training({ runs, inMaskGain }: DemoReport): string {
  const series = (name: string): Series[] =>
    runs.flatMap((run) => {
      const curve = run.curves.find((one) => one.name === name);
      return curve ? [{ label: run.id, tone: run.arm ?? "", points: pairs(curve.steps, curve.values) }] : [];
    });
  const verdict = inMaskGain
    ? `<p>In-mask attention share of the evaluated checkpoints, HOLA minus β = 0: <b>${inMaskGain.mean.toFixed(3)}</b>, 95 % interval
${inMaskGain.low.toFixed(3)} to ${inMaskGain.high.toFixed(3)} over ${inMaskGain.pairs} seeds.</p>`
    : "";
  const caution = `<p class="note">The share says how much of the attention that groups of words receive falls inside their part of the picture.
At this size the whole-person phrases take most of it: it shows person against background, not that each garment's words find their garment.</p>`;
  const charts = [
    lineChart("noise loss", series("loss_noise")),
    lineChart("in-mask attention share", series("in_mask_share")),
  ];
  return `<p><span class="key hola">HOLA</span> <span class="key plain">β = 0</span></p><div class="charts">${charts.join("")}</div>${verdict}${caution}${htmlTable(
    [
      ["run", "state", "step", "noise loss, first → last", "in-mask share, last"],
      ...runs.map((run) => [run.id, run.state, run.step, ends(run, "loss_noise"), last(run, "in_mask_share")]),
    ],
  )}`;
}

function evaluation({ reports, promotions }: DemoReport, { generated }: Pictures): string {
  const rows = reports.flatMap(({ checkpointId, metrics }) =>
    metrics.map(({ name, state, value, low, high, n, seed, method, model }) => [
      checkpointId,
      name,
      state === "unavailable" || value === null ? "unavailable" : value.toPrecision(4),
      low === null || high === null ? "" : `${low.toPrecision(3)} – ${high.toPrecision(3)}`,
      n ?? "",
      seed ?? "",
      [model?.model, model?.tier, typeof model?.sha256 === "string" ? model.sha256.slice(0, 8) : undefined]
        .filter(Boolean)
        .join(" · "),
      method,
    ]),
  );
  const grid = generated ? `<img class="grid" src="${generated}" alt="images generated by a checkpoint">` : "";
  const decided = promotions.map(
    ({ subject, promoted, reason }) =>
      `<li>${escaped(subject)}: ${promoted ? "promoted" : "not promoted"}, ${escaped(reason)}</li>`,
  );
  return `${grid}${htmlTable([["checkpoint", "metric", "value", "95 % interval", "n", "seed", "measured by", "method"], ...rows])}<ul>${decided.join("")}</ul>`;
}

function retrain({ next }: DemoReport): string {
  return htmlTable([
    ["schedule", "fires when", "enabled"],
    ...next.schedules.map(({ id, kind, cron, zone, growth, enabled }) => [
      id,
      kind === "cron"
        ? `${cron} ${zone}`
        : `${growth} new images since the last version (now ${next.admittedSinceVersion})`,
      enabled ? "yes" : "no",
    ]),
  ]);
}

function kept({ funnel: rows }: DemoReport): number {
  return rows.filter(({ status }) => status === "kept").reduce((sum, { count }) => sum + count, 0);
}

function gain({ inMaskGain }: DemoReport): string {
  return inMaskGain
    ? `+${inMaskGain.mean.toFixed(3)} (${inMaskGain.low.toFixed(3)} – ${inMaskGain.high.toFixed(3)})`
    : "not measured";
}

function pairs(xs: readonly number[], ys: readonly number[]): [number, number][] {
  return xs.map((x, index) => [x, ys[index] ?? 0]);
}

function ends(run: RunView, name: string): string {
  const values = run.curves.find((curve) => curve.name === name)?.values ?? [];
  return values.length > 1 ? `${values[0]?.toFixed(3)} → ${values.at(-1)?.toFixed(3)}` : "";
}

function last(run: RunView, name: string): string {
  return (
    run.curves
      .find((curve) => curve.name === name)
      ?.values.at(-1)
      ?.toFixed(3) ?? ""
  );
}

function fact(name: string, value: string): string {
  return `<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? "–" : `${(100 * share).toFixed(1)} %`;
}
