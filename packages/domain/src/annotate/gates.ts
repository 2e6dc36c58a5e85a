import type { Answer, Answers } from "./answer.ts";
import type { PartEvidence } from "./evidence.ts";
import type { Category, Gate, Protocol } from "./protocol.ts";

/** Whether a category is asked: `open` yes, `closed` no, `waiting` until an earlier category is answered. */
export type Standing = "open" | "closed" | "waiting";

/**
 * The standing of every category, in protocol order. With no evidence (no part map) everything counts as seen: whoever
 * answers can still say `not_visible`.
 */
export function standings(protocol: Protocol, answers: Answers, evidence: PartEvidence | null): Standing[] {
  const { standing } = look(protocol, answers, evidence);
  return protocol.categories.map(standing);
}

/** Whether a gate of a rule holds over these answers, whatever the part map shows. */
export function holds(protocol: Protocol, gate: Gate, answers: Answers): boolean {
  return evaluate(gate, look(protocol, answers, null)) === "open";
}

/**
 * The next wave: categories that are open and have no answer yet. Asking it, recording, and calling again until it is
 * empty asks everything that applies and nothing else.
 */
export function applicable(protocol: Protocol, answers: Answers, evidence: PartEvidence | null): Category[] {
  const standing = standings(protocol, answers, evidence);
  return protocol.categories.filter(({ id, index }) => standing[index] === "open" && !answers[id]);
}

/** The answers without those whose category is closed: what remains when a parent's answer changed. */
export function prune(protocol: Protocol, answers: Answers, evidence: PartEvidence | null): Record<string, Answer> {
  const standing = standings(protocol, answers, evidence);
  return Object.fromEntries(
    protocol.categories.flatMap(({ id, index }) => {
      const answer = answers[id];
      return answer && standing[index] !== "closed" ? [[id, answer]] : [];
    }),
  );
}

interface View {
  protocol: Protocol;
  answers: Answers;
  evidence: PartEvidence | null;
  standing: (category: Category) => Standing;
}

function look(protocol: Protocol, answers: Answers, evidence: PartEvidence | null): View {
  const known = new Map<number, Standing>();
  const view: View = { protocol, answers, evidence, standing };
  return view;

  function standing(category: Category): Standing {
    const before = known.get(category.index);
    if (before) return before;
    const gate = evaluate(category.ask_when, view);
    const removed = protocol.rules
      .filter((rule) => "when" in rule && rule.remove?.includes(category.id))
      .map((rule) => not(evaluate((rule as { when: Gate }).when, view)));
    const found = both([gate, ...removed]);
    known.set(category.index, found);
    return found;
  }
}

/** A gate read three-valued: open = true, closed = false, waiting = not known yet. */
function evaluate(gate: Gate, view: View): Standing {
  if (gate === "always") return "open";
  if ("all" in gate) return both(gate.all.map((inner) => evaluate(inner, view)));
  if ("any" in gate) return not(both(gate.any.map((inner) => not(evaluate(inner, view)))));
  if ("no" in gate) return not(evaluate(gate.no, view));
  if ("use" in gate) return evaluate(view.protocol.predicates[gate.use] ?? "always", view);
  if ("parts" in gate) return truth(showsAny(gate.parts, view));
  if ("hem" in gate) return truth(view.evidence === null || hemClear(gate.hem, view.protocol, view.evidence));
  if ("covered" in gate) return covered(gate, view);
  return answered(gate.answer, view, (answer) => {
    if ("is" in gate) return gate.is.includes(answer.value);
    return isSaid(answer) && !gate.not.includes(answer.value);
  });
}

function covered({ covered: area, by }: { covered: string; by: string }, view: View): Standing {
  return answered(by, view, (answer) =>
    view.protocol.coverage.some(
      (entry) =>
        entry.category === by &&
        entry.area === area &&
        entry.options.includes(answer.value) &&
        !(entry.unless_parts && showsAny(entry.unless_parts, view)),
    ),
  );
}

/** Reads the answer of another category; a closed category's answer does not count, even where one is stored. */
function answered(id: string, view: View, holds: (answer: Answer) => boolean): Standing {
  const category = view.protocol.byId.get(id);
  if (!category) return "closed";
  const standing = view.standing(category);
  if (standing === "closed") return "closed";
  const answer = view.answers[id];
  return answer ? truth(holds(answer)) : "waiting";
}

function isSaid(answer: Answer): boolean {
  return answer.value !== "not_visible" && answer.value !== "unsure";
}

function showsAny(parts: readonly number[], { protocol, evidence }: View): boolean {
  if (evidence === null) return true;
  return parts.reduce((sum, id) => sum + (evidence.share[id] ?? 0), 0) >= protocol.parsing.visible_share;
}

function hemClear(groupName: string, protocol: Protocol, evidence: PartEvidence): boolean {
  const mask = protocol.groups.find((group) => group.name === groupName)?.mask ?? [];
  return mask === "foreground" || !mask.some((id) => evidence.touchesBottom[id]);
}

function truth(value: boolean): Standing {
  return value ? "open" : "closed";
}

function both(standings: readonly Standing[]): Standing {
  if (standings.includes("closed")) return "closed";
  return standings.includes("waiting") ? "waiting" : "open";
}

function not(standing: Standing): Standing {
  return standing === "waiting" ? "waiting" : standing === "open" ? "closed" : "open";
}
