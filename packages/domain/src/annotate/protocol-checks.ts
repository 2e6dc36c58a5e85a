import type { Category, Gate, Group, Protocol } from "./protocol.ts";

/** Something wrong in a protocol: the entry (category, group, predicate or rule id; "" for the whole file) and why. */
export interface Finding {
  entry: string;
  message: string;
}

/** Words that mean the same in every category and so can be no option. */
const RESERVED = new Set(["not_visible", "unsure", "other"]);
/** Packed two-option answers are main + 256 · (second + 1) in a signed 16-bit number. */
const MOST_OPTIONS = { one: 32_767, two: 127, open: 32_767 };

/**
 * Every check a protocol must pass before anything uses it: identity, counts against the file's own `expect`, options,
 * gates that look only backwards, parts, groups and masks, captions, rules. Pure; returns all findings, not the first.
 */
export function checkProtocol(protocol: Protocol): Finding[] {
  return [
    ...checkCounts(protocol),
    ...checkParts(protocol),
    ...protocol.groups.flatMap((group) => checkGroup(protocol, group)),
    ...protocol.categories.flatMap((category) => checkCategory(protocol, category)),
    ...checkReferences(protocol),
  ];
}

function checkCounts(protocol: Protocol): Finding[] {
  const { categories, groups, parsing } = protocol;
  const found = {
    categories: categories.length,
    groups: groups.length,
    parts: parsing.parts.length,
    group_sizes: groups.map((group) => categories.filter((category) => category.group === group.id).length),
    axis: tally(categories.map((category) => category.axis)),
    set: tally(categories.map((category) => protocol.groupById.get(category.group)?.set ?? "none")),
    src: tally(categories.map((category) => category.src)),
  };
  const expected: Partial<typeof found> = {
    ...protocol.expect,
    // the paper's protocol has 70 categories in every 1.x version, whatever the file expects of itself
    ...(protocol.protocol === "prime-human" && protocol.version.startsWith("1.")
      ? { categories: 70, groups: 21, parts: 18 }
      : {}),
  };
  const wrong = Object.entries(expected).filter(
    ([what, want]) => canon(found[what as keyof typeof found]) !== canon(want),
  );
  return [
    ...wrong.map(([what, want]) => ({
      entry: "expect",
      message: `${what} should be ${canon(want)}, the file has ${canon(found[what as keyof typeof found])}`,
    })),
    ...repeated(categories.map((category) => category.id)).map((id) => ({
      entry: id,
      message: "this category stands twice",
    })),
    ...repeated(groups.flatMap((group) => [group.id, group.name])).map((id) => ({
      entry: id,
      message: "this group id or name stands twice",
    })),
    ...groupOrder(protocol),
  ];
}

function checkParts({ parsing, categories }: Protocol): Finding[] {
  const evidence = new Set(categories.flatMap((category) => category.parts));
  const [first, last] = parsing.foreground;
  return [
    ...parsing.parts.flatMap((name, id) =>
      evidence.has(id) ? [] : [{ entry: name, message: `no category names part ${id} as evidence` }],
    ),
    ...(first <= last && last < parsing.parts.length && (parsing.background < first || parsing.background > last)
      ? []
      : [{ entry: "parsing", message: "foreground must be a range of part ids that leaves out the background" }]),
  ];
}

function checkGroup(protocol: Protocol, group: Group): Finding[] {
  const say = (message: string): Finding => ({ entry: group.id, message });
  const masked = group.mask === "foreground" || group.mask.length > 0;
  return [
    ...unknownParts(protocol, [...(group.mask === "foreground" ? [] : group.mask), ...(group.mask_else ?? [])]).map(
      (id) => say(`mask part ${id} is no part of ${protocol.parsing.label_set}`),
    ),
    ...(masked === (group.set === "C_other") ? [say("a group of C_other has no mask, every other group has one")] : []),
    ...(group.noun && "category" in group.noun && protocol.byId.get(group.noun.category)?.group !== group.id
      ? [say(`its noun "${group.noun.category}" is no category of this group`)]
      : []),
    ...(protocol.categories.some((category) => category.group === group.id) ? [] : [say("no category belongs to it")]),
  ];
}

