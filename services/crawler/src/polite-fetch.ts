import type { Politeness } from "@anyone/domain/source/source";
import { hostPort } from "./fetch/dial.ts";
import { Refusal } from "./fetch/refusal.ts";
import type { Fetched, FetchOptions, FetchRefused, SafeFetcher } from "./fetch/safe-fetch.ts";
import type { HostQueues, Turn } from "./politeness.ts";
import { NO_RULES, parseRobots, type RobotsRules, robotsAllow } from "./robots.ts";

export interface PoliteOptions extends Omit<FetchOptions, "beforeHop"> {
  politeness: Politeness;
  /** Longest wait for a host's turn before the request is put off. Default 20 s. */
  patienceMs?: number;
  /** An API that one was given a key for is not a page to crawl: its robots.txt is not asked. */
  api?: boolean;
}

export type PoliteFetch = (url: string, options: PoliteOptions) => Promise<Fetched | FetchRefused>;

/** The product's token, as robots.txt files name it. */
export const PRODUCT = "AnnotateAnyone";

/** `AnnotateAnyone/0.1 (+contact)`: who is calling and whom to write to. */
export function userAgent(contact: string): string {
  return `${PRODUCT}/0.1 (+${contact.includes("://") || contact.startsWith("mailto:") ? contact : `mailto:${contact}`})`;
}

const ROBOTS_FOR_MS = 24 * 3_600_000;
const UNREADABLE_FOR_MS = 60_000;
/** Hosts whose robots.txt is kept in memory. */
const MOST_HOSTS = 50_000;

/** The safe fetcher with manners: on every hop, redirects included, robots.txt is asked first and the host's turn awaited. */
export function politeFetch(fetcher: SafeFetcher, queues: HostQueues): PoliteFetch {
  const robots = new Map<string, { rules: Promise<RobotsRules>; until: number }>();

  async function readRobots(url: URL): Promise<RobotsRules> {
    const answer = await fetcher.fetch(`${url.origin}/robots.txt`, { maxBytes: 512 * 1024, deadlineMs: 10_000 });
    if (answer.ok) return parseRobots(new TextDecoder().decode(answer.bytes), PRODUCT);
    if (answer.reason === "redirects") return NO_RULES;
    if (answer.status !== undefined && answer.status < 500 && answer.status !== 429) return NO_RULES;
    throw new Refusal(answer.reason, `robots.txt of ${url.host}: ${answer.detail}`, {
      retryAfterMs: answer.retryAfterMs,
    });
  }

  /** A host whose robots.txt cannot be read for now is left alone for now (RFC 9309 §2.3.1.4); the same refusal answers meanwhile. */
  function rulesOf(url: URL): Promise<RobotsRules> {
    const known = robots.get(url.origin);
    if (known && known.until > Date.now()) return known.rules;
    const rules = readRobots(url);
    const entry = { rules, until: Date.now() + ROBOTS_FOR_MS };
    robots.set(url.origin, entry);
    rules.catch(() => {
      entry.until = Date.now() + UNREADABLE_FOR_MS;
    });
    if (robots.size > MOST_HOSTS) robots.delete(robots.keys().next().value ?? "");
    return rules;
  }

  return async (url, { politeness, patienceMs = 20_000, api = false, ...options }) => {
    let turn: Turn | undefined;
    const beforeHop = async (hop: URL) => {
      await turn?.leave({ status: 302 });
      turn = undefined;
      const host = hostPort(hop);
      if (!api) {
        const rules = await rulesOf(hop);
        if (!robotsAllow(rules, hop.pathname + hop.search))
          throw new Refusal("robots", `${hop.host} asks not to fetch this`);
        if (rules.crawlDelayMs !== undefined) queues.slowDown(host, rules.crawlDelayMs);
      }
      const entered = await queues.enter(host, politeness, patienceMs, options.signal);
      if ("tooFarMs" in entered)
        throw new Refusal("rate-limited", `${hop.host} is to be left alone`, { retryAfterMs: entered.tooFarMs });
      turn = entered;
    };
    try {
      const answer = await fetcher.fetch(url, { ...options, beforeHop });
      await turn?.leave({ status: answer.status, retryAfterMs: answer.ok ? undefined : answer.retryAfterMs });
      turn = undefined;
      return answer;
    } finally {
      await turn?.leave({});
    }
  };
}
