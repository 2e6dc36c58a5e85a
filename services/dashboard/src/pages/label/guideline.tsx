import type { Category, Gate, Protocol } from "@anyone/domain/annotate/protocol";
import { nameOf, words } from "../../components/protocol.ts";

/** What the protocol says about a question: when it is asked, what it looks at, what its answers may be. */
export function Guideline({ protocol, category }: { protocol: Protocol; category: Category }) {
  const rules = protocol.rules.filter((rule) => "when" in rule && rule.remove?.includes(category.id));
  return (
    <details className="border-t border-line pt-2.5 text-dim" open>
      <summary className="text-xs font-medium">How to answer</summary>
      <ul className="mt-1 flex list-disc flex-col gap-0.5 pl-4 text-xs">
        <li>{lookAt(protocol, category)}</li>
        {category.arity === "two" && (
          <li>
            The colour that covers most of it; with Shift, the second one after it. Three or more are multicolour.
          </li>
        )}
        {category.arity === "open" && (
          <li>A usual phrase, or your own words{category.max_words ? `, at most ${category.max_words}` : ""}.</li>
        )}
        {category.absent && (
          <li>
            "{words(category.absent)}" says that there is none to be seen, not that it is hidden: that is "not visible".
          </li>
        )}
        {category.sensitive && <li>Say what the picture shows; nobody is asked who the person is.</li>}
        {category.ask_when !== "always" && <li>{askedWhen(protocol, category.ask_when)}</li>}
        {rules.map(({ id, says }) => (
          <li key={id}>{says[0]?.toUpperCase() + says.slice(1)}.</li>
        ))}
      </ul>
    </details>
  );
}

function lookAt({ parsing }: Protocol, { parts }: Category): string {
  if (parts.length >= 17) return "Look at the whole person.";
  if (parts.includes(parsing.background)) return "Look at what is behind the person.";
  const names = [...new Set(parts.map((part) => words(parsing.parts[part] ?? "").replace(/^(left|right)[ -]/, "")))];
  return `Look at what is not dimmed: ${names.join(", ").toLowerCase()}.`;
}

/** A gate in words; one that only computers can read is left out. */
function askedWhen(protocol: Protocol, gate: Gate): string {
  const parents = parentsOf(gate)
    .map((id) => protocol.byId.get(id))
    .filter((one) => one !== undefined);
  if (parents.length === 0) return "Asked only where that part of the person can be seen; otherwise it does not apply.";
  return `Follows from ${parents.map(nameOf).join(", ")}; where that says no, this does not apply.`;
}

function parentsOf(gate: Gate): string[] {
  if (gate === "always") return [];
  if ("answer" in gate) return [gate.answer];
  if ("all" in gate) return gate.all.flatMap(parentsOf);
  if ("any" in gate) return gate.any.flatMap(parentsOf);
  return [];
}
