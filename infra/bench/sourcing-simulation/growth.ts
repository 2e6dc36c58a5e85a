import { FETCH_CHUNK } from "../../../packages/domain/src/source/crawl.ts";
import { type PoolBounds, type PoolState, watchPool } from "../../../packages/domain/src/source/pool-watch.ts";

/** The watch looks every ten seconds, and a crawl lists a page of so many in one of its looks. */
const LOOK_S = 10;
const PAGE = 1_000;
/** Recent verdicts that the watch sees. */
const SEEN = 1_000;

export interface GrowthOptions {
  assets: number;
  bounds: PoolBounds;
  /** Candidates that end in a second, fetched or not, and the share of them that is fetched. */
  endedPerSecond: number;
  fetchedShare: number;
  /** Pictures that the filter judges in a second, and the share that it keeps. */
  judgedPerSecond: number;
  keptShare: number;
}

export interface Growth {
  days: number;
  listed: number;
  fetched: number;
  starts: number;
  /** Fetch tasks that wait: mean and most; pictures before the filter: most. */
  meanFetchQueue: number;
  mostFetchQueue: number;
  mostFilterQueue: number;
  /** Twelve moments, evenly spread. */
  course: { day: number; pool: number; fetchQueue: number; filterQueue: number }[];
}

/** The watch's own rule in virtual time, until the pool holds what is wanted. Between its looks, what flows is counted, not drawn. */
export function simulateGrowth(options: GrowthOptions): Growth {
  const { assets, bounds, endedPerSecond, fetchedShare, judgedPerSecond, keptShare } = options;
  let [seconds, pool, listed, toList, toFetch, toFilter, fetched] = [0, 0, 0, 0, 0, 0, 0];
  let [filling, starts, queueSum, mostFetch, mostFilter] = [false, 0, 0, 0, 0];
  const looks: Growth["course"] = [];
  while (pool < assets) {
    const judged = Math.min(SEEN, Math.floor(fetched));
    const state: PoolState = {
      pool: Math.floor(pool),
      inFlight: Math.floor(toFetch + toFilter),
      judged,
      kept: Math.floor(judged * keptShare),
      filling,
      running: toList > 0 ? 1 : 0,
      sources: 1,
    };
    const decision = watchPool(bounds, state);
    if (decision.action === "start") {
      toList = decision.target;
      filling = true;
      starts++;
    } else if (decision.action === "stop") [filling, toList] = [false, 0];
    if (decision.action === "wait" && toList + toFetch + toFilter < 1)
      throw new Error(`stands still: ${decision.reason}`);
    const page = Math.min(PAGE, toList);
    [toList, toFetch, listed] = [toList - page, toFetch + page, listed + page];
    const ended = Math.min(toFetch, endedPerSecond * LOOK_S);
    const arrived = ended * fetchedShare;
    const judgedNow = Math.min(toFilter + arrived, judgedPerSecond * LOOK_S);
    [toFetch, toFilter, fetched] = [toFetch - ended, toFilter + arrived - judgedNow, fetched + arrived];
    pool += judgedNow * keptShare;
    seconds += LOOK_S;
    const fetchQueue = Math.ceil(toFetch / FETCH_CHUNK);
    queueSum += fetchQueue;
    [mostFetch, mostFilter] = [Math.max(mostFetch, fetchQueue), Math.max(mostFilter, toFilter)];
    looks.push({ day: seconds / 86_400, pool: Math.floor(pool), fetchQueue, filterQueue: Math.round(toFilter) });
  }
  return {
    days: seconds / 86_400,
    listed: Math.round(listed),
    fetched: Math.round(fetched),
    starts,
    meanFetchQueue: Math.round(queueSum / looks.length),
    mostFetchQueue: mostFetch,
    mostFilterQueue: Math.round(mostFilter),
    course: Array.from(
      { length: 12 },
      (_, i) => looks[Math.floor(((i + 1) * looks.length) / 12) - 1] as (typeof looks)[0],
    ),
  };
}
