import { reviewSlots } from "@anyone/db/review-slots";
import { random } from "@anyone/domain/random";
import type { Sql } from "@anyone/domain/transaction";
import type { ReviewContext } from "./context.ts";

/** Counting stops here: which of two categories with thousands of open slots has more does not matter to anybody. */
const MOST = 1_000;
const FRESH_MS = 1_000;

interface Looked {
  at: number;
  open: Promise<{ category: number; open: number }[]>;
}

const lately = new WeakMap<Sql, Looked>();
const draw = random("open-categories");

/**
 * Categories with open slots, most first; those with a thousand or more in any order, so that many people who leave the
 * choice to us do not all crowd into one. Looked up once a second at most, unless it must be `fresh`.
 */
export async function openCategories({ db, protocols }: ReviewContext, { fresh = false } = {}): Promise<number[]> {
  const before = lately.get(db);
  const now = performance.now();
  const looked = before && !fresh && now - before.at < FRESH_MS ? before : { at: now, open: look() };
  if (looked !== before) {
    lately.set(db, looked);
    looked.open.catch(() => lately.delete(db));
  }
  return (await looked.open)
    .map((one) => ({ ...one, chance: one.open >= MOST ? draw() : 0 }))
    .sort((a, b) => b.open - a.open || b.chance - a.chance)
    .map(({ category }) => category);

  async function look() {
    return reviewSlots.openOnes(db, (await protocols.current()).categories.length, MOST);
  }
}
