import { reviewApi } from "@anyone/contracts/review";
import { useEffect, useRef, useState } from "react";
import { useApi } from "../../client.ts";
import { count } from "../../format.ts";
import type { Labelling } from "./use-labelling.ts";

/** A pause longer than this is a pause, not a slow answer. */
const WINDOW_MS = 120_000;

/** How much was answered, how fast, what still waits, and whether all of it is safe. */
export function Pace({ labelling }: { labelling: Labelling }) {
  const progress = useApi(reviewApi.progress, undefined, { every: 10_000 });
  const rate = useRate(labelling);
  const waiting = (progress.data?.open ?? 0) + (progress.data?.leased ?? 0);
  return (
    <dl className="flex items-center gap-5 text-xs" data-testid="pace">
      <Figure name="answers a minute" value={rate === null ? "–" : String(Math.round(rate))} />
      <Figure name="today" value={count(progress.data?.mineToday ?? 0)} />
      <Figure name="pages waiting" value={progress.data ? count(waiting) : "–"} />
      <Figure
        name={labelling.unsent === 0 ? "all saved" : labelling.unsent === 1 ? "page on its way" : "pages on their way"}
        value={labelling.unsent === 0 ? "" : String(labelling.unsent)}
      />
    </dl>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex items-baseline gap-1.5">
      <dd className="text-sm font-semibold">{value}</dd>
      <dt className="text-faint">{name}</dt>
    </div>
  );
}

/** Answers a minute over the last two minutes of work; null until there are enough to say. */
function useRate({ draft }: Labelling): number | null {
  const times = useRef<number[]>([]);
  const [rate, setRate] = useState<number | null>(null);
  const answered = draft ? `${draft.task.id} ${draft.given.length}` : null;
  const before = useRef({ id: "", length: 0 });

  useEffect(() => {
    if (answered === null) return;
    const [id = "", length = "0"] = answered.split(" ");
    const grown = id === before.current.id && Number(length) > before.current.length;
    before.current = { id, length: Number(length) };
    if (!grown) return;
    const now = performance.now();
    times.current = [...times.current, now].filter((time) => now - time < WINDOW_MS);
    const [first = now] = times.current;
    if (times.current.length > 4) setRate(((times.current.length - 1) / Math.max(1, now - first)) * 60_000);
  }, [answered]);

  return rate;
}
