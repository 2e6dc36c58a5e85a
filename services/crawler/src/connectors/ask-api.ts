import type { Politeness } from "@anyone/domain/source/source";
import type { z } from "zod";
import type { FetchRefused } from "../fetch/safe-fetch.ts";
import type { PoliteFetch } from "../polite-fetch.ts";
import type { KeyBudget } from "../politeness.ts";
import { Unlisted, unlisted } from "./connector.ts";

/** A page of a search has some hundred kilobytes; a caption of 10 MB is cut short later, and costs no other item its place. */
const MOST_BYTES = 32 * 1024 * 1024;

export interface ApiQuestion {
  /** The API's name, for sentences. */
  api: string;
  url: URL;
  fetch: PoliteFetch;
  politeness: Politeness;
  key: KeyBudget;
  signal?: AbortSignal | undefined;
  /** Reads a refusal in the API's own way, where that differs from HTTP's. */
  reread?: (refused: FetchRefused) => FetchRefused;
}

/**
 * What an API answers, as text.
 * @throws Unlisted with the fetch's own reason
 */
export async function askApi({
  api,
  url,
  fetch,
  politeness,
  key,
  signal,
  reread = (refused) => refused,
}: ApiQuestion): Promise<string> {
  const headers = { accept: "application/json" };
  const answer = await fetch(url.href, { politeness, signal, headers, key, maxBytes: MOST_BYTES });
  if (!answer.ok) throw unlisted(`${api}'s search`, reread(answer));
  return new TextDecoder().decode(answer.bytes);
}

/**
 * An API's answer as what it should be.
 * @throws Unlisted `bad-answer`. One that is no JSON passes (a page that says "back soon" comes with status 200), JSON of
 *   another shape does not
 */
export function readAnswer<Answer>(api: string, text: string, shape: z.ZodType<Answer>): Answer {
  const parsed = shape.safeParse(json(api, text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue ? ` (${issue.path.join(".") || "all of it"}: ${issue.message})` : "";
  throw new Unlisted("bad-answer", `${api} answered with something that is not its search result${where}.`);
}

function json(api: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unlisted("bad-answer", `${api} answered with something that is not JSON.`, { passing: true });
  }
}

/** The operator's key, or a sentence that says which variable is missing. */
export function keyOf(api: string, variable: string, key: string | undefined): string {
  if (key !== undefined && key !== "") return key;
  throw new Unlisted("no-key", `${api} needs an API key: set ${variable} for the crawler.`);
}
