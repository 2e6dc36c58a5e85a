import type { FetchFailure } from "@anyone/domain/source/candidate";
import type { Reply } from "@anyone/domain/source/politeness";
import type { Politeness } from "@anyone/domain/source/source";
import { Refusal } from "./fetch/refusal.ts";
import type { Fetched, FetchOptions, FetchRefused, SafeFetcher } from "./fetch/safe-fetch.ts";
import type { HostQueues, KeyBudget, Turn } from "./politeness.ts";
import { registrableHost } from "./registrable-host.ts";
import { NO_RULES, parseRobots, type RobotsRules, robotsAllow } from "./robots.ts";

export interface PoliteOptions extends Omit<FetchOptions, "beforeHop"> {
  politeness: Politeness;
  /** Longest wait for a host's turn before the request is put off. Default 20 s. */
  patienceMs?: number;
  /** An API that one was given a key for is not a page to crawl: its robots.txt is not asked, and the key's quota is kept. */
  key?: KeyBudget;
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

  return async (url, { politeness, patienceMs = 20_000, key, ...options }) => {
    let turn: Turn | undefined;
    const beforeHop = async (hop: URL) => {
      await turn?.leave({ how: "well" });
      turn = undefined;
      const host = registrableHost(hop);
      if (!key) {
        const rules = await rulesOf(hop);
        if (!robotsAllow(rules, hop.pathname + hop.search))
          throw new Refusal("robots", `${hop.host} asks not to fetch this`);
        if (rules.crawlDelayMs !== undefined) queues.slowDown(host, rules.crawlDelayMs);
      }
      const { signal, deadlineMs = 30_000 } = options;
      const entered = await queues.enter({ host, rule: politeness, key, patienceMs, deadlineMs, signal });
      if ("tooFarMs" in entered)
        throw new Refusal("rate-limited", `${hop.host} is to be left alone`, { retryAfterMs: entered.tooFarMs });
      turn = entered;
    };
    try {
      const answer = await fetcher.fetch(url, { ...options, beforeHop });
      await turn?.leave(replyOf(answer));
      turn = undefined;
      return answer;
    } finally {
      await turn?.leave({ how: "none" });
    }
  };
}

/** The host did not answer, or not to the end. */
const UNANSWERED: ReadonlySet<FetchFailure> = new Set(["connection", "dns", "timeout", "tls", "too-slow", "truncated"]);

/** What an answer says of the host's health; what we refuse of it says nothing. */
function replyOf(answer: Fetched | FetchRefused): Reply {
  if (answer.ok) return { how: "well" };
  const { status, reason, retryAfterMs } = answer;
  if (status === 429 || (status === 503 && retryAfterMs !== undefined)) return { how: "throttled", retryAfterMs };
  if (status !== undefined) return status >= 500 ? { how: "failed", retryAfterMs } : { how: "well" };
  return UNANSWERED.has(reason) ? { how: "failed" } : { how: "well" };
}
