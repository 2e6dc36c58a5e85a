import { primeHuman } from "@anyone/domain/annotate/prime-human";
import type { Answers } from "./truth.ts";
import { NOT_VISIBLE } from "./vocabulary.ts";

const SHOT: Readonly<Record<string, string>> = {
  full_body: "a full-body shot",
  nearly_full_body: "a nearly full-body shot",
  upper_body: "a upper body shot",
  portrait: "a close up portrait shot",
  headshot: "a headshot",
};
/** Kinds whose noun is the garment itself, and groups with a noun of their own. */
const NOUNS: Readonly<Record<string, string>> = {
  hair: "hair",
  belt: "belt",
  scarf: "scarf",
  headband: "headband",
  headscarf: "headscarf",
  veil: "veil",
  socks: "socks",
  tie: "tie",
};

/** One line of words: shot, person, build, place, then each group's attributes and noun, in the protocol's order. "" for no answers. */
export function captionOf(answers: Answers): string {
  const byGroup = new Map<string, Map<string, string>>();
  for (const { id } of primeHuman.categories) {
    const value = answers[id as keyof Answers];
    if (value === undefined || value === NOT_VISIBLE) continue;
    const [group, key] = id.split(".") as [string, string];
    byGroup.set(group, (byGroup.get(group) ?? new Map()).set(key, value));
  }
  return [...byGroup]
    .map(([group, words]) => phrase(group, words))
    .filter(Boolean)
    .join(", ");
}

function phrase(group: string, words: ReadonlyMap<string, string>): string {
  if (group === "frame") return SHOT[words.get("shot") ?? ""] ?? "";
  if (group === "person")
    return `a ${[words.get("age"), words.get("country"), words.get("gender")].filter(Boolean).join(" ")}`;
  const kind = words.get("type");
  if (kind === "none" || words.get("wears") === "no") return "";
  const attributes = [...words]
    .filter(([key, value]) => !["type", "wears"].includes(key) && value !== "solid color")
    .map(([, value]) => value);
  const noun = NOUNS[group] ?? kind ?? "";
  return [...attributes, noun].filter(Boolean).join(" ");
}
