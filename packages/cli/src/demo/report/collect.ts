import type { Client } from "@anyone/contracts/client";
import { evaluateApi, type Promotion, type Report, type Schedule } from "@anyone/contracts/evaluate";
import { type FunnelRow, filterApi } from "@anyone/contracts/filter";
import { releaseApi, type Version, type VersionDiff } from "@anyone/contracts/release";
import { reviewApi } from "@anyone/contracts/review";
import { type Curve, type Run, trainApi } from "@anyone/contracts/train";
import { type PairedDifference, pairedDifference } from "@anyone/domain/evaluate/metric";
import { IN_MASK_SHARE } from "@anyone/domain/evaluate/promotion";
import { judgeByTruth, type TruthReport } from "@anyone/domain/filter/truth";
import { Ordinal, RunId } from "@anyone/domain/ids";
import type { IterationReport } from "@anyone/domain/review/report";
import { judgedCandidates } from "../../filter/judged-candidates.ts";
import { withTruth } from "../../filter/read-truth.ts";
import { drawnTruth } from "../drawn-truth.ts";
import type { DrawnWorld } from "../world.ts";

/** Everything the report says, as `report.json` holds it. */
export interface DemoReport {
  format: "annotate-anyone-demo/2";
  at: string;
  funnel: FunnelRow[];
  /** Against the drawn truth, which nothing in the pipeline ever reads. */
  filter: TruthReport;
  iterations: IterationView[];
  version: VersionView;
  difference: VersionDiff | null;
  runs: RunView[];
  /** In-mask attention share, HOLA minus β = 0 on the same seeds, with its 95 % interval over seeds. */
  inMaskGain: PairedDifference | null;
  reports: Report[];
  promotions: Promotion[];
  next: { schedules: Schedule[]; admittedSinceVersion: number };
  seconds: Record<string, number>;
}

export interface IterationView {
  number: number;
  trigger: string;
  labeller: { before: string | null; after: string | null };
  asked: number;
  settled: number;
  /** Over the bar by the paper's rule, and by the lower bound; settled also wants it where the thing is there. */
  overPoint: number;
  overBound: number;
  humanAnswers: number;
  stopReason: string | null;
  scores: IterationReport | null;
}

export type VersionView = Pick<Version, "number" | "name" | "manifestSha256" | "counts" | "labellerId">;

export interface RunView extends Pick<Run, "id" | "arm" | "seed" | "state" | "step" | "recipe"> {
  curves: Curve[];
}

/** The curves the report draws. */
const CURVES = "loss,loss_noise,in_mask_share";

/** Gathers the report from the public API; only the gates' quality also asks the drawn world for its truth. */
export async function collect(
  client: Client,
  world: Pick<DrawnWorld, "url">,
  versionNumber: number,
  seconds: Record<string, number>,
): Promise<DemoReport> {
  const [funnel, filter, candidates, iterations, versions, reports, promotions, schedules] = await Promise.all([
    client.call(filterApi.getFunnel),
    client.call(filterApi.getFilterReport),
    judgedCandidates(client),
    iterationViews(client),
    client.call(releaseApi.listVersions),
    client.call(evaluateApi.listReports, { query: { version: versionNumber } }),
    client.call(evaluateApi.listPromotions),
    client.call(evaluateApi.listSchedules),
  ]);
  const version = versions.items.find(({ number }) => number === versionNumber);
  if (!version) throw new Error(`version ${versionNumber} is gone`);
  const runs = await runViews(client, versionNumber);
  const own = new Set(runs.map(({ id }) => id));
  const ofThisVersion = ({ checkpointId }: Report) => [...own].some((id) => checkpointId.startsWith(`${id}-`));
  return {
    format: "annotate-anyone-demo/2",
    at: new Date().toISOString(),
    funnel: funnel.items,
    filter: judgeByTruth(withTruth(candidates, await drawnTruth(world.url, candidates)), filter.thresholds),
    iterations,
    version,
    difference:
      versionNumber > 1
        ? await client.call(releaseApi.diffVersions, { params: { number: versionNumber, other: versionNumber - 1 } })
        : null,
    runs,
    inMaskGain: inMaskGain(reports.items.filter(ofThisVersion)),
    reports: reports.items,
    promotions: promotions.items,
    next: { schedules: schedules.items, admittedSinceVersion: await admittedSince(client, version) },
    seconds,
  };
}

const PAGE = 200;

/** The items of a list, page after page, as far as they are taken. */
async function* everyItem<Item>(
  ask: (cursor?: string) => Promise<{ items: Item[]; nextCursor: string | null }>,
): AsyncGenerator<Item, void> {
  let cursor: string | undefined;
  do {
    const page = await ask(cursor);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
}

async function iterationViews(client: Client): Promise<IterationView[]> {
  const { items } = await client.call(reviewApi.listIterations);
  const details = await Promise.all(
    items.map(({ number }) => client.call(reviewApi.getIteration, { params: { number: Ordinal.parse(number) } })),
  );
  return details
    .sort((a, b) => a.number - b.number)
    .map((iteration) => ({
      number: iteration.number,
      trigger: iteration.trigger,
      labeller: { before: iteration.labellerBefore, after: iteration.labellerAfter },
      asked: iteration.asked.length,
      settled: iteration.settled.length,
      overPoint: iteration.gates.filter(({ overPoint }) => overPoint).length,
      overBound: iteration.gates.filter(({ overBound }) => overBound).length,
      humanAnswers: iteration.humanAnswers,
      stopReason: iteration.stopReason,
      scores: iteration.scores as IterationReport | null,
    }));
}

async function runViews(client: Client, version: number): Promise<RunView[]> {
  const { items } = await client.call(trainApi.listRuns, { query: { version, kind: "diffusion", limit: 200 } });
  const views = items.map(async (run) => ({
    ...run,
    curves: (await client.call(trainApi.getMetrics, { params: { id: RunId.parse(run.id) }, query: { names: CURVES } }))
      .curves,
  }));
  return (await Promise.all(views)).sort((a, b) => a.seed - b.seed || String(a.arm).localeCompare(String(b.arm)));
}

/** The share each checkpoint was evaluated at, on the same pictures and noise: HOLA minus plain, seed by seed. */
function inMaskGain(reports: readonly Report[]): PairedDifference | null {
  const shareOf = (arm: string, seed: number | null) =>
    reports
      .find((report) => report.arm === arm && report.seed === seed)
      ?.metrics.find(({ name, state }) => name === IN_MASK_SHARE && state === "measured")?.value ?? null;
  const seeds = [...new Set(reports.map(({ seed }) => seed))];
  const differences = seeds.flatMap((seed) => {
    const [hola, plain] = [shareOf("hola", seed), shareOf("plain", seed)];
    return hola === null || plain === null ? [] : [hola - plain];
  });
  return pairedDifference(differences) ?? null;
}

/** The list is latest first: it is read as far as the version's creation. */
async function admittedSince(client: Client, version: Version): Promise<number> {
  let count = 0;
  const ask = (cursor?: string) => client.call(filterApi.listAssets, { query: { limit: PAGE, cursor } });
  for await (const { admittedAt } of everyItem(ask)) {
    if (admittedAt <= version.createdAt) break;
    count += 1;
  }
  return count;
}
