import type { StageView } from "@anyone/contracts/system";
import { Link } from "@tanstack/react-router";
import { Sparkline } from "../../components/sparkline.tsx";
import { compact, count, duration } from "../../format.ts";
import { Onward } from "./onward.tsx";

/** One stage: its pace, its queue, its rows, and why items did not get through. */
export function StageColumn({ view }: { view: StageView }) {
  const { tasks } = view;
  const late = tasks.oldestReadySeconds > 60;
  const most = Math.max(1, ...view.reasons.map((reason) => reason.count));

  return (
    <article className="flex min-w-0 flex-col gap-3 bg-panel p-3" aria-label={view.stage}>
      <header className="flex items-center justify-between">
        <Link to={`/${view.stage}`} className="font-semibold hover:text-accent">
          {view.stage}
        </Link>
        <Onward from={view.stage} />
      </header>

      <div>
        <div className="flex items-baseline gap-1.5">
          <span className="text-xl font-semibold tracking-tight">{compact(view.lastHour)}</span>
          <span className="text-xs text-faint">last hour</span>
        </div>
        <div className="truncate text-xs text-dim">{view.unit}</div>
        <Sparkline of={view.stage} value={view.lastMinute} />
        <div className="text-xs text-dim">{compact(view.lastMinute)} in the last minute</div>
      </div>

      <dl
        className="grid grid-cols-[1fr_auto] gap-x-2 gap-y-0.5 border-t border-line pt-2 text-xs"
        title="chunks of work"
      >
        <Line name="tasks waiting" value={compact(tasks.ready)} />
        <Line name="in work" value={compact(tasks.leased)} tone={tasks.leased > 0 ? "text-accent" : undefined} />
        <Line name="done" value={compact(tasks.done)} />
        <Line name="dead" value={compact(tasks.dead)} tone={tasks.dead > 0 ? "text-bad" : undefined} />
        <Line
          name="oldest waits"
          value={tasks.ready > 0 ? duration(tasks.oldestReadySeconds) : "–"}
          tone={late ? "text-warn" : undefined}
        />
      </dl>

      <dl className="grid grid-cols-[1fr_auto] gap-x-2 gap-y-0.5 border-t border-line pt-2 text-xs">
        {view.counts.map((row) => (
          <Line key={row.name} name={row.name} value={compact(row.count)} />
        ))}
      </dl>

      {view.reasons.length > 0 && (
        <ul className="flex flex-col gap-1 border-t border-line pt-2 text-xs">
          {view.reasons.slice(0, 7).map((reason) => (
            <li key={reason.reason}>
              <div className="flex justify-between gap-2">
                <span className="truncate" title={reason.reason}>
                  {reason.reason}
                </span>
                <span className="text-dim">{count(reason.count)}</span>
              </div>
              <div className="h-1 rounded-sm bg-sunk">
                <div
                  className="h-full rounded-sm bg-warn opacity-70"
                  style={{ width: `${(reason.count / most) * 100}%` }}
                />
              </div>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

function Line({ name, value, tone }: { name: string; value: string; tone?: string | undefined }) {
  return (
    <>
      <dt className="truncate text-faint">{name}</dt>
      <dd className={`text-right font-medium ${tone ?? ""}`}>{value}</dd>
    </>
  );
}
