import { type Finding, nearest, type Path } from "./finding.ts";
import type { Gate, Protocol } from "./protocol.ts";

/** Where a gate stands: its path, the entry that has it, and how far it may look: categories before number `before` (0-based). */
export interface GatePlace {
  path: Path;
  entry: string;
  before: number;
}

/** What is wrong with a gate: names it does not find, later categories it looks at, predicates that use themselves. */
export function checkGate(protocol: Protocol, gate: Gate, place: GatePlace, within: readonly string[] = []): Finding[] {
  const at = (...rest: Path): GatePlace => ({ ...place, path: [...place.path, ...rest] });
  const say = (message: string, rest: Path, hint?: string): Finding => ({
    path: [...place.path, ...rest],
    entry: place.entry,
    message,
    hint,
  });
  if (gate === "always") return [];
  if ("all" in gate) return gate.all.flatMap((inner, n) => checkGate(protocol, inner, at("all", n), within));
  if ("any" in gate) return gate.any.flatMap((inner, n) => checkGate(protocol, inner, at("any", n), within));
  if ("no" in gate) return checkGate(protocol, gate.no, at("no"), within);
  if ("parts" in gate) {
    return gate.parts.flatMap((id, n) =>
      id < protocol.parsing.parts.length
        ? []
        : [
            say(`its gate names part ${id}; ${protocol.parsing.label_set} has parts 0 to ${last(protocol)}`, [
              "parts",
              n,
            ]),
          ],
    );
  }
  if ("hem" in gate) {
    const names = protocol.groups.map(({ name }) => name);
    return names.includes(gate.hem)
      ? []
      : [say(`its gate names no group "${gate.hem}"`, ["hem"], nearest(gate.hem, names))];
  }
  if ("use" in gate) {
    const predicate = protocol.predicates[gate.use];
    const names = Object.keys(protocol.predicates);
    if (!predicate) return [say(`predicates has no "${gate.use}"`, ["use"], nearest(gate.use, names))];
    if (within.includes(gate.use)) return [say(`the predicate "${gate.use}" uses itself`, ["use"])];
    // what is wrong inside the predicate is told at the predicate; here only whether it may stand at this place
    return checkGate(protocol, predicate, place, [...within, gate.use])
      .filter(({ message }) => message.includes("comes later") || message.includes("uses itself"))
      .map((finding) => ({ ...finding, path: [...place.path, "use"] }));
  }
  if ("covered" in gate) {
    const known = protocol.coverage.some(({ category, area }) => category === gate.by && area === gate.covered);
    return [
      ...(known ? [] : [say(`coverage does not say what of "${gate.by}" covers ${gate.covered}`, ["covered"])]),
      ...earlier(protocol, gate.by, at("by")),
    ];
  }
  return [
    ...checkOptions(protocol, gate.answer, "is" in gate ? gate.is : gate.not, {
      entry: place.entry,
      name: at("answer").path,
      options: at("is" in gate ? "is" : "not").path,
    }),
    ...earlier(protocol, gate.answer, at("answer")),
  ];
}

/** That the category exists and has these options, each finding at its own word. */
export function checkOptions(
  protocol: Protocol,
  id: string,
  options: readonly string[],
  place: { entry: string; name: Path; options: Path; byKey?: boolean },
): Finding[] {
  const { entry } = place;
  const category = protocol.byId.get(id);
  if (!category) {
    const hint = nearest(id, [...protocol.byId.keys()]);
    return [{ path: place.name, entry, message: `there is no category "${id}"`, hint }];
  }
  return options.flatMap((option, n) =>
    category.options.includes(option)
      ? []
      : [
          {
            path: [...place.options, place.byKey ? option : n],
            entry,
            message: `${id} has no option "${option}"`,
            hint: nearest(option, category.options),
            ofKey: place.byKey ?? false,
          },
        ],
  );
}

/** Categories whose answers a gate reads, predicates opened up, each once. */
export function answersOf(protocol: Protocol, gate: Gate, within: readonly string[] = []): string[] {
  const inside = (inner: Gate) => answersOf(protocol, inner, within);
  if (gate === "always" || "parts" in gate || "hem" in gate) return [];
  if ("all" in gate) return gate.all.flatMap(inside);
  if ("any" in gate) return gate.any.flatMap(inside);
  if ("no" in gate) return inside(gate.no);
  if ("use" in gate) {
    const predicate = within.includes(gate.use) ? undefined : protocol.predicates[gate.use];
    return predicate ? answersOf(protocol, predicate, [...within, gate.use]) : [];
  }
  return ["covered" in gate ? gate.by : gate.answer];
}

function earlier(protocol: Protocol, id: string, { path, entry, before }: GatePlace): Finding[] {
  const index = protocol.byId.get(id)?.index ?? -1;
  if (index < before) return [];
  return [
    {
      path,
      entry,
      message: `its gate looks at "${id}", which comes later; a gate may look only at earlier categories`,
    },
  ];
}

function last(protocol: Protocol): number {
  return protocol.parsing.parts.length - 1;
}
