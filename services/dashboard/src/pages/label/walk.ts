import { answersOnPage, evidenceOf } from "@anyone/contracts/leased-page";
import type { LeasedTask } from "@anyone/contracts/review";
import { standings } from "@anyone/domain/annotate/gates";
import type { Category, Protocol } from "@anyone/domain/annotate/protocol";

/** One answer as the page keeps it: packed, with the text after `other` and the time it took. */
export interface Given {
  category: number;
  value: number;
  text?: string;
  milliseconds: number;
}

/** What stands before the annotator: `exists` asks whether the thing is there, before its kind. */
export interface Question {
  category: Category;
  step: "exists" | "kind";
}

/** Where a page of questions stands after the answers given so far. */
export interface Walk {
  /** The question to ask now; null when the page is answered. */
  category: Category | null;
  /** Questions known to be left, this one included; a parent's answer may still close or open some. */
  left: number;
}

/**
 * The next question of a page. Parents come before their children, and a child that a parent's answer closes is never
 * asked. A question whose gate reads something that nobody will answer on this page is asked last: who sees the picture
 * can say that it does not apply.
 */
export function walk(protocol: Protocol, task: LeasedTask, given: readonly Given[]): Walk {
  const done = new Set(given.map((answer) => answer.category));
  const standing = standings(protocol, answersOnPage(protocol, task, given), evidenceOf(task));
  const open = task.categories
    .map((number) => protocol.categories[number - 1])
    .filter((category) => category !== undefined)
    .filter((category) => !done.has(category.n) && standing[category.index] !== "closed");
  // what a gate reads is always an earlier question of the protocol
  const earliest = open.toSorted((a, b) => a.n - b.n)[0];
  const first = open.find((category) => standing[category.index] === "open") ?? earliest;
  return { category: first ?? null, left: open.length };
}

/** The first step of a question: existence comes before kind. */
export function firstStep(category: Category): Question {
  return { category, step: category.existence && category.absent ? "exists" : "kind" };
}

/** The options of a step, each with the packed answer it gives; `null` leads on to the kinds. */
export function optionsOf({ category, step }: Question): { text: string; value: number | null }[] {
  const absent = category.absent === undefined ? -1 : category.options.indexOf(category.absent);
  if (step === "exists") {
    return [
      { text: "yes", value: null },
      { text: "no", value: absent },
    ];
  }
  const kinds = category.options.map((text, value) => ({ text, value }));
  return category.existence ? kinds.filter(({ value }) => value !== absent) : kinds;
}
