import { GIVER, NOT_ASKED, NOT_VISIBLE, packAll, UNSURE, unpackAll } from "../annotate/answer.ts";
import { prune } from "../annotate/gates.ts";
import type { Protocol } from "../annotate/protocol.ts";

/** Answers of one asset, packed in protocol order, each with who gave it and how sure (per mille) they were. */
export interface Settled {
  value: number[];
  giver: number[];
  confidence: number[];
  /** What stood after `other:`, by category id. */
  texts: Record<string, string>;
}

/** What people said about one asset, newest last; a later answer to the same question replaces an earlier one. */
export interface HumanSaid {
  category: number;
  value: number;
  text?: string | null;
}

/**
 * Settles the answers of one asset: a person's answer over the model's, save `unsure`, which decides nothing. What no
 * longer applies under the settled parents is forgotten, so a record never holds an orphan.
 */
export function settle(
  protocol: Protocol,
  model: { value: readonly number[]; confidence: readonly number[] } | null,
  human: readonly HumanSaid[],
): Settled {
  const value = protocol.categories.map(({ index }) => model?.value[index] ?? NOT_ASKED);
  const confidence = protocol.categories.map(({ index }) => model?.confidence[index] ?? 0);
  const giver = value.map((packed) => (packed === NOT_ASKED ? GIVER.nobody : GIVER.model) as number);
  const texts: Record<string, string> = {};
  for (const said of human) {
    const category = protocol.categories[said.category - 1];
    if (!category || said.value === UNSURE || said.value === NOT_ASKED) continue;
    value[category.index] = said.value;
    confidence[category.index] = 1000;
    giver[category.index] = GIVER.person;
    if (said.text) texts[category.id] = said.text;
    else delete texts[category.id];
  }
  // settled parents decide, whatever the part map hinted when the questions were asked
  const kept = packAll(protocol, prune(protocol, unpackAll(protocol, value, texts), null));
  return {
    value: kept,
    giver: giver.map((who, index) => (kept[index] === NOT_ASKED ? GIVER.nobody : who)),
    confidence: confidence.map((sure, index) => (kept[index] === NOT_ASKED ? 0 : sure)),
    texts: Object.fromEntries(
      Object.entries(texts).filter(([id]) => kept[protocol.byId.get(id)?.index ?? -1] !== NOT_ASKED),
    ),
  };
}

/** The settled answers without the perceived-appearance ones, for an export that leaves them out. */
export function withoutSensitive(protocol: Protocol, settled: Settled): Settled {
  const hide = (index: number) => protocol.categories[index]?.sensitive === true;
  return {
    value: settled.value.map((packed, index) => (hide(index) ? NOT_ASKED : packed)),
    giver: settled.giver.map((who, index) => (hide(index) ? GIVER.nobody : who)),
    confidence: settled.confidence.map((sure, index) => (hide(index) ? 0 : sure)),
    texts: Object.fromEntries(Object.entries(settled.texts).filter(([id]) => !protocol.byId.get(id)?.sensitive)),
  };
}

/** How many answers of a record say something: asked, seen, and not that the thing is absent. */
export function countAttributes(protocol: Protocol, settled: Settled): number {
  return protocol.categories.filter(({ index, options, absent }) => {
    const packed = settled.value[index] ?? NOT_ASKED;
    return packed !== NOT_ASKED && packed !== NOT_VISIBLE && options[packed] !== (absent ?? null);
  }).length;
}
