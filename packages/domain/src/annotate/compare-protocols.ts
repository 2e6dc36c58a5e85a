import { fault } from "../fault.ts";
import type { Category, Gate, Migration, Protocol } from "./protocol.ts";

/** Why what people showed about a category does not carry over: their answers were to another question. */
export const VOIDS = ["wording", "options", "arity", "gate"] as const;
export type Void = (typeof VOIDS)[number];

/** What becomes of one category from one version to another. `before` is null for a new one, `after` for a removed one. */
export interface CategoryChange {
  before: string | null;
  after: string | null;
  /** Empty for an unchanged category: its evidence stands. */
  voids: Void[];
  /** Options that are new. */
  added: string[];
  /** Options whose answers become another option's, by the newer file's `migrations`. */
  mapped: { from: string; to: string }[];
  /** Options that are gone: their answers become unanswered. */
  lost: string[];
}

/** How answers under one version become answers under another. */
export interface Comparison {
  from: string;
  to: string;
  changes: CategoryChange[];
  /** Numbers (from 1) in the newer version of categories whose evidence stands, with their numbers in the older one. */
  kept: { before: number; after: number }[];
  /** What the change asks of the version number: patch where no question changes. */
  step: "major" | "minor" | "patch";
}

/**
 * Compares two versions. The rules:
 *
 * 1. A category is followed by its id, or by the newer file's `migrations` entry for the older version.
 * 2. An answer stands where its option's text stands in both, becomes the option that `migrations` names, and is gone
 *    otherwise. What is not visible stays so.
 * 3. Evidence — what people answered to measure and to learn from, and that a category is settled — stands only where
 *    the wording, the options, how many may be chosen, and the gate are the same. A gate is compared with its predicates
 *    and what covers what spelt out: asked about other pictures, it is another question.
 * 4. A new answer token or wording is a minor step, a new, removed or re-gated category a major one.
 *
 * @throws Fault `bad-protocol` when `migrations` names a category or option that is not there.
 */
export function compareProtocols(older: Protocol, newer: Protocol): Comparison {
  const migration = newer.migrations?.find(({ from }) => from === older.version);
  if (migration) checkMigration(older, newer, migration);
  const sameName = older.protocol === newer.protocol;
  const renamed = new Map(Object.entries(migration?.categories ?? {}));
  const followed = new Map<string, Category>();
  for (const category of sameName ? older.categories : []) {
    const id = renamed.get(category.id) ?? category.id;
    const after = newer.byId.get(id);
    if (after) followed.set(id, category);
  }
  const changes = [
    ...newer.categories.map((after) => {
      const before = followed.get(after.id);
      if (!before) return { before: null, after: after.id, voids: [], added: [...after.options], mapped: [], lost: [] };
      const texts = migration?.options?.[after.id] ?? {};
      return compareCategories({ older, newer, before, after, texts });
    }),
    ...older.categories
      .filter((category) => ![...followed.values()].includes(category))
      .map(({ id, options }) => ({ before: id, after: null, voids: [], added: [], mapped: [], lost: [...options] })),
  ];
  const kept = changes.flatMap(({ before, after, voids }) =>
    before !== null && after !== null && voids.length === 0
      ? [{ before: older.byId.get(before)?.n ?? 0, after: newer.byId.get(after)?.n ?? 0 }]
      : [],
  );
  return { from: older.identity, to: newer.identity, changes, kept, step: stepOf(changes) };
}

/**
 * The sentence that says why the newer version's number is too low for what it changes, or null where it is not.
 * Versions of different protocols are not compared.
 */
export function versionTooLow(older: Protocol, newer: Protocol): string | null {
  if (older.protocol !== newer.protocol || older.version === newer.version) return null;
  const [a, b] = [older.version, newer.version].map((version) => version.split(".").map(Number));
  const [major = 0, minor = 0, patch = 0] = a ?? [];
  const { step, changes } = compareProtocols(older, newer);
  const needed = { major: [major + 1, 0, 0], minor: [major, minor + 1, 0], patch: [major, minor, patch + 1] }[step];
  if (!isBelow(b ?? [], needed)) return null;
  const worst = changes.find((change) => stepOf([change]) === step);
  const why =
    step === "patch"
      ? "a later version needs a higher number"
      : `${worst?.after ?? worst?.before} ${worst?.after === null ? "is removed" : worst?.before === null ? "is new" : `has another ${worst?.voids.join(" and ") || "name"}`}`;
  return `${newer.identity} follows ${older.identity} and must be at least ${needed.join(".")}: ${why}`;
}

