import { systemApi } from "@anyone/contracts/system";
import type { Stage } from "@anyone/domain/flywheel";
import { useApi } from "../../client.ts";
import { Empty } from "../../components/state.tsx";
import { ago, moment } from "../../format.ts";

/** What happened last, as sentences. */
export function EventList({ limit, stage, narrow = false }: { limit: number; stage?: Stage; narrow?: boolean }) {
  const events = useApi(systemApi.recentEvents, { query: { limit, ...(stage ? { stage } : {}) } }, { every: 3_000 });
  const rows = events.data?.items ?? [];
  if (rows.length === 0) return <Empty title="Nothing has happened yet" />;
  return (
    <ol>
      {rows.map((event) => (
        <li
          key={event.id}
          className={`grid gap-2 border-t border-line px-3.5 py-1.5 first:border-t-0 ${narrow ? "grid-cols-[84px_1fr]" : "grid-cols-[84px_76px_150px_1fr]"}`}
        >
          <time className="text-faint" dateTime={event.at} title={moment(event.at)}>
            {ago(event.at)}
          </time>
          {!narrow && <span className="text-dim">{event.stage}</span>}
          {!narrow && <span className="truncate text-dim">{event.kind}</span>}
          <span className="min-w-0 break-words">{event.text}</span>
        </li>
      ))}
    </ol>
  );
}
