import type { ProtocolComparison, ProtocolSummary, ProtocolUse } from "@anyone/contracts/annotate";
import type { PlacedFinding } from "@anyone/domain/annotate/finding";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { table } from "../output.ts";

/** One line a finding, as compilers write them: `mine.yaml:12:5: top.pattern: …`, and what was probably meant. */
export function findingText(file: string, { line, column, entry, message, hint }: PlacedFinding): string {
  return `${file}:${line}:${column}: ${entry ? `${entry}: ` : ""}${message}.${hint ? `\n  hint: ${hint}` : ""}`;
}

/** What a sound file holds, in one sentence. */
export function soundText({ identity, categories, groups, parsing }: Protocol): string {
  const sensitive = categories.filter((category) => category.sensitive).length;
  return `${identity} is sound: ${categories.length} categories in ${groups.length} groups over ${parsing.parts.length} parts, ${sensitive} of them about perceived appearance.`;
}

export function listText(items: readonly ProtocolSummary[]): string {
  if (items.length === 0)
    return "No protocol was published yet: the review service publishes the first when it starts.";
  return table([
    ["protocol", "in use", "published", "put in use", "by"],
    ...items.map(({ id, inUse, createdAt, usedAt, usedBy }) => [id, inUse ? "yes" : "", createdAt, usedAt, usedBy]),
  ]);
}

/** What changes between two versions: first what is void, then what only migrates, then what stands. */
export function comparisonText({ from, to, changes, kept, step }: ProtocolComparison): string {
  const rows = changes.flatMap(({ before, after, voids, added, mapped, lost }) => {
    const stands = before !== null && after !== null && voids.length === 0;
    if (stands && before === after && added.length + lost.length === 0) return [];
    const options = [
      ...mapped.map((pair) => `${pair.from} → ${pair.to}`),
      ...(before === null ? [] : added.map((option) => `+ ${option}`)),
      ...(after === null ? [] : lost.map((option) => `− ${option}`)),
    ];
    const what =
      before === null
        ? "new: asked of all"
        : after === null
          ? "removed"
          : stands
            ? "renamed"
            : `void: another ${voids.join(" and ")}`;
    return [
      [after ?? before, before !== null && after !== null && before !== after ? before : "", what, options.join(", ")],
    ];
  });
  const said = `${kept.length} of ${changes.length} categories are the same: what people answered and what is settled stands.`;
  return [
    `From ${from} to ${to} (${step === "patch" ? "no question changes" : `a ${step} step`}):`,
    ...(rows.length > 0 ? [table([["category", "before", "becomes", "options"], ...rows])] : []),
    said,
    ...(rows.length > 0
      ? ["Where it is void, answers stay as the labeller's while their option does, and people are asked again."]
      : []),
  ].join("\n");
}

export function useText({ id, before, comparison, openIteration }: ProtocolUse): string {
  return [
    before === id ? `${id} was in use already.` : `${id} is in use${before ? ` in place of ${before}` : ""}.`,
    ...(comparison ? [comparisonText(comparison)] : []),
    ...(before !== null && before !== id && !comparison
      ? ["It is another protocol: nothing carries over, and people are asked everything."]
      : []),
    openIteration && openIteration.protocolId !== id
      ? `Iteration ${openIteration.number} is open and goes on to its end under ${openIteration.protocolId}. The next one opens under ${id} and carries over what stands.`
      : `The next iteration opens under it and carries over what stands: anyone retrain.`,
  ].join("\n");
}
