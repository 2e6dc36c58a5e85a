import type { Stage } from "@anyone/domain/flywheel";

/** Where a stage's work goes: on to the next; to and fro between annotate and review; round again from evaluate. */
const PATHS = {
  on: "M2 8h11M9 4l4 4-4 4",
  both: "M3 5.5h10M10 2.5l3 3-3 3M13 10.5H3M6 7.5l-3 3 3 3",
  round: "M13 8a5 5 0 1 1-1.5-3.6M12 1.5v3.2H8.8",
} as const;

export function Onward({ from }: { from: Stage }) {
  const path = from === "evaluate" ? PATHS.round : from === "annotate" ? PATHS.both : PATHS.on;
  return (
    <svg viewBox="0 0 16 16" className="size-4 text-faint" aria-hidden="true">
      <path d={path} fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