function compareCategories({
  older,
  newer,
  before,
  after,
  texts,
}: {
  older: Protocol;
  newer: Protocol;
  before: Category;
  after: Category;
  texts: Readonly<Record<string, string>>;
}): CategoryChange {
  const mapped = Object.entries(texts).map(([from, to]) => ({ from, to }));
  const wording = before.question !== after.question || before.existence !== after.existence;
  const options =
    JSON.stringify([...before.options].sort()) !== JSON.stringify([...after.options].sort()) ||
    before.absent !== after.absent ||
    mapped.length > 0;
  const arity = before.arity !== after.arity || before.max_words !== after.max_words;
  const gate =
    gateText(older, before.ask_when) !== gateText(newer, after.ask_when) ||
    removers(older, before) !== removers(newer, after);
  const voids: Void[] = [
    ...(wording ? (["wording"] as const) : []),
    ...(options ? (["options"] as const) : []),
    ...(arity ? (["arity"] as const) : []),
    ...(gate ? (["gate"] as const) : []),
  ];
  return {
    before: before.id,
    after: after.id,
    voids,
    added: after.options.filter((option) => !before.options.includes(option)),
    mapped,
    lost: before.options.filter((option) => !after.options.includes(option) && !(option in texts)),
  };
}

/** A gate as text, with everything it names spelt out, so that only what it means is compared. */
function gateText(protocol: Protocol, gate: Gate): string {
  const parts = (ids: readonly number[]) =>
    ids
      .map((id) => protocol.parsing.parts[id] ?? "")
      .sort()
      .join(",");
  if (gate === "always") return "always";
  if ("all" in gate) return `all(${gate.all.map((inner) => gateText(protocol, inner)).sort()})`;
  if ("any" in gate) return `any(${gate.any.map((inner) => gateText(protocol, inner)).sort()})`;
  if ("no" in gate) return `no(${gateText(protocol, gate.no)})`;
  if ("use" in gate) return gateText(protocol, protocol.predicates[gate.use] ?? "always");
  if ("parts" in gate) return `parts(${parts(gate.parts)} >= ${protocol.parsing.visible_share})`;
  if ("hem" in gate) {
    const mask = protocol.groups.find(({ name }) => name === gate.hem)?.mask ?? [];
    return `hem(${mask === "foreground" ? mask : parts(mask)})`;
  }
  if ("covered" in gate) {
    const entries = protocol.coverage
      .filter(({ category, area }) => category === gate.by && area === gate.covered)
      .map(({ options, unless_parts = [] }) => `${[...options].sort()} unless ${parts(unless_parts)}`);
    return `covered(${gate.by}: ${entries.sort().join("; ")})`;
  }
  return "is" in gate ? `${gate.answer} is ${[...gate.is].sort()}` : `${gate.answer} not ${[...gate.not].sort()}`;
}

/** The rules that take a category away, as text: they close it like a gate. */
function removers(protocol: Protocol, { id }: Category): string {
  return protocol.rules
    .flatMap((rule) => ("when" in rule && rule.remove?.includes(id) ? [gateText(protocol, rule.when)] : []))
    .sort()
    .join(" or ");
}

function stepOf(changes: readonly CategoryChange[]): Comparison["step"] {
  const major = changes.some(
    ({ before, after, voids }) =>
      before === null || after === null || before !== after || voids.includes("gate") || voids.includes("arity"),
  );
  if (major) return "major";
  return changes.some(({ voids }) => voids.length > 0) ? "minor" : "patch";
}

function checkMigration(older: Protocol, newer: Protocol, { from, categories = {}, options = {} }: Migration): void {
  const wrong = [
    ...Object.entries(categories).flatMap(([before, after]) => [
      ...(older.byId.has(before) ? [] : [`${older.identity} has no category "${before}"`]),
      ...(newer.byId.has(after) ? [] : [`${newer.identity} has no category "${after}"`]),
    ]),
    ...Object.entries(options).flatMap(([id, texts]) => {
      const after = newer.byId.get(id);
      if (!after) return [`${newer.identity} has no category "${id}"`];
      const was = Object.entries(categories).find(([, to]) => to === id)?.[0] ?? id;
      const before = older.byId.get(was);
      return Object.entries(texts).flatMap(([text, becomes]) => [
        ...(before?.options.includes(text) ? [] : [`${was} of ${older.identity} has no option "${text}"`]),
        ...(after.options.includes(becomes) ? [] : [`${id} of ${newer.identity} has no option "${becomes}"`]),
      ]);
    }),
  ];
  if (wrong.length === 0) return;
  throw fault(
    "bad-protocol",
    `The migration from ${from} of ${newer.identity} cannot be followed: ${wrong.join("; ")}.`,
    {
      hint: "Correct the file's migrations.",
    },
  );
}

function isBelow(version: readonly number[], needed: readonly number[]): boolean {
  const at = needed.findIndex((number, place) => (version[place] ?? 0) !== number);
  return at >= 0 && (version[at] ?? 0) < (needed[at] ?? 0);
}
