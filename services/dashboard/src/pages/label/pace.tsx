import { reviewApi } from "@anyone/contracts/review";
import { useApi } from "../../client.ts";
import { count } from "../../format.ts";
import type { DeskView } from "./open-desk.ts";
import { pending } from "./outbox.ts";

/** How much was answered, how fast, what still waits, and whether all of it is safe. */
export function Pace({ view }: { view: DeskView }) {
  const progress = useApi(reviewApi.progress, undefined, { every: 10_000 });
  const waiting = (progress.data?.open ?? 0) + (progress.data?.leased ?? 0);
  return (
    <dl className="flex flex-wrap items-center gap-x-4 gap-y-0.5 text-xs" data-testid="pace">
      <Figure name="a minute" value={view.perMinute === null ? "–" : String(Math.round(view.perMinute))} />
      <Figure name="now" value={count(view.answered)} />
      <Figure name="today" value={progress.data ? count(progress.data.mineToday) : "–"} />
      <Figure name="pages waiting" value={progress.data ? count(waiting) : "–"} />
    </dl>
  );
}

/** Whether every answer is with the server. */
export function Saving({ view }: { view: DeskView }) {
  const unsent = pending(view.outbox);
  const [tone, text] =
    unsent === 0
      ? (["text-good", "all saved"] as const)
      : view.away
        ? (["text-warn", `offline, ${count(unsent)} kept here`] as const)
        : (["text-dim", `saving ${count(unsent)}`] as const);
  return (
    <span className={`flex items-center gap-1.5 text-xs font-medium ${tone}`} role="status" data-testid="saving">
      <span className="size-2 rounded-full bg-current" aria-hidden />
      {text}
    </span>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex items-baseline gap-1.5">
      <dd className="text-sm font-semibold">{value}</dd>
      <dt className="text-dim">{name}</dt>
    </div>
  );
}