function checkCategory(protocol: Protocol, category: Category): Finding[] {
  const say = (message: string): Finding => ({ entry: category.id, message });
  const { options, absent, arity } = category;
  const group = protocol.groupById.get(category.group);
  return [
    ...(category.n === category.index + 1
      ? []
      : [say(`n is ${category.n}, its place in the file is ${category.index + 1}`)]),
    ...(group ? [] : [say(`there is no group "${category.group}"`)]),
    ...(group && !category.id.startsWith(`${group.name}.`) ? [say(`its id should begin with "${group.name}."`)] : []),
    ...unknownParts(protocol, category.parts).map((id) =>
      say(`part ${id} is no part of ${protocol.parsing.label_set}`),
    ),
    ...(options.length === 1 && options[0]?.startsWith("V-") ? [say(`vocab has no list "${options[0]}"`)] : []),
    ...(options.length < 2 && !options[0]?.startsWith("V-") ? [say("it needs at least two options")] : []),
    ...(options.length > MOST_OPTIONS[arity] ? [say(`at most ${MOST_OPTIONS[arity]} options can be stored`)] : []),
    ...repeated(options).map((option) => say(`the option "${option}" stands twice`)),
    ...options
      .filter((option) => RESERVED.has(option) || option.startsWith("other:"))
      .map((option) => say(`"${option}" is legal in every category and can be no option`)),
    ...(absent === undefined || options.includes(absent) ? [] : [say(`absent "${absent}" is none of its options`)]),
    ...((arity === "open") === (category.max_words !== undefined) ? [] : [say("max_words goes with arity open")]),
    ...options
      .filter((option) => category.max_words && option.split(" ").length > category.max_words)
      .map((option) => say(`the usual phrase "${option}" has more than ${category.max_words} words`)),
    ...checkGate(protocol, category.ask_when, category.index).map(say),
  ];
}

function checkReferences(protocol: Protocol): Finding[] {
  const all = protocol.categories.length;
  return [
    ...Object.entries(protocol.predicates).flatMap(([name, gate]) =>
      checkGate(protocol, gate, all, [name]).map((message) => ({ entry: name, message })),
    ),
    ...protocol.coverage.flatMap(({ category, options, unless_parts }) => [
      ...unknownOptions(protocol, category, options).map((message) => ({ entry: "coverage", message })),
      ...unknownParts(protocol, unless_parts ?? []).map((id) => ({ entry: "coverage", message: `no part ${id}` })),
    ]),
    ...protocol.rules.flatMap((rule) => {
      const named = "when" in rule ? (rule.remove ?? []) : rule.positive;
      return [
        ...("when" in rule ? checkGate(protocol, rule.when, all) : []),
        ...named.filter((id) => !protocol.byId.has(id)).map((id) => `there is no category "${id}"`),
        ...("when" in rule ? ringOf(protocol, rule.when, named) : []),
      ].map((message) => ({ entry: rule.id, message }));
    }),
    ...protocol.caption.first
      .filter((id) => !protocol.groupById.has(id))
      .map((id) => ({ entry: "caption", message: `first names no group "${id}"` })),
    ...Object.entries(protocol.caption.phrases).flatMap(([id, phrases]) => [
      ...unknownOptions(protocol, id, Object.keys(phrases)).map((message) => ({ entry: "caption", message })),
      ...(protocol.byId.get(id)?.options ?? [])
        .filter((option) => !(option in phrases))
        .map((option) => ({ entry: "caption", message: `${id} has no phrase for "${option}"` })),
    ]),
  ];
}

