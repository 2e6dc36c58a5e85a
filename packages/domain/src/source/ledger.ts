import type { Evidence, Heard, Stance } from "./consent.ts";

/** One row of the ledger. Without a value nothing stands at that place any more. */
export type LedgerRow = Omit<Evidence, "value"> & { value: string | null };

/** The most that one place says by one signal, strongest first. */
const STRENGTH: readonly Stance[] = ["reserves", "generated", "allows", "silent"];

/**
 * What a reading adds to a ledger: a row for each signal that is new or says something else than before, and one without a value for each that
 * a place said before and says no longer. A place that was not asked keeps what it said; so does every place when the reading broke off (not
 * `whole`), since what was not reached may still stand. What has not changed adds nothing.
 * @param standing the latest row of each signal and place
 */
export function rowsToAdd(standing: readonly LedgerRow[], heard: Heard, { whole }: { whole: boolean }): LedgerRow[] {
  const before = new Map(standing.map((row) => [keyOf(row), row]));
  const now = new Map(rowsOf(heard.evidence).map((row) => [keyOf(row), row]));
  const said = [...now].flatMap(([key, row]) => {
    const old = before.get(key);
    return old?.value === row.value && old.stance === row.stance ? [] : [row];
  });
  const fellSilent = standing.filter(
    (row) => whole && row.value !== null && heard.asked.includes(row.place) && !now.has(keyOf(row)),
  );
  return [...said, ...fellSilent.map((row) => ({ ...row, stance: "silent" as const, value: null }))];
}

/**
 * Evidence as rows: one for each signal at each place. That robots.txt allows a fetch is what nearly every host says: being asked and having
 * no row means it.
 */
export function rowsOf(evidence: readonly Evidence[]): LedgerRow[] {
  const telling = evidence.filter(({ signal, stance }) => signal !== "robots" || stance !== "silent");
  return [...Map.groupBy(telling, keyOf).values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const stance = STRENGTH.find((one) => group.some((row) => row.stance === one)) ?? "silent";
    // What decides stands first, should the rest be cut off.
    const sorted = [...group].sort((a, b) => STRENGTH.indexOf(a.stance) - STRENGTH.indexOf(b.stance));
    return [{ ...first, stance, value: [...new Set(sorted.map(({ value }) => value))].join("; ").slice(0, LONGEST) }];
  });
}

/** Characters of one row's value, where several of a place are one. */
const LONGEST = 1000;

function keyOf({ signal, place, readFrom }: Pick<LedgerRow, "signal" | "place" | "readFrom">): string {
  return `${signal}\n${place}\n${readFrom}`;
}
