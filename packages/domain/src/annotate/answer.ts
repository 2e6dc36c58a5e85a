import { z } from "zod";
import { fault } from "../fault.ts";
import type { Category, Protocol } from "./protocol.ts";

/**
 * One answer to one question: an option's text, `not_visible`, `unsure` (people only) or `other:<text>`. `second` is
 * the second colour of a two-option category.
 */
export const Answer = z.strictObject({ value: z.string().min(1).max(200), second: z.string().max(200).optional() });
export type Answer = z.infer<typeof Answer>;
/** Answers of one asset by category id; a category that was not asked or does not apply is missing. */
export type Answers = Readonly<Record<string, Answer>>;

/** Packed values below the options: the meaning of each negative number in a `smallint[n]` of answers. */
export const NOT_ASKED = -1;
export const NOT_VISIBLE = -2;
export const UNSURE = -3;
export const OTHER = -4;

/** Who an asset's packed answer came from. */
export const GIVER = { nobody: 0, model: 1, person: 2 } as const;

const SECOND = 256;
const OTHER_PREFIX = "other:";

/**
 * One packed answer: the option's index; with a second option `main + 256 · (second + 1)`; or one of the negative
 * numbers above. The text after `other:` is not in the number.
 *
 * @throws Fault `bad-input` when the answer is not legal in this category.
 */
export function pack(category: Category, answer: Answer): number {
  const { value, second } = answer;
  if (second !== undefined && (category.arity !== "two" || second === value)) throw illegal(category, answer);
  if (value === "not_visible" && second === undefined) return NOT_VISIBLE;
  if (value === "unsure" && second === undefined) return UNSURE;
  if (value.startsWith(OTHER_PREFIX) && second === undefined) return OTHER;
  const main = category.options.indexOf(value);
  const beside = second === undefined ? -1 : category.options.indexOf(second);
  if (main < 0 || (second !== undefined && beside < 0)) throw illegal(category, answer);
  return main + SECOND * (beside + 1);
}

/** The answer behind a packed number, or null where nothing was asked. `text` is what stood after `other:`, if known. */
export function unpack(category: Category, packed: number, text = ""): Answer | null {
  if (packed === NOT_ASKED) return null;
  if (packed === NOT_VISIBLE) return { value: "not_visible" };
  if (packed === UNSURE) return { value: "unsure" };
  if (packed === OTHER) return { value: `${OTHER_PREFIX}${text}` };
  const value = category.options[packed % span(category)];
  const second =
    category.arity === "two" && packed >= SECOND ? category.options[Math.floor(packed / SECOND) - 1] : undefined;
  if (value === undefined || (category.arity === "two" && packed >= SECOND && second === undefined)) {
    throw fault("bad-input", `${packed} is no packed answer of ${category.id}.`);
  }
  return second === undefined ? { value } : { value, second };
}

/** Packed answers of one asset, one number per category in protocol order. */
export function packAll(protocol: Protocol, answers: Answers): number[] {
  return protocol.categories.map((category) => {
    const answer = answers[category.id];
    return answer ? pack(category, answer) : NOT_ASKED;
  });
}

/** The reverse of {@link packAll}; `texts` holds what stood after `other:`, by category id. */
export function unpackAll(
  protocol: Protocol,
  packed: readonly number[],
  texts: Readonly<Record<string, string>> = {},
): Record<string, Answer> {
  if (packed.length !== protocol.categories.length) {
    throw fault("bad-input", `${protocol.identity} packs ${protocol.categories.length} answers, got ${packed.length}.`);
  }
  return Object.fromEntries(
    protocol.categories.flatMap((category) => {
      const answer = unpack(category, packed[category.index] ?? NOT_ASKED, texts[category.id]);
      return answer ? [[category.id, answer]] : [];
    }),
  );
}

/** The main option's index in a packed answer, or the negative number itself: what accuracy and agreement compare. */
export function mainOf(category: Category, packed: number): number {
  return packed < 0 ? packed : packed % span(category);
}

/**
 * An answer as somebody sent it, made legal: free text of an open category that is no usual phrase becomes
 * `other:<text>`; letter case and spaces are forgiven.
 *
 * @throws Fault `bad-input` naming the category and its options.
 */
export function readAnswer(category: Category, sent: Answer, by: "model" | "person"): Answer {
  const value = spell(category, sent.value);
  if (value === "unsure" && by === "model") {
    throw fault("bad-input", `A model may not answer "unsure" to ${category.id}; only a person can.`);
  }
  const answer = sent.second ? { value, second: spell(category, sent.second) } : { value };
  const text = value.startsWith(OTHER_PREFIX) ? value.slice(OTHER_PREFIX.length) : "";
  if (category.max_words && text.split(/\s+/).length > category.max_words) {
    throw fault("bad-input", `${category.id} takes at most ${category.max_words} words, not "${text}".`);
  }
  if (value === OTHER_PREFIX) throw illegal(category, sent);
  pack(category, answer);
  return answer;
}

/** Whether an answer names something that exists and is seen: an option other than `absent`, or `other:`. */
export function isPositive(category: Category, answer: Answer | undefined): boolean {
  return (
    answer !== undefined &&
    answer.value !== "not_visible" &&
    answer.value !== "unsure" &&
    answer.value !== category.absent
  );
}

function spell(category: Category, sent: string): string {
  const text = sent.trim().replace(/\s+/g, " ");
  const plain = text.toLowerCase();
  const known = ["not_visible", "unsure", ...category.options].find((option) => option.toLowerCase() === plain);
  if (known) return known;
  if (plain.startsWith(OTHER_PREFIX)) return OTHER_PREFIX + text.slice(OTHER_PREFIX.length).trim();
  return category.arity === "open" ? OTHER_PREFIX + text : text;
}

function illegal(category: Category, answer: Answer): Error {
  const given = [answer.value, answer.second].filter(Boolean).join(" + ");
  return fault("bad-input", `"${given}" is no answer to ${category.id}.`, {
    hint: `It takes ${category.options.join(", ")}, not_visible, unsure or other:<text>.`,
  });
}

function span(category: Category): number {
  return category.arity === "two" ? SECOND : Number.MAX_SAFE_INTEGER;
}
