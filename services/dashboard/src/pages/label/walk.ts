import { answersOnPage, evidenceOf } from "@anyone/contracts/leased-page";
import type { LeasedTask } from "@anyone/contracts/review";
import { standings } from "@anyone/domain/annotate/gates";
import type { Category, Protocol } from "@anyone/domain/annotate/protocol";
import { keyOf, NONE_KEY } from "./option-keys.ts";

/** One packed answer of the page, with the text after `other`. */
interface Packed {
  category: number;
  value: number;
  text?: string | undefined;
}

/**
 * What stands before the annotator: `exists` asks whether the thing is there, `kind` which one it is; `all` asks both at
 * once, where one question is asked of many pictures.
 */
export interface Question {
  category: Category;
  step: "exists" | "kind" | "all";
}

/** Where a page of questions stands after the answers given so far. */
export interface Walk {
  /** The question to ask now; null when the page is answered. */
  category: Category | null;
  /** Questions left, this one included; a parent's answer may still close or open some. */
  open: readonly Category[];
}

/**
 * The next question of a page. Parents come before their children, and a child that a parent's answer closes is never
 * asked. A question whose gate reads something that nobody will answer on this page is asked last: who sees the picture
 * can say that it does not apply.
 */
export function walk(
  protocol: Protocol,
  task: Pick<LeasedTask, "categories" | "known" | "partShares" | "cutParts">,
  given: readonly Packed[],
): Walk {
  const done = new Set(given.map((answer) => answer.category));
  const standing = standings(protocol, answersOnPage(protocol, task, given), evidenceOf(task));
  const open = task.categories
    .map((number) => protocol.categories[number - 1])
    .filter((category) => category !== undefined)
    .filter((category) => !done.has(category.n) && standing[category.index] !== "closed");
  // what a gate reads is always an earlier question of the protocol
  const earliest = open.toSorted((a, b) => a.n - b.n)[0];
  const first = open.find((category) => standing[category.index] === "open") ?? earliest;
  return { category: first ?? null, open };
}

/** The first step of a question about one picture: existence comes before kind. */
export function firstStep(category: Category): Question {
  return { category, step: category.existence && category.absent ? "exists" : "kind" };
}

/** An option as it is shown, with the packed answer it gives; `null` leads on to the kinds. */
export interface Option {
  text: string;
  value: number | null;
  /** Undefined for those that are only found by typing. */
  key: string | undefined;
}

/** The options of a step. `all` has the kinds under the same keys as `kind`, and that there is none under a key of its own. */
export function optionsOf({ category, step }: Question): Option[] {
  const absent = category.absent === undefined ? -1 : category.options.indexOf(category.absent);
  const apart = Boolean(category.existence) && absent >= 0;
  if (step === "exists") {
    return [
      { text: "yes", value: null, key: keyOf(0) },
      { text: "no", value: absent, key: keyOf(1) },
    ];
  }
  const kinds = category.options
    .map((text, value) => ({ text, value }))
    .filter(({ value }) => !apart || value !== absent)
    .map((option, place) => ({ ...option, key: keyOf(place) }));
  return apart && step === "all"
    ? [{ text: category.absent ?? "none", value: absent, key: NONE_KEY }, ...kinds]
    : kinds;
}
