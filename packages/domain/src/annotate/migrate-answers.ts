import { GIVER, NOT_ASKED, unpackAll } from "./answer.ts";
import type { Comparison } from "./compare-protocols.ts";
import { standings } from "./gates.ts";
import type { Category, Protocol } from "./protocol.ts";

/** The packed answers of one asset: arrays by category index; confidence in per mille. */
export interface Packed {
  value: readonly number[];
  confidence: readonly number[];
  giver: readonly number[];
}

/** One category that both versions have: what becomes of its packed answers, and whether its evidence stands. */
export interface Move {
  from: Category;
  to: Category;
  stands: boolean;
  /** A packed answer under the new option list; a lost second option leaves the main one, a lost main one nothing. */
  repack(packed: number): number;
}

/** What becomes of each category's answers, by the rules of `compareProtocols`. */
export function movesOf(older: Protocol, newer: Protocol, { changes }: Comparison): Move[] {
  return changes.flatMap(({ before, after, voids, mapped }) => {
    const from = before === null ? undefined : older.byId.get(before);
    const to = after === null ? undefined : newer.byId.get(after);
    if (!from || !to) return [];
    const table = optionTable(from, to, mapped);
    return [{ from, to, stands: voids.length === 0, repack: (packed: number) => repacked(from, to, table, packed) }];
  });
}

/**
 * How the packed answers of one version become another's, by the rules of `compareProtocols`. What a person gave stays a
 * person's only where the evidence stands; elsewhere it counts as the labeller's, so that it can be asked again. Answers
 * whose question is not asked any more, given the others, are left out: no child without its parent.
 */
export function migration(older: Protocol, newer: Protocol, comparison: Comparison): (answers: Packed) => Packed {
  const moves = movesOf(older, newer, comparison);
  return ({ value, confidence, giver }) => {
    const next = {
      value: newer.categories.map(() => NOT_ASKED),
      confidence: newer.categories.map(() => 0),
      giver: newer.categories.map((): number => GIVER.nobody),
    };
    for (const { from, to, stands, repack } of moves) {
      const packed = repack(value[from.index] ?? NOT_ASKED);
      if (packed === NOT_ASKED) continue;
      next.value[to.index] = packed;
      next.confidence[to.index] = confidence[from.index] ?? 0;
      const by = giver[from.index] ?? GIVER.nobody;
      next.giver[to.index] = by === GIVER.person && !stands ? GIVER.model : by;
    }
    // leaving one out may take the ground from its children: as often as anything is left out, at most once per category
    for (let orphans = orphansOf(newer, next.value); orphans.length > 0; orphans = orphansOf(newer, next.value)) {
      for (const index of orphans) {
        next.value[index] = NOT_ASKED;
        next.confidence[index] = 0;
        next.giver[index] = GIVER.nobody;
      }
    }
    return next;
  };
}

/** Places of answers to questions that are not asked, or not yet: their gate's own answer is missing. */
function orphansOf(protocol: Protocol, value: readonly number[]): number[] {
  const standing = standings(protocol, unpackAll(protocol, value), null);
  return value.flatMap((packed, index) => (packed !== NOT_ASKED && standing[index] !== "open" ? [index] : []));
}

/** Old option index → new one, −1 where the option is gone. */
function optionTable(from: Category, to: Category, mapped: readonly { from: string; to: string }[]): number[] {
  const becomes = new Map(mapped.map((pair) => [pair.from, pair.to]));
  return from.options.map((option) => to.options.indexOf(becomes.get(option) ?? option));
}

function repacked(from: Category, to: Category, table: readonly number[], packed: number): number {
  if (packed < 0) return packed;
  const two = from.arity === "two";
  const main = table[two ? packed % SECOND : packed] ?? -1;
  if (main < 0) return NOT_ASKED;
  const second = two && packed >= SECOND ? (table[Math.floor(packed / SECOND) - 1] ?? -1) : -1;
  return to.arity === "two" && second >= 0 && second !== main ? main + SECOND * (second + 1) : main;
}

const SECOND = 256;
