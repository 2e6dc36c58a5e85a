import type { RejudgePlan, RejudgeProgress, Thresholds } from "@anyone/contracts/thresholds";
import { table } from "../output.ts";
import { spoken } from "./name-thresholds.ts";

/** The thresholds for a terminal: each with its unit, the filter's own, its bounds and since when it stands. */
export function thresholdsText({ version, hash, made_at, made_by, note, thresholds }: Thresholds): string {
  const made = made_at === null ? "the filter's own" : `by ${made_by}, ${made_at}${note ? `: ${note}` : ""}`;
  return [
    `thresholds ${version}, hash ${hash.slice(0, 12)}, ${made}`,
    "",
    table([
      ["threshold", "gate", "is", "unit", "filter's own", "from", "to", "since"],
      ...thresholds.map(({ name, gate, value, unit, default: own, low, high, since }) => [
        ...[spoken(name), gate, shown(value), unit, shown(own), String(low), String(high)],
        since ?? "always",
      ]),
    ]),
  ].join("\n");
}

/** What judging again would change. */
export function planText(plan: RejudgePlan): string {
  return [
    `${plan.judged} candidates would be judged again: ${plan.newly_kept} newly kept, ${plan.newly_dropped} newly dropped.`,
    ...notes(plan),
    ...(plan.by_gate.length > 0
      ? [
          "",
          changes(
            "gate",
            plan.by_gate.map(({ gate, ...rest }) => ({ name: gate, ...rest })),
          ),
        ]
      : []),
    ...(plan.by_source.length > 0
      ? [
          "",
          changes(
            "source",
            plan.by_source.map(({ source, ...rest }) => ({ name: source, ...rest })),
          ),
        ]
      : []),
    "",
    "Nothing is changed yet. Do it: anyone filter rejudge.",
  ].join("\n");
}

/** What a finished judging again did. */
export function rejudgedText(done: RejudgeProgress): string {
  return [
    `${done.judged} candidates were judged again under thresholds ${done.thresholds}: ${done.newly_kept} newly kept, ${done.newly_dropped} newly dropped.`,
    ...notes({ ...done, unmeasured: 0 }),
  ].join("\n");
}

function notes(counts: Pick<RejudgePlan, "to_measure" | "to_fetch" | "unmeasured">): string[] {
  const { to_measure, to_fetch, unmeasured } = counts;
  return [
    ...(to_measure > 0
      ? [`To be measured first, from their stored bytes: ${to_measure}. They may still be dropped.`]
      : []),
    ...(to_fetch > 0
      ? [`To be fetched again first, as their bytes were never stored: ${to_fetch}. They may still be dropped.`]
      : []),
    ...(unmeasured > 0 ? [`Kept, though a gate that is on has no score of them: ${unmeasured}.`] : []),
  ];
}

function changes(of: string, rows: readonly { name: string; newly_kept: number; newly_dropped: number }[]): string {
  return table([
    [of, "newly kept", "newly dropped"],
    ...rows.map(({ name, newly_kept, newly_dropped }) => [name, newly_kept, newly_dropped]),
  ]);
}

function shown(value: number | null): string {
  return value === null ? "off" : String(value);
}
