import { type Answers, isPositive, readAnswer } from "./answer.ts";
import { holds, standings } from "./gates.ts";
import { type Category, categoryOf, type Protocol, type Rule } from "./protocol.ts";

/** One inconsistency of a record: which rule, how bad, about which categories, in words. */
export interface Inconsistency {
  rule: "unknown-category" | "illegal-answer" | "orphan" | (string & {});
  level: "error" | "warning";
  categories: string[];
  message: string;
}

/**
 * The consistency rules over one asset's answers: every value in the answer list, no child without its parent's
 * positive answer, and the protocol's own rules. Part maps play no role here, since a map proves no absence. In a `partial`
 * record a parent may be missing (somebody else answers it): only a parent's answer to the contrary makes an orphan.
 */
export function checkRecord(protocol: Protocol, answers: Answers, { partial = false } = {}): Inconsistency[] {
  const own = ownRules(protocol, answers);
  const removed = new Set(own.filter(({ removes }) => removes).flatMap(({ categories }) => categories));
  return [
    ...legality(protocol, answers),
    ...orphans(protocol, answers, partial).filter(({ categories }) => !categories.some((id) => removed.has(id))),
    ...own.map(({ rule, level, categories, message }) => ({ rule, level, categories, message })),
  ];
}

function legality(protocol: Protocol, answers: Answers): Inconsistency[] {
  return Object.entries(answers).flatMap(([id, answer]): Inconsistency[] => {
    const category = protocol.byId.get(id);
    if (!category) {
      return [
        {
          rule: "unknown-category",
          level: "error",
          categories: [id],
          message: `${protocol.identity} has no category "${id}"`,
        },
      ];
    }
    try {
      readAnswer(category, answer, "person");
      return [];
    } catch (error) {
      return [{ rule: "illegal-answer", level: "error", categories: [id], message: (error as Error).message }];
    }
  });
}

function orphans(protocol: Protocol, answers: Answers, partial: boolean): Inconsistency[] {
  const standing = standings(protocol, answers, null);
  const fits = ({ index, ask_when }: Category) =>
    partial ? standing[index] !== "closed" : holds(protocol, ask_when, answers);
  return protocol.categories
    .filter((category) => answers[category.id] && !fits(category))
    .map(({ id }) => ({
      rule: "orphan",
      level: "error",
      categories: [id],
      message: `${id} is answered although nothing above it makes it apply`,
    }));
}

function ownRules(protocol: Protocol, answers: Answers): (Inconsistency & { removes: boolean })[] {
  return protocol.rules.flatMap((rule) => {
    const categories = broken(protocol, answers, rule);
    const removes = "remove" in rule && rule.remove !== undefined;
    return categories ? [{ rule: rule.id, level: rule.level, categories, message: rule.says, removes }] : [];
  });
}

/** The categories that break a rule, or null where it is kept. */
function broken(protocol: Protocol, answers: Answers, rule: Rule): string[] | null {
  if ("positive" in rule) {
    const positive = rule.positive.filter((id) => isPositive(categoryOf(protocol, id), answers[id]));
    return positive.length > rule.at_most ? positive : null;
  }
  if (!holds(protocol, rule.when, answers)) return null;
  const left = rule.remove?.filter((id) => answers[id]);
  return left?.length === 0 ? null : (left ?? []);
}
