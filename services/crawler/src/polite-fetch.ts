import type { FetchFailure } from "@anyone/domain/source/candidate";
import { type ConsentPlace, type Evidence, type Heard, LONGEST_VALUE, optOut } from "@anyone/domain/source/consent";
import type { Reply } from "@anyone/domain/source/politeness";
import type { Politeness } from "@anyone/domain/source/source";
import { readUsageRules } from "./consent/site-files.ts";
import { SiteWishes } from "./consent/site-wishes.ts";
import { Refusal } from "./fetch/refusal.ts";
import type { Fetched, FetchOptions, FetchRefused, SafeFetcher } from "./fetch/safe-fetch.ts";
import type { HostQueues, KeyBudget, Turn } from "./politeness.ts";
import { ReadDaily } from "./read-daily.ts";
import { registrableHost } from "./registrable-host.ts";
import { NO_RULES, parseRobots, type RobotsRules, robotsAllow } from "./robots.ts";

export interface PoliteOptions extends Omit<FetchOptions, "beforeHop"> {
  politeness: Politeness;
  /** Longest wait for a host's turn before the request is put off. Default 20 s. */
  patienceMs?: number;
  /** An API that one was given a key for is not a page to crawl: its robots.txt is not asked, and the key's quota is kept. */
  key?: KeyBudget;
  /** What is fetched will be trained on: what the host says of that counts, too. */
  forTraining?: boolean;
  /** Called when the host's line is through to this request; may throw a Refusal. */
  stillWanted?: () => Promise<void>;
}

/** With what the hosts' own files said of the fetch, for those fetches that ask for it. */
export type PoliteFetch = (url: string, options: PoliteOptions) => Promise<(Fetched | FetchRefused) & Partial<Heard>>;

/** The product's token, as robots.txt files name it. */
export const PRODUCT = "AnnotateAnyone";

/** `AnnotateAnyone/0.1 (+contact)`: who is calling and whom to write to. */
export function userAgent(contact: string): string {
  return `${PRODUCT}/0.1 (+${contact.includes("://") || contact.startsWith("mailto:") ? contact : `mailto:${contact}`})`;
}

/** Hosts whose robots.txt is kept in memory. */
const MOST_HOSTS = 50_000;
/** Why a file at a host's root could not be read for now, though it may be there. */
const PASSING: ReadonlySet<string> = new Set(["rate-limited", "timeout", "connection", "dns"]);

/** The safe fetcher with manners: on every hop, redirects included, robots.txt is asked first and the host's turn awaited. */
export function politeFetch(fetcher: SafeFetcher, queues: HostQueues): PoliteFetch {
  /** A host whose robots.txt cannot be read for now is left alone for now (RFC 9309 §2.3.1.4). */
  const robots = new ReadDaily<RobotsRules>(MOST_HOSTS);
  const wishes = new SiteWishes(PRODUCT);

  async function readRobots(url: URL): Promise<RobotsRules> {
    const answer = await fetcher.fetch(`${url.origin}/robots.txt`, { maxBytes: 512 * 1024, deadlineMs: 10_000 });
    if (answer.ok) return parseRobots(new TextDecoder().decode(answer.bytes), PRODUCT);
    if (answer.reason === "redirects") return NO_RULES;
    if (answer.status !== undefined && answer.status < 500 && answer.status !== 429) return NO_RULES;
    throw new Refusal(answer.reason, `robots.txt of ${url.host}: ${answer.detail}`, {
      retryAfterMs: answer.retryAfterMs,
    });
  }

  /** What a host says of training on one of its URLs; the files that say it are fetched as politely as anything else. */
  function wishesOf(url: URL, rules: RobotsRules, options: PoliteOptions): Promise<Evidence[]> {
    const { politeness, patienceMs, signal } = options;
    const limits = { maxBytes: 512 * 1024, deadlineMs: 10_000 };
    const ruled = readUsageRules(rules, url.pathname + url.search);
    const fromRobots = ruled.map((one) => ({
      ...one,
      place: "robots.txt" as const,
      readFrom: `${url.origin}/robots.txt`,
    }));
    return wishes
      .of(url, async (file) => {
        const answer = await polite(file, { politeness, patienceMs, signal, ...limits });
        if (answer.ok) return new TextDecoder().decode(answer.bytes);
        if (PASSING.has(answer.reason))
          throw new Refusal(answer.reason, `${file}: ${answer.detail}`, { retryAfterMs: answer.retryAfterMs });
        return undefined;
      })
      .then((fromFiles) => [...fromRobots, ...fromFiles]);
  }

  return polite;

  async function polite(url: string, given: PoliteOptions): ReturnType<PoliteFetch> {
    const { politeness, patienceMs = 20_000, key, forTraining = false, stillWanted, ...options } = given;
    const evidence: Evidence[] = [];
    const asked = new Set<ConsentPlace>();
    let turn: Turn | undefined;
    const beforeHop = async (hop: URL) => {
      await turn?.leave({ how: "well" });
      turn = undefined;
      const host = registrableHost(hop);
      if (!key) {
        const rules = await robots.of(hop.origin, () => readRobots(hop));
        const allowed = robotsAllow(rules, hop.pathname + hop.search);
        if (forTraining) {
          asked.add("robots.txt");
          evidence.push(robotsEvidence(hop, allowed));
        }
        if (!allowed) throw new Refusal("robots", `${hop.host} asks not to fetch this`);
        if (rules.crawlDelayMs !== undefined) queues.slowDown(host, rules.crawlDelayMs);
        if (forTraining) {
          const said = await wishesOf(hop, rules, given);
          asked.add("tdmrep.json").add("ai.txt");
          evidence.push(...said);
          const against = optOut(said);
          if (against) throw new Refusal("opted-out", `${against.readFrom}: ${against.value}`);
        }
      }
      const { signal, deadlineMs = 30_000 } = options;
      const entered = await queues.enter({ host, rule: politeness, key, patienceMs, deadlineMs, signal, stillWanted });
      if ("tooFarMs" in entered)
        throw new Refusal("rate-limited", `${hop.host} is to be left alone`, { retryAfterMs: entered.tooFarMs });
      turn = entered;
    };
    try {
      const answer = await fetcher.fetch(url, { ...options, beforeHop });
      await turn?.leave(replyOf(answer));
      turn = undefined;
      return forTraining ? { ...answer, asked: [...asked], evidence } : answer;
    } finally {
      await turn?.leave({ how: "none" });
    }
  }
}

function robotsEvidence(url: URL, allowed: boolean): Evidence {
  const value = `${allowed ? "allows" : "disallows"} ${url.pathname}`.slice(0, LONGEST_VALUE);
  const readFrom = `${url.origin}/robots.txt`;
  return { signal: "robots", stance: allowed ? "silent" : "reserves", value, place: "robots.txt", readFrom };
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
