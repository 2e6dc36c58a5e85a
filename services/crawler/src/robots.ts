/** The rules of one robots.txt that concern us. */
export interface RobotsRules {
  rules: { allow: boolean; path: string }[];
  crawlDelayMs: number | undefined;
  /** AIPREF's rules: what may be done with what lies under a path, as it stands there. */
  usage: { path: string; value: string }[];
}

/** Allows everything: what a host without a robots.txt says. */
export const NO_RULES: RobotsRules = { rules: [], crawlDelayMs: undefined, usage: [] };

/**
 * Reads a robots.txt after RFC 9309: the groups naming our product token are merged; without any, those of `*` count.
 * @param product our product token, without version
 */
export function parseRobots(text: string, product: string): RobotsRules {
  const mine: RobotsRules = { rules: [], crawlDelayMs: undefined, usage: [] };
  const everyone: RobotsRules = { rules: [], crawlDelayMs: undefined, usage: [] };
  let named = false;
  let current: RobotsRules[] = [];
  let inAgents = false;
  for (const line of text.slice(0, 512 * 1024).split(/\r\n|\r|\n/)) {
    const [, key, value] = /^\s*([A-Za-z-]+)\s*:\s*([^#]*?)\s*(?:#.*)?$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    switch (key.toLowerCase()) {
      case "user-agent": {
        if (!inAgents) current = [];
        inAgents = true;
        const token = value.toLowerCase();
        if (token === "*") current.push(everyone);
        if (token === product.toLowerCase()) {
          named = true;
          current.push(mine);
        }
        break;
      }
      case "allow":
      case "disallow":
        inAgents = false;
        if (value !== "")
          for (const group of current) group.rules.push({ allow: key.toLowerCase() === "allow", path: value });
        break;
      case "content-usage": {
        inAgents = false;
        // The path may be left out: then it is the whole host's.
        const [, path = "/", usage = ""] = /^(?:(\/\S*)\s+)?(.*)$/.exec(value) ?? [];
        for (const group of current) group.usage.push({ path, value: usage });
        break;
      }
      case "crawl-delay":
        inAgents = false;
        if (Number(value) >= 0) for (const group of current) group.crawlDelayMs = Number(value) * 1000;
        break;
    }
  }
  return named ? mine : everyone;
}

/** Whether a path with its query may be fetched: the longest matching rule decides, and allow wins a tie. */
export function robotsAllow({ rules }: RobotsRules, pathAndQuery: string): boolean {
  const path = normalise(pathAndQuery);
  if (path === "/robots.txt") return true;
  let best: { allow: boolean; length: number } | undefined;
  for (const { allow, path: pattern } of rules) {
    if (!matches(normalise(pattern), path)) continue;
    const better = best === undefined || pattern.length > best.length || (pattern.length === best.length && allow);
    if (better) best = { allow, length: pattern.length };
  }
  return best?.allow ?? true;
}

/** Whether a path, with its query, lies under a pattern of robots.txt and its kin. */
export function matchesPath(pattern: string, pathAndQuery: string): boolean {
  return matches(normalise(pattern), normalise(pathAndQuery));
}

/** `*` stands for anything and a final `$` for the end. Walks the pieces from left to right: no regular expression a host could blow up. */
function matches(pattern: string, path: string): boolean {
  const anchored = pattern.endsWith("$");
  const pieces = (anchored ? pattern.slice(0, -1) : pattern).split("*");
  const first = pieces[0] ?? "";
  if (!path.startsWith(first)) return false;
  let at = first.length;
  for (let i = 1; i < pieces.length; i++) {
    const piece = pieces[i] ?? "";
    if (anchored && i === pieces.length - 1) return path.length - piece.length >= at && path.endsWith(piece);
    const found = path.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return !anchored || at === path.length;
}

/** Percent-escapes compare as the characters they stand for, but an escaped slash stays apart from a real one. */
function normalise(path: string): string {
  return path.replace(/%([0-9A-Fa-f]{2})/g, (escaped, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code > 0x20 && code < 0x7f && code !== 0x2f && code !== 0x25
      ? String.fromCharCode(code)
      : escaped.toUpperCase();
  });
}