/** Reasons why `gate` cannot stand before category number `before` (0-based): it may look only at earlier ones. */
function checkGate(protocol: Protocol, gate: Gate, before: number, within: readonly string[] = []): string[] {
  if (gate === "always") return [];
  if ("all" in gate) return gate.all.flatMap((inner) => checkGate(protocol, inner, before, within));
  if ("any" in gate) return gate.any.flatMap((inner) => checkGate(protocol, inner, before, within));
  if ("no" in gate) return checkGate(protocol, gate.no, before, within);
  if ("parts" in gate)
    return unknownParts(protocol, gate.parts).map((id) => `its gate names part ${id}, which does not exist`);
  if ("hem" in gate) {
    return protocol.groups.some((group) => group.name === gate.hem) ? [] : [`its gate names no group "${gate.hem}"`];
  }
  if ("use" in gate) {
    const predicate = protocol.predicates[gate.use];
    if (!predicate) return [`predicates has no "${gate.use}"`];
    if (within.includes(gate.use)) return [`the predicate "${gate.use}" uses itself`];
    return checkGate(protocol, predicate, before, [...within, gate.use]);
  }
  if ("covered" in gate) {
    const known = protocol.coverage.some(({ category, area }) => category === gate.by && area === gate.covered);
    return [
      ...(known ? [] : [`coverage does not say what of "${gate.by}" covers ${gate.covered}`]),
      ...earlier(protocol, gate.by, before),
    ];
  }
  return [
    ...unknownOptions(protocol, gate.answer, "is" in gate ? gate.is : gate.not),
    ...earlier(protocol, gate.answer, before),
  ];
}

function earlier(protocol: Protocol, id: string, before: number): string[] {
  const index = protocol.byId.get(id)?.index ?? -1;
  return index < before
    ? []
    : [`its gate looks at "${id}", which comes later; a gate may look only at earlier categories`];
}

/** A rule that removes an answer must not depend, through gates, on what it removes. */
function ringOf(protocol: Protocol, when: Gate, removed: readonly string[]): string[] {
  const seen = new Set<string>();
  const visit = (gate: Gate): void => {
    for (const id of answersOf(protocol, gate)) {
      const category = protocol.byId.get(id);
      if (seen.has(id) || !category) continue;
      seen.add(id);
      visit(category.ask_when);
    }
  };
  visit(when);
  return removed.filter((id) => seen.has(id)).map((id) => `it removes "${id}", on which it depends`);
}

function answersOf(protocol: Protocol, gate: Gate): string[] {
  if (gate === "always" || "parts" in gate || "hem" in gate) return [];
  if ("all" in gate) return gate.all.flatMap((inner) => answersOf(protocol, inner));
  if ("any" in gate) return gate.any.flatMap((inner) => answersOf(protocol, inner));
  if ("no" in gate) return answersOf(protocol, gate.no);
  if ("use" in gate)
    return protocol.predicates[gate.use] ? answersOf(protocol, protocol.predicates[gate.use] as Gate) : [];
  return ["covered" in gate ? gate.by : gate.answer];
}

function unknownOptions(protocol: Protocol, id: string, options: readonly string[]): string[] {
  const category = protocol.byId.get(id);
  if (!category) return [`there is no category "${id}"`];
  return options
    .filter((option) => !category.options.includes(option))
    .map((option) => `${id} has no option "${option}"`);
}

function unknownParts(protocol: Protocol, ids: readonly number[]): number[] {
  return ids.filter((id) => id >= protocol.parsing.parts.length);
}

function groupOrder({ categories, groups }: Protocol): Finding[] {
  const place = new Map(groups.map((group, index) => [group.id, index]));
  return categories
    .filter(
      (category, index) => (place.get(category.group) ?? 0) < (place.get(categories[index - 1]?.group ?? "") ?? 0),
    )
    .map((category) => ({ entry: category.id, message: "categories must stand in the order of their groups" }));
}

function repeated(items: readonly string[]): string[] {
  return [...new Set(items.filter((item, index) => items.indexOf(item) !== index))];
}

function tally(items: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[item] = (counts[item] ?? 0) + 1;
  return counts;
}

/** JSON with sorted keys, so that counts compare whatever order they were written in. */
function canon(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    inner && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
