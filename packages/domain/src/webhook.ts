/** What a webhook can be told of, and when. */
export const WEBHOOK_EVENTS = {
  "answer.saved": "a person's answers about one image were saved",
  "answers.imported": "a file of answers is imported",
  "category.graduated": "a category is over the bar",
  "drift.alarm": "a category that was over the bar is asked of people again",
  "iteration.closed": "an iteration is closed",
} as const;

export type WebhookEvent = keyof typeof WEBHOOK_EVENTS;
export const WEBHOOK_EVENT_NAMES = Object.keys(WEBHOOK_EVENTS) as [WebhookEvent, ...WebhookEvent[]];

/**
 * Seconds to wait after the first, second, … try that failed; after the last of them a message is dead. The schedule that
 * Standard Webhooks (section "Deliverability and reliability") gives as an example, a little more patient at its end.
 */
export const RETRY_SECONDS: readonly number[] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 18_000, 36_000];

/** Seconds until the next try after so many failed, or null when there is none; up to a fifth more, by `random` in [0, 1). */
export function retryAfter(failed: number, random: number, schedule: readonly number[] = RETRY_SECONDS): number | null {
  const seconds = schedule[failed - 1];
  return seconds === undefined ? null : seconds * (1 + random / 5);
}
