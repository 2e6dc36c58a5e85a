import type { Client } from "@anyone/contracts/client";
import { filterApi } from "@anyone/contracts/filter";
import { type Crawl, type CrawlDetail, sourceApi } from "@anyone/contracts/source";
import { type Overview, systemApi } from "@anyone/contracts/system";
import { fault } from "@anyone/domain/fault";
import { CrawlId } from "@anyone/domain/ids";
import { type Output, table } from "../output.ts";
import { waitFor } from "../wait.ts";
import { duration } from "./say-preview.ts";

const A_DAY_MS = 24 * 3_600_000;

/** Follows a crawl until every one of its candidates has its verdict, then shows the funnel. Ctrl-C leaves it going on. */
export async function followCrawl(
  client: Client,
  { id, sourceId }: Crawl,
  wait: boolean,
  output: Output,
): Promise<void> {
  const read = () => client.call(sourceApi.getCrawl, { params: { id: CrawlId.parse(id) } });
  if (!wait) {
    output.result(await read(), () => `Crawl ${id} runs. Follow it with anyone crawl list.`);
    return;
  }
  const leave = () => {
    process.stderr.write(
      `\nThe crawl goes on. Pause it: anyone crawl pause ${id}; end it: anyone crawl cancel ${id}.\n`,
    );
    process.exit(130);
  };
  process.once("SIGINT", leave);
  let deadEnd = 0;
  const ended = await waitFor(
    async () => {
      const now = await read();
      const { listed = 0, fetched = 0 } = now.candidates;
      if (now.state === "paused") return now;
      const waiting = now.state === "running" || listed > 0 || fetched > 0;
      output.step(
        { crawl: id, state: now.state, candidates: now.candidates, acceptedPerMinute: now.acceptedPerMinute },
        sayProgress(now),
      );
      // Twice in a row: the last task may end between the two questions.
      const before = deadEnd;
      deadEnd = waiting ? deadTasks((await client.call(systemApi.overview)).stages) : 0;
      if (before > 0 && deadEnd > 0) {
        throw fault("conflict", `${deadEnd} tasks of source and filter are dead, and the rest waits for them.`, {
          hint: "The dashboard's system page shows each with its reason, and tries it again.",
        });
      }
      return waiting ? undefined : now;
    },
    { withinMs: A_DAY_MS, what: `crawl ${id} to end` },
  ).finally(() => process.removeListener("SIGINT", leave));
  if (ended.state === "failed") {
    throw fault("conflict", `The source "${sourceId}" could not be listed: ${ended.stopReason}`);
  }
  const { items } = await client.call(filterApi.getFunnel);
  const funnel = items.filter((row) => row.sourceId === sourceId);
  output.result({ crawl: ended, funnel }, () =>
    [
      ended.state === "paused"
        ? `The crawl is paused. Go on with it: anyone crawl resume ${id}.`
        : `The crawl is ${ended.state}: ${ended.stopReason}. ${ended.candidates.kept ?? 0} images were accepted.`,
      funnel.length === 0
        ? `The source "${sourceId}" holds no image: no JPEG, PNG or WebP was found.`
        : table([
            ["status", "reason", "images"],
            ...funnel.map(({ status, reason, count }) => [status, reason ?? "", count]),
          ]),
    ].join("\n"),
  );
}

/** "37 of 500 accepted · 12.3/min · about 38 min left · dropped 41: 20 small-face, 9 blurry · failed 3". */
export function sayProgress({ candidates, wanted, losses, acceptedPerMinute: pace, state }: CrawlDetail): string {
  const { kept = 0, listed = 0, fetched = 0, dropped = 0, failed = 0 } = candidates;
  const left = wanted !== null && pace ? Math.max(0, wanted - kept) / pace : undefined;
  const reasons = losses
    .filter(({ status }) => status === "dropped")
    .slice(0, 3)
    .map(({ reason, count }) => `${count} ${reason}`);
  return [
    wanted === null ? `${kept} accepted` : `${kept} of ${wanted} accepted`,
    pace && `${pace.toFixed(1)}/min`,
    left && state === "running" ? `about ${duration(left * 60)} left` : undefined,
    `${listed} to fetch`,
    `${fetched} to filter`,
    `dropped ${dropped}${reasons.length > 0 ? `: ${reasons.join(", ")}${losses.filter(({ status }) => status === "dropped").length > 3 ? " …" : ""}` : ""}`,
    failed > 0 && `failed ${failed}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** The dead tasks, when nothing but dead ones is left of source and filter: waiting for them is in vain. */
function deadTasks(stages: Overview["stages"]): number {
  const ours = stages.filter(({ stage }) => stage === "source" || stage === "filter");
  const alive = ours.some(({ tasks }) => tasks.ready + tasks.leased > 0);
  return alive ? 0 : ours.reduce((sum, { tasks }) => sum + tasks.dead, 0);
}
