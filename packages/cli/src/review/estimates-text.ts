import type { PoolEstimate } from "@anyone/contracts/review";
import { unpack } from "@anyone/domain/annotate/answer";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { ACCURACY } from "@anyone/domain/review/pool-estimate";
import { table } from "../output.ts";

/** The pool's accuracy per question, and with `shares` how common each option is. */
export function estimatesText(
  iteration: number,
  estimates: readonly PoolEstimate[],
  { protocol, shares }: { protocol: Protocol; shares: boolean },
): string {
  const shown = estimates.filter(({ option }) => (option === ACCURACY) !== shares);
  if (shown.length === 0)
    return `Nothing was estimated in iteration ${iteration} yet: the pool is estimated when it closes.`;
  return table([
    [
      "question",
      ...(shares ? ["option"] : []),
      shares ? "share" : "right",
      "95 % interval",
      "people alone",
      "labels",
      "worth",
      "pool",
    ],
    ...shown.map((one) => {
      const category = protocol.categories[one.category - 1];
      const option = category && shares ? [unpack(category, one.option)?.value ?? String(one.option)] : [];
      return [
        category?.id ?? String(one.category),
        ...option,
        percent(one.estimate),
        `${percent(one.low)} to ${percent(one.high)}`,
        percent(one.classic),
        one.n,
        Math.round(one.effective),
        one.pool,
      ];
    }),
  ]);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
