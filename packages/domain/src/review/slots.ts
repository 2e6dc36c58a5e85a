import { type Answer, type Answers, NOT_ASKED, OTHER, UNSURE } from "../annotate/answer.ts";
import { checkRecord } from "../annotate/check-record.ts";
import { type Standing, standings } from "../annotate/gates.ts";
import type { Gate, Protocol } from "../annotate/protocol.ts";
import { fault } from "../fault.ts";
import { type GivenAnswer, type Page, readGiven } from "./submission.ts";

/**
 * One question of one page. `waiting`: whether it is asked depends on an answer nobody gave yet; `closed`: it does not
 * apply; `skipped`: whoever had it could not judge.
 */
export type SlotState = "waiting" | "open" | "leased" | "done" | "closed" | "skipped";

/** An answer that stands on a page; null where the slot was skipped. */
export interface SaidInSlot extends GivenAnswer {
  reviewer: string | null;
}

const LONGEST_TEXT = 200;

/**
 * The standing of each category of a page after what was said on it. A question that was skipped, or said not to apply,
 * closes what hangs on it just as "unsure" does.
 */
export function slotStandings(page: Page, said: readonly GivenAnswer[]): Map<number, Standing> {
  const standing = standings(page.protocol, { ...page.known, ...answersOf(page.protocol, said) }, page.evidence);
  return new Map(page.categories.map((n) => [n, standing[n - 1] ?? "closed"]));
}

/** The states a new page's slots begin in. Where nothing is open, what waits is asked: nobody else will answer what it waits for. */
export function firstStates(page: Page): Map<number, Standing> {
  const standing = slotStandings(page, []);
  if ([...standing.values()].includes("open")) return standing;
  return new Map([...standing].map(([n, state]) => [n, state === "waiting" ? "open" : state]));
}

/**
 * Checks one answer to one open question: legal, and no contradiction to what this person said on the page. Others may be contradicted.
 *
 * @throws Fault `bad-input` that names the option, the words or the contradiction.
 */
export function checkSlotAnswer(protocol: Protocol, hers: readonly GivenAnswer[], given: GivenAnswer): void {
  if ((given.value === OTHER) !== (given.text !== undefined))
    throw fault("bad-input", "A text belongs to value -4 (other), and to no other value.");
  if (given.text && given.text.length > LONGEST_TEXT) {
    throw fault("bad-input", `The text is ${given.text.length} characters long; it may be ${LONGEST_TEXT}.`, {
      hint: "Say it shorter, or leave a flag with a note.",
    });
  }
  if (given.value === NOT_ASKED) return;
  const [id] = readGiven(protocol, given);
  const record = answersOf(protocol, [...hers.filter(({ category }) => category !== given.category), given]);
  const errors = checkRecord(protocol, record, { partial: true }).filter(
    ({ level, categories, rule }) => level === "error" && (categories.includes(id) || rule !== "orphan"),
  );
  if (errors.length > 0) {
    throw fault(
      "bad-input",
      `This answer contradicts your others: ${errors.map(({ message }) => message).join("; ")}.`,
      {
        hint: "Correct the other answer first, or this one.",
      },
    );
  }
}

/** Category numbers whose answers some gate, coverage or rule reads: only those open or close anything. */
export function decisive(protocol: Protocol): ReadonlySet<number> {
  const known = decisiveOf.get(protocol);
  if (known) return known;
  const read = new Set<string>();
  for (const { ask_when } of protocol.categories) collect(ask_when, read);
  for (const gate of Object.values(protocol.predicates)) collect(gate, read);
  for (const rule of protocol.rules) {
    if ("when" in rule) collect(rule.when, read);
    for (const id of ("positive" in rule ? rule.positive : rule.remove) ?? []) read.add(id);
  }
  const numbers = new Set(protocol.categories.filter(({ id }) => read.has(id)).map(({ n }) => n));
  decisiveOf.set(protocol, numbers);
  return numbers;
}

const decisiveOf = new WeakMap<Protocol, ReadonlySet<number>>();

function collect(gate: Gate, read: Set<string>): void {
  if (gate === "always") return;
  if ("all" in gate) for (const inner of gate.all) collect(inner, read);
  if ("any" in gate) for (const inner of gate.any) collect(inner, read);
  if ("no" in gate) collect(gate.no, read);
  if ("answer" in gate) read.add(gate.answer);
  if ("covered" in gate) read.add(gate.by);
}

function answersOf(protocol: Protocol, said: readonly GivenAnswer[]): Answers {
  const answers: Record<string, Answer> = {};
  for (const answer of said) {
    const value = answer.value === NOT_ASKED ? UNSURE : answer.value;
    const [id, read] = readGiven(protocol, { ...answer, value });
    answers[id] = read;
  }
  return answers;
}
