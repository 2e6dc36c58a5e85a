import { isPositive } from "@anyone/domain/annotate/answer";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import type { Asked } from "./ask.ts";

/**
 * Makes a model's answers keep the protocol's `at_most` rules (not three head coverings at once): as long as too many are
 * positive, the one the model is least sure of is taken back. People's answers are never touched.
 */
export function reconcile(protocol: Protocol, asked: Asked): void {
  for (const rule of protocol.rules) {
    if (!("at_most" in rule) || rule.level !== "error") continue;
    const positive = rule.positive
      .flatMap((id) => protocol.byId.get(id) ?? [])
      .filter((category) => isPositive(category, asked.answers[category.id]));
    const doubtful = positive
      .filter(({ id, absent }) => absent !== undefined && asked.confidence[id] !== undefined)
      .sort((a, b) => (asked.confidence[a.id] ?? 0) - (asked.confidence[b.id] ?? 0));
    for (const { id, absent } of doubtful.slice(0, Math.max(0, positive.length - rule.at_most))) {
      asked.answers[id] = { value: absent as string };
      asked.confidence[id] = 1 - (asked.confidence[id] ?? 0);
    }
  }
}
