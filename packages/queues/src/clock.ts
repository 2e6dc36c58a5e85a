import { isZone } from "@anyone/domain/evaluate/schedule";
import { getNextMillis } from "bullmq";

/**
 * Why a cron expression or its time zone is none, in words that follow a colon; undefined when the clock runs. Asked of
 * the library that will run it: nothing that it refuses later is taken here.
 */
export function whyNoClock(cron: string, zone: string): string | undefined {
  if (!isZone(zone)) return `"${zone}" is no time zone, for example UTC or Europe/Berlin`;
  try {
    if (getNextMillis(Date.now(), { pattern: cron, tz: zone }) !== undefined) return undefined;
  } catch (error) {
    return `"${cron}" is no cron expression (${error instanceof Error ? error.message : String(error)})`;
  }
  return `"${cron}" never comes`;
}
