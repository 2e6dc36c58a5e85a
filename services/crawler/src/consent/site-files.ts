import { type Said, said } from "@anyone/domain/source/consent";
import { z } from "zod";
import { matchesPath, parseRobots, type RobotsRules, robotsAllow } from "../robots.ts";
import { usageStance } from "./content-usage.ts";

const Rules = z.array(z.unknown()).max(10_000);
const Rule = z.object({
  location: z.string().max(2_000),
  "tdm-reservation": z.union([z.literal(0), z.literal(1), z.literal("0"), z.literal("1")]),
  "tdm-policy": z.string().optional(),
});

/** What a host's robots.txt says of training on one path (AIPREF): the longest matching rule decides; of two as long, the one that reserves. */
export function readUsageRules({ usage }: RobotsRules, path: string): Said[] {
  const matching = usage.filter((rule) => matchesPath(rule.path, path));
  const longest = Math.max(...matching.map((rule) => rule.path.length));
  const deciding = matching
    .filter((rule) => rule.path.length === longest)
    .map(({ value }) => said("content-usage", usageStance(value), value));
  const one = deciding.find(({ stance }) => stance === "reserves") ?? deciding[0];
  return one ? [one] : [];
}

/**
 * What `/.well-known/tdmrep.json` says of one path. Files are written for the first rule that matches and for the most specific
 * one; where those two differ, the one that reserves counts. A file that is not one says nothing.
 */
export function readTdmrep(text: string, path: string): Said[] {
  const rules = Rules.safeParse(parseJson(text));
  if (!rules.success) return [];
  const matching = rules.data.flatMap((one) => {
    const { data: rule } = Rule.safeParse(one);
    return rule && matchesPath(rule.location, path) ? [rule] : [];
  });
  const [first] = matching;
  const [longest] = [...matching].sort((a, b) => b.location.length - a.location.length);
  if (!first || !longest) return [];
  const deciding = Number(longest["tdm-reservation"]) === 1 ? longest : first;
  const { location, "tdm-reservation": reservation, "tdm-policy": policy } = deciding;
  const stance = Number(reservation) === 1 ? "reserves" : "allows";
  return [said("tdmrep", stance, `${location}: ${reservation}${policy === undefined ? "" : `; policy ${policy}`}`)];
}

/** What an ai.txt says of one path. It is written as a robots.txt is; a page of HTML in its place says nothing. */
export function readAiTxt(text: string, path: string, product: string): Said[] {
  const rules = parseRobots(text, product);
  if (rules.rules.length === 0) return [];
  const allowed = robotsAllow(rules, path);
  return [said("ai-txt", allowed ? "allows" : "reserves", `${allowed ? "allows" : "disallows"} ${path}`)];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
