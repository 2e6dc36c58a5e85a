import { z } from "zod";

/** What opens the next turn of the wheel by itself. */
export const Schedule = z.discriminatedUnion("kind", [
  z.object({
    id: z.string().min(1).max(60),
    kind: z.literal("cron"),
    /** Five fields: minute, hour, day of month, month, day of week. */
    cron: z.string().regex(/^\S+(\s+\S+){4}$/, "five fields, for example `0 3 * * 1`"),
    zone: z.string().default("UTC"),
    enabled: z.boolean(),
  }),
  z.object({
    id: z.string().min(1).max(60),
    kind: z.literal("growth"),
    /** Assets admitted since the last dataset version or since it fired, whichever is later; before both, ever. */
    growth: z.number().int().min(1),
    enabled: z.boolean(),
  }),
]);
export type Schedule = z.infer<typeof Schedule>;

/** What every installation starts with: weekly by the clock, and on a fifth more of a small pool. */
export const DEFAULT_SCHEDULES: readonly Schedule[] = [
  { id: "weekly", kind: "cron", cron: "0 3 * * 1", zone: "UTC", enabled: false },
  { id: "pool-growth", kind: "growth", growth: 1000, enabled: true },
];

/** Whether the pool has grown enough, and the sentence for the event. */
export function growthSays(growth: number, admittedSince: number): { fires: boolean; why: string } {
  return { fires: admittedSince >= growth, why: `${admittedSince} new assets, the trigger is ${growth}` };
}

/** Whether a name is one of the IANA time zones. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
