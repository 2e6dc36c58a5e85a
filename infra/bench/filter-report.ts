import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drawnTruth } from "../../packages/cli/src/demo/drawn-truth.ts";
import { automaticSources, environmentFor, otherSources, putSource } from "../../packages/cli/src/demo/sources.ts";
import { startDrawnWorld } from "../../packages/cli/src/demo/world.ts";
import { judgedCandidates } from "../../packages/cli/src/filter/judged-candidates.ts";
import { withTruth } from "../../packages/cli/src/filter/read-truth.ts";
import { reportText } from "../../packages/cli/src/filter/report-text.ts";
import { startPlatform } from "../../packages/cli/src/up/start.ts";
import { type Client, createClient } from "../../packages/contracts/src/client.ts";
import { filterApi } from "../../packages/contracts/src/filter.ts";
import { sourceApi } from "../../packages/contracts/src/source.ts";
import { systemApi } from "../../packages/contracts/src/system.ts";
import { thresholdsApi } from "../../packages/contracts/src/thresholds.ts";
import { readPrimeHuman } from "../../packages/domain/src/annotate/read-prime-human.ts";
import type { Proportion } from "../../packages/domain/src/evaluate/proportion.ts";
import { judgeByTruth } from "../../packages/domain/src/filter/truth.ts";
import { SourceId } from "../../packages/domain/src/ids.ts";
import type { BenchResult } from "./run.ts";

const HOME = join(".anyone", "bench", "filter-report");
/** Share of the candidates that each source gives. The folders of datasets have what they have. */
const TAKEN: Readonly<Record<string, number>> = {
  "drawn-flickr": 0.27,
  "drawn-laion": 0.26,
  "drawn-list": 0.17,
  "drawn-unsplash": 0.11,
  "drawn-bucket": 0.1,
  "drawn-pixabay": 0.07,
};
/** Measures the score whose gate is off, and drops nothing by it. */
const MEASURED_ONLY = 1;
/** The threshold that the card of `watermark-drawn` names: 95 % of the photographs that chose it pass. */
const WATERMARK = 0.996;
const WORLD_PORT = 7190;
const DATASET_SIZE = 120;

/** Fills a platform of its own from every source, defects and all, and asks its filter report against the drawn truth. Run again, it goes on. */
export async function run(): Promise<BenchResult> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { candidates: { type: "string", default: "5600" } },
  });
  const count = Number(values.candidates);
  await readPrimeHuman();
  const world = await startDrawnWorld({
    home: HOME,
    port: WORLD_PORT,
    seedFrom: 1,
    count: Math.ceil(count * 1.3),
    workers: 2,
    datasetSize: DATASET_SIZE,
  });
  const platform = await startPlatform({
    home: HOME,
    environment: environmentFor(world),
    workers: 0,
    say: console.error,
  });
  try {
    const client = createClient({ url: platform.apiUrl, key: platform.adminKey });
    await client.call(thresholdsApi.putThresholds, { body: { thresholds: { watermark: MEASURED_ONLY } } });
    const request = { world, home: HOME, page: 100, shares: { flickr: 1, laion: 1 } };
    for (const source of [...automaticSources(request), ...(await otherSources(request))]) {
      await putSource(client, { ...source, automatic: false });
      await crawlOnce(client, SourceId.parse(source.id), Math.ceil((TAKEN[source.id] ?? 1) * count));
    }
    await untilJudged(client);
    const report = await client.call(filterApi.getFilterReport);
    const candidates = await judgedCandidates(client);
    const labels = await drawnTruth(world.url, candidates);
    const labelled = withTruth(candidates, labels);
    const truth = judgeByTruth(labelled, report.thresholds);
    truth.reasons = judgeByTruth(labelled, { ...report.thresholds, watermark: WATERMARK }).reasons;
    await writeFile(join(HOME, "report.json"), `${JSON.stringify({ ...report, truth })}\n`);
    process.stdout.write(`${reportText(report, { ...truth, unmatched: [] })}\n`);
    return {
      table: [
        ["gate", "precision", "of", "recall", "of"],
        ...truth.reasons.map(({ reason, precision, recall }) => [reason, ...cells(precision), ...cells(recall)]),
      ],
      figures: { candidates: report.candidates, with_truth: truth.candidates, clean_kept: truth.cleanKept.share ?? 0 },
    };
  } finally {
    await platform.stop();
    await world.stop();
  }
}

function cells({ share, low, high, of }: Proportion): string[] {
  const digits = (part: number | null) => (part === null ? "–" : part.toFixed(3));
  return [`${digits(share)} (${digits(low)} to ${digits(high)})`, String(of)];
}

async function crawlOnce(client: Client, sourceId: SourceId, target: number): Promise<void> {
  const { items } = await client.call(sourceApi.listCrawls, { query: { sourceId } });
  if (items.length === 0) await client.call(sourceApi.startCrawl, { body: { sourceId, target } });
}

async function untilJudged(client: Client): Promise<void> {
  for (;;) {
    const { stages } = await client.call(systemApi.overview);
    const open = stages.filter(({ stage }) => stage === "source" || stage === "filter");
    const left = open.reduce((sum, { tasks }) => sum + tasks.ready + tasks.leased, 0);
    const { items } = await client.call(sourceApi.listSources);
    const of = (status: string) => items.reduce((sum, { candidates }) => sum + (candidates[status] ?? 0), 0);
    console.error(
      `${of("listed")} to fetch, ${of("fetched")} to filter, ${of("kept")} kept, ${of("dropped")} dropped, ${of("failed")} failed`,
    );
    if (left === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10_000));
  }
}
