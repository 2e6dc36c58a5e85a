import type { FastifyReply, FastifyRequest } from "fastify";
import { random } from "../random.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import type { RateLimit } from "./rate-limit.ts";

export interface PhotoSiteOptions {
  apiKey: string;
  rate: RateLimit;
  /** Newest first. */
  entries: readonly CatalogueEntry[];
  imageUrl: (entry: CatalogueEntry) => string;
  /** How often the API misbehaves: 1 is usual, 0 never. */
  trouble: number;
}

export type Query = Record<string, string | undefined>;

/** Of so many first questions one is answered badly, at usual trouble; asked again, the same question is answered well. */
const BAD_IN = 8;

/** Answers some questions as APIs on a bad day do: 503 with Retry-After, or a page of HTML with status 200. */
export function badDays(trouble: number): (request: FastifyRequest, reply: FastifyReply) => boolean {
  const asked = new Set<string>();
  return (request, reply) => {
    if (asked.has(request.url)) return false;
    asked.add(request.url);
    const r = random(asked.size, "bad-days");
    if (!r.chance(Math.min(1, trouble / BAD_IN))) return false;
    if (r.chance(0.5)) reply.code(503).header("retry-after", "1").type("text/plain").send("Service Unavailable");
    else reply.type("text/html").send("<!doctype html><title>Back soon</title><p>We are down for maintenance.</p>");
    return true;
  };
}

/** A whole number of a query, or `otherwise`; at most `most`. */
export function within(text: string | undefined, otherwise: number, most: number): number {
  const value = Number(text ?? otherwise);
  return Number.isInteger(value) && value >= 1 ? Math.min(value, most) : otherwise;
}
