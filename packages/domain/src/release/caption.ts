import { type Answer, type Answers, isPositive } from "../annotate/answer.ts";
import { type Category, categoryOf, type Group, type Protocol } from "../annotate/protocol.ts";
import { random, shuffled } from "../random.ts";

/** One sub-caption with its mask: what a dataset record holds and training writes captions from. */
export interface CaptionGroup {
  group: string;
  name: string;
  set: Group["set"];
  /** Part ids whose union is the mask; "foreground" = the whole person; empty = no mask, never in a mask loss. */
  mask: "foreground" | number[];
  /** Used where none of `mask` is in the picture. */
  mask_else?: number[] | undefined;
  /** Attribute words in protocol order; a caption shuffles them. */
  words: string[];
  /** Written last; "" where the group has none. */
  noun: string;
  /** Whether "a" is written first. */
  article: boolean;
  /** The chance that a caption keeps the group. */
  keep: number;
}

/** A caption and where each group stands in it: characters from `start` to `end`, exclusive. */
export interface Caption {
  text: string;
  spans: { group: string; start: number; end: number }[];
}

/**
 * The sub-captions that settled answers give, in protocol order. Negative answers, `not_visible`, `unsure` and `other`
 * are never written; a group whose noun is a kind of garment is left out when that kind is none of these words.
 */
export function captionGroups(protocol: Protocol, answers: Answers): CaptionGroup[] {
  return protocol.groups.flatMap((group) => {
    const own = protocol.categories.filter((category) => category.group === group.id);
    const nounCategory = group.noun && "category" in group.noun ? group.noun.category : null;
    const words = own
      .filter(({ id, key }) => id !== nounCategory && key !== "wears")
      .flatMap((category) => phrase(protocol, category, answers[category.id]) ?? []);
    const noun = nounOf(protocol, group, own, answers, words);
    if (noun === null) return [];
    const { mask, mask_else, article = false, keep, id, name, set } = group;
    return [{ group: id, name, set, mask, ...(mask_else ? { mask_else } : {}), words, noun, article, keep }];
  });
}

/**
 * Writes a caption: first groups in their order, the rest shuffled, words shuffled within a group, the noun last. The
 * spans are noted while writing, so that none is ever searched for and lost. Which groups are kept is decided by `keep`
 * when `drop` is set; the further dropouts of training are training's own.
 */
export function writeCaption(
  protocol: Protocol,
  groups: readonly CaptionGroup[],
  { seed, drop = false }: { seed: string; drop?: boolean },
): Caption {
  const draw = random(seed);
  const { first, separator } = protocol.caption;
  const leading = first.flatMap((id) => groups.filter(({ group }) => group === id));
  const rest = shuffled(
    groups.filter(({ group }) => !first.includes(group)),
    draw,
  );
  let text = "";
  const spans: Caption["spans"] = [];
  for (const group of [...leading, ...rest]) {
    if (drop && draw() >= group.keep) continue;
    const phrase = [...shuffled(group.words, draw), group.noun].filter(Boolean).join(" ");
    if (text) text += separator;
    const written = group.article ? `a ${phrase}` : phrase;
    spans.push({ group: group.group, start: text.length, end: text.length + written.length });
    text += written;
  }
  return { text, spans };
}

/** The group's last word, "" for a group without a noun, or null where the answers leave nothing to write. */
export function nounOf(
  protocol: Protocol,
  { noun }: Group,
  own: readonly Category[],
  answers: Answers,
  words: readonly string[],
): string | null {
  if (noun && "category" in noun) {
    const word = phrase(protocol, categoryOf(protocol, noun.category), answers[noun.category]);
    return word ?? (words.length > 0 ? (noun.else ?? null) : null);
  }
  const wears = own.find(({ key }) => key === "wears");
  const there = wears ? isPositive(wears, answers[wears.id]) : words.length > 0;
  return there ? (noun?.word ?? "") : null;
}

/** What a caption writes for an answer; null for what is never written. An empty phrase in the protocol silences an option. */
export function phrase(protocol: Protocol, category: Category, answer: Answer | undefined): string | null {
  if (!answer || !isPositive(category, answer) || !category.options.includes(answer.value)) return null;
  const written = protocol.caption.phrases[category.id]?.[answer.value] ?? answer.value;
  if (written === "") return null;
  return answer.second ? `${written} and ${answer.second}` : written;
}
