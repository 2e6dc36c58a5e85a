import { type Answers, NOT_ASKED, NOT_VISIBLE, readAnswer, UNSURE, unpack } from "../annotate/answer.ts";
import { checkRecord } from "../annotate/check-record.ts";
import type { PartEvidence } from "../annotate/evidence.ts";
import { applicable, standings } from "../annotate/gates.ts";
import type { Category, Protocol } from "../annotate/protocol.ts";
import { fault } from "../fault.ts";

/** One answer as it is sent: `value` packed (-1: the person says that the question does not apply), `text` after `other:`. */
export interface GivenAnswer {
  category: number;
  value: number;
  text?: string | undefined;
}

/** What a page of questions is judged against. */
export interface Page {
  protocol: Protocol;
  /** Category numbers this page asks. */
  categories: readonly number[];
  /** Answers the page takes as given: of categories it does not ask, from the labeller or from earlier. */
  known: Answers;
  evidence: PartEvidence | null;
}

/**
 * Checks a submission: every answer legal and of this page, the record consistent, every question that applies answered.
 * Returns the answers worth a row; "does not apply" is none.
 *
 * @throws Fault `bad-input` naming what is wrong and what is still to be answered.
 */
export function checkSubmission(page: Page, given: readonly GivenAnswer[]): GivenAnswer[] {
  const byNumber = new Map(given.map((answer) => [answer.category, answer]));
  if (byNumber.size !== given.length) throw fault("bad-input", "A question is answered twice in one submission.");
  const foreign = given.find(({ category }) => !page.categories.includes(category));
  if (foreign) throw fault("bad-input", `Question ${foreign.category} is not on this page.`);

  const said = given.filter(({ value }) => value !== NOT_ASKED);
  const closed = closedBy(page.protocol, said);
  // "unsure" or "not visible" about what does not apply says nothing
  const kept = said.filter(
    ({ category, value }) => (value !== UNSURE && value !== NOT_VISIBLE) || !closed.has(category),
  );
  const submitted = Object.fromEntries(kept.map((answer) => readGiven(page.protocol, answer)));
  // a person may contradict what the labeller is known to have said, but not herself
  const errors = checkRecord(page.protocol, submitted, { partial: true }).filter(({ level }) => level === "error");
  if (errors.length > 0) {
    throw fault("bad-input", `The answers contradict each other: ${errors.map(({ message }) => message).join("; ")}.`);
  }

  const missing = openQuestions(page, { ...page.known, ...submitted }).filter(({ n }) => !byNumber.has(n));
  if (missing.length > 0) {
    throw fault("bad-input", `Still to be answered: ${missing.map(({ id }) => id).join(", ")}.`, {
      hint: "Answer them too, or with -1 where one does not apply.",
    });
  }
  return kept;
}

/** The page's questions to ask next, given the answers so far. */
export function openQuestions({ protocol, categories, evidence }: Page, answers: Answers): Category[] {
  return applicable(protocol, answers, evidence).filter(({ n }) => categories.includes(n));
}

/** Categories that the submission's own answers close. */
function closedBy(protocol: Protocol, said: readonly GivenAnswer[]): Set<number> {
  const standing = standings(protocol, Object.fromEntries(said.map((answer) => readGiven(protocol, answer))), null);
  return new Set(protocol.categories.filter(({ index }) => standing[index] === "closed").map(({ n }) => n));
}

/** A sent answer as the protocol words it, with the id of its category. */
export function readGiven(
  protocol: Protocol,
  { category: n, value, text }: GivenAnswer,
): [string, { value: string; second?: string }] {
  const category = protocol.categories[n - 1];
  const answer = category && unpack(category, value, text);
  if (!category || !answer) throw fault("bad-input", `${protocol.identity} has no question ${n}.`);
  return [category.id, readAnswer(category, answer, "person")];
}
