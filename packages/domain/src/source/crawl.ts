import { z } from "zod";
import type { CrawlId, SourceId } from "../ids.ts";

export const CRAWL_STATES = ["running", "done", "stopped", "failed"] as const;
export const CrawlState = z.enum(CRAWL_STATES);
export type CrawlState = z.infer<typeof CrawlState>;

/** What made a crawl start: a person, the pool under its lower bound, or the schedule of the next turn. */
export const CrawlTrigger = z.enum(["manual", "pool-low", "schedule"]);
export type CrawlTrigger = z.infer<typeof CrawlTrigger>;

/** One walk over one source, page by page. */
export interface Crawl {
  id: CrawlId;
  sourceId: SourceId;
  trigger: CrawlTrigger;
  /** The trigger's reason, in a sentence for people. */
  why: string;
  state: CrawlState;
  /** New candidates wanted; the walk ends with the page that reaches it. */
  target: number;
  /** New candidates so far. */
  found: number;
  /** Pages listed so far, which is also the number of the page to list next. */
  pages: number;
  cursor: string | null;
  /** Why it ended. */
  stopReason: string | null;
}

/** Candidates per fetch task: small enough to be done well inside a lease at one request per second. */
export const FETCH_CHUNK = 32;

/** How a crawl goes on after a page, if it does: undefined to list the next one, otherwise its end. */
export function endAfter(
  crawl: Pick<Crawl, "found" | "target">,
  page: { fresh: number; done: boolean },
): { state: CrawlState; stopReason: string } | undefined {
  if (page.done) return { state: "done", stopReason: "source-exhausted" };
  if (crawl.found + page.fresh >= crawl.target) return { state: "done", stopReason: "target-reached" };
  return undefined;
}
