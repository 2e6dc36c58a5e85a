import type { Estimate } from "@anyone/contracts/people";
import { percent } from "../../format.ts";

/** A share with its 95 % interval as a bar; the title says on how much it rests. */
export function EstimateBar({ of }: { of: Estimate | null }) {
  if (!of) return <span className="text-faint">–</span>;
  const place = (share: number) => `${100 * Math.min(1, Math.max(0, share))}%`;
  return (
    <span
      className="inline-flex items-center gap-2"
      title={`${percent(of.low)} to ${percent(of.high)}, from ${of.n} answers`}
    >
      <span className="relative h-2 w-20 rounded-sm bg-sunk">
        <span
          className="absolute inset-y-0 rounded-sm bg-accent opacity-40"
          style={{ left: place(of.low), right: `calc(100% - ${place(of.high)})` }}
        />
        <span className="absolute -inset-y-0.5 w-0.5 bg-ink" style={{ left: place(of.value) }} />
      </span>
      <span className="w-12 text-right">{percent(of.value, 0)}</span>
    </span>
  );
}
