import { type Finding, nearest, type Path, repeated } from "./finding.ts";
import { answersOf, checkGate, checkOptions } from "./gate-checks.ts";
import type { Category, Gate, Group, Protocol, Rule } from "./protocol.ts";

/** Words that mean the same in every category and so can be no option. */
const RESERVED = new Set(["not_visible", "unsure", "other"]);
/** Packed two-option answers are main + 256 · (second + 1) in a signed 16-bit number. */
const MOST_OPTIONS = { one: 32_767, two: 127, open: 32_767 };

/**
 * Every check a protocol must pass before anything uses it: identity, counts against the file's own `expect`, options,
 * gates that look only backwards, parts, groups and masks, captions, rules. Pure; returns all findings, not the first,
 * each with the path of the very word it is about.
 */
export function checkProtocol(protocol: Protocol): Finding[] {
  return [
    ...checkCounts(protocol),
    ...checkParts(protocol),
    ...protocol.groups.flatMap((group, place) => checkGroup(protocol, group, ["groups", place])),
    ...protocol.categories.flatMap((category) => checkCategory(protocol, category)),
    ...checkPredicates(protocol),
    ...protocol.rules.flatMap((rule, place) => checkRule(protocol, rule, ["rules", place])),
    ...checkCaption(protocol),
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
  return [
    ...Object.entries(expected)
      .filter(([what, want]) => canon(found[what as keyof typeof found]) !== canon(want))
      .map(([what, want]) => ({
        path: ["expect", what],
        entry: "expect",
        message: `${what} should be ${canon(want)}, the file has ${canon(found[what as keyof typeof found])}`,
      })),
    ...repeated(categories.map(({ id }) => id)).map((id) => ({
      path: ["categories", categories.findLastIndex((category) => category.id === id), "id"],
      entry: id,
      message: "this category stands twice",
    })),
    ...repeated(groups.flatMap(({ id, name }) => (id === name ? [id] : [id, name]))).map((id) => ({
      path: ["groups", groups.findLastIndex((group) => group.id === id || group.name === id)],
      entry: id,
      message: "this group id or name stands twice",
    })),
    ...groupOrder(protocol),
  ];
}

function checkParts({ parsing, categories }: Protocol): Finding[] {
  const evidence = new Set(categories.flatMap((category) => category.parts));
  const [first, last] = parsing.foreground;
  const inRange = first <= last && last < parsing.parts.length;
  const outside = parsing.background < first || parsing.background > last;
  return [
    ...parsing.parts.flatMap((name, id) =>
      evidence.has(id)
        ? []
        : [{ path: ["parsing", "parts", id], entry: name, message: `no category names part ${id} as evidence` }],
    ),
    ...(inRange && outside && parsing.background < parsing.parts.length
      ? []
      : [
          {
            path: ["parsing", "foreground"],
            entry: "parsing",
            message: "foreground must be a range of part ids that leaves out the background",
          },
        ]),
  ];
}

function checkGroup(protocol: Protocol, group: Group, path: Path): Finding[] {
  const say = (message: string, ...rest: Path): Finding => ({ path: [...path, ...rest], entry: group.id, message });
  const { mask, mask_else = [], noun } = group;
  const masked = mask === "foreground" || mask.length > 0;
  const lost = (ids: readonly number[], field: string) =>
    ids.flatMap((id, n) =>
      id < protocol.parsing.parts.length
        ? []
        : [say(`mask part ${id} is no part of ${protocol.parsing.label_set}`, field, n)],
    );
  return [
    ...lost(mask === "foreground" ? [] : mask, "mask"),
    ...lost(mask_else, "mask_else"),
    ...(masked === (group.set === "C_other")
      ? [say("a group of C_other has no mask, every other group has one", "mask")]
      : []),
    ...(noun && "category" in noun && protocol.byId.get(noun.category)?.group !== group.id
      ? [say(`its noun "${noun.category}" is no category of this group`, "noun", "category")]
      : []),
    ...(protocol.categories.some((category) => category.group === group.id) ? [] : [say("no category belongs to it")]),
  ];
}

function checkCategory(protocol: Protocol, category: Category): Finding[] {
  const path: Path = ["categories", category.index];
  const say = (message: string, rest: Path = [], hint?: string): Finding => ({
    path: [...path, ...rest],
    entry: category.id,
    message,
    hint,
  });
  const { options, absent, arity } = category;
  const group = protocol.groupById.get(category.group);
  return [
    ...(category.n === category.index + 1
      ? []
      : [say(`n is ${category.n}, its place in the file is ${category.index + 1}`, ["n"])]),
    ...(group
      ? []
      : [
          say(
            `there is no group "${category.group}"`,
            ["group"],
            nearest(category.group, [...protocol.groupById.keys()]),
          ),
        ]),
    ...(group && !category.id.startsWith(`${group.name}.`)
      ? [say(`its id should begin with "${group.name}."`, ["id"])]
      : []),
    ...category.parts.flatMap((id, n) =>
      id < protocol.parsing.parts.length
        ? []
        : [say(`part ${id} is no part of ${protocol.parsing.label_set}`, ["parts", n])],
    ),
    // none at all: the list it names is not there, which is told where the list is looked up
    ...(options.length === 1 ? [say("it needs at least two options", ["options"])] : []),
    ...(options.length > MOST_OPTIONS[arity]
      ? [say(`at most ${MOST_OPTIONS[arity]} options can be stored`, ["options"])]
      : []),
    ...repeated(options).map((option) =>
      say(`the option "${option}" stands twice`, ["options", options.lastIndexOf(option)]),
    ),
    ...options.flatMap((option, n) =>
      RESERVED.has(option) || option.startsWith("other:")
        ? [say(`"${option}" is legal in every category and can be no option`, ["options", n])]
        : [],
    ),
    ...(absent === undefined || options.includes(absent)
      ? []
      : [say(`absent "${absent}" is none of its options`, ["absent"], nearest(absent, options))]),
    ...((arity === "open") === (category.max_words !== undefined)
      ? []
      : [say("max_words goes with arity open, and arity open with max_words", ["arity"])]),
    ...options.flatMap((option, n) =>
      category.max_words && option.split(" ").length > category.max_words
        ? [say(`the usual phrase "${option}" has more than ${category.max_words} words`, ["options", n])]
        : [],
    ),
    ...checkGate(protocol, category.ask_when, {
      path: [...path, "ask_when"],
      entry: category.id,
      before: category.index,
    }),
  ];
}

function checkPredicates(protocol: Protocol): Finding[] {
  const before = protocol.categories.length;
  return [
    ...Object.entries(protocol.predicates).flatMap(([name, gate]) =>
      checkGate(protocol, gate, { path: ["predicates", name], entry: name, before }, [name]),
    ),
    ...protocol.coverage.flatMap(({ category, options, unless_parts = [] }, place) => [
      ...checkOptions(protocol, category, options, {
        entry: "coverage",
        name: ["coverage", place, "category"],
        options: ["coverage", place, "options"],
      }),
      ...unless_parts.flatMap((id, n) =>
        id < protocol.parsing.parts.length
          ? []
          : [{ path: ["coverage", place, "unless_parts", n], entry: "coverage", message: `there is no part ${id}` }],
      ),
    ]),
  ];
}

function checkRule(protocol: Protocol, rule: Rule, path: Path): Finding[] {
  const entry = rule.id;
  const list = "when" in rule ? "remove" : "positive";
  const named = "when" in rule ? (rule.remove ?? []) : rule.positive;
  const before = protocol.categories.length;
  const ring = "when" in rule ? dependsOn(protocol, rule.when) : new Set<string>();
  return [
    ...("when" in rule ? checkGate(protocol, rule.when, { path: [...path, "when"], entry, before }) : []),
    ...named.flatMap((id, n) =>
      protocol.byId.has(id)
        ? []
        : [
            {
              path: [...path, list, n],
              entry,
              message: `there is no category "${id}"`,
              hint: nearest(id, [...protocol.byId.keys()]),
            },
          ],
    ),
    // a rule that removes an answer must not depend, through gates, on what it removes
    ...named.flatMap((id, n) =>
      ring.has(id) ? [{ path: [...path, list, n], entry, message: `it removes "${id}", on which it depends` }] : [],
    ),
  ];
}

function checkCaption({ caption, ...protocol }: Protocol): Finding[] {
  const whole = { ...protocol, caption };
  const entry = "caption";
  return [
    ...caption.first.flatMap((id, n) =>
      protocol.groupById.has(id)
        ? []
        : [
            {
              path: ["caption", "first", n],
              entry,
              message: `first names no group "${id}"`,
              hint: nearest(id, [...protocol.groupById.keys()]),
            },
          ],
    ),
    ...Object.entries(caption.phrases).flatMap(([id, phrases]) => {
      const path: Path = ["caption", "phrases", id];
      return [
        ...checkOptions(whole, id, Object.keys(phrases), { entry, name: path, options: path, byKey: true }),
        ...(protocol.byId.get(id)?.options ?? [])
          .filter((option) => !(option in phrases))
          .map((option) => ({ path, entry, message: `${id} has no phrase for "${option}"` })),
      ];
    }),
  ];
}

function dependsOn(protocol: Protocol, when: Gate): Set<string> {
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
  return seen;
}

/** Categories stand in the order of their groups, so that packed answers read as the caption does; a pack's stand at the end. */
function groupOrder({ categories, groups }: Protocol): Finding[] {
  const place = new Map(groups.map((group, index) => [group.id, index]));
  const own = categories.filter(({ pack }) => !pack);
  const late = categories.findIndex(({ pack }, index) => !pack && categories[index - 1]?.pack);
  return [
    ...own
      .filter((category, index) => (place.get(category.group) ?? 0) < (place.get(own[index - 1]?.group ?? "") ?? 0))
      .map((category) => ({
        path: ["categories", category.index, "group"],
        entry: category.id,
        message: "categories must stand in the order of their groups",
      })),
    ...(late < 0
      ? []
      : [
          {
            path: ["categories", late, "id"],
            entry: categories[late]?.id ?? "",
            message: "categories of a pack stand after all others, so that the others keep their numbers",
          },
        ]),
  ];
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
