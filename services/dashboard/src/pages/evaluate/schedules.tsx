import { evaluateApi, type Schedule } from "@anyone/contracts/evaluate";
import { type FormEvent, useState } from "react";
import { useAction, useApi } from "../../client.ts";
import { Badge } from "../../components/badge.tsx";
import { Button, Input } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Empty, Failure, Loaded } from "../../components/state.tsx";
import { ago } from "../../format.ts";

/** What opens the next turn by itself; each may be changed here. */
export function Schedules() {
  const schedules = useApi(evaluateApi.listSchedules, undefined, { every: 5_000 });
  const rows = schedules.data?.items ?? [];
  return (
    <Panel title="The next turn" note="what opens an iteration by itself" flush>
      <Loaded of={schedules}>
        {rows.length === 0 ? (
          <Empty title="No schedule yet">The trainer writes the usual ones when it starts.</Empty>
        ) : (
          rows.map((schedule) => <Line key={`${schedule.id}${schedule.updatedAt}`} schedule={schedule} />)
        )}
      </Loaded>
    </Panel>
  );
}

function Line({ schedule }: { schedule: Schedule }) {
  const put = useAction(evaluateApi.putSchedule);
  const [value, setValue] = useState(String(schedule.kind === "cron" ? schedule.cron : schedule.growth));
  const [zone, setZone] = useState(schedule.zone);

  function save(enabled: boolean, event?: FormEvent): void {
    event?.preventDefault();
    const params = { id: schedule.id };
    if (schedule.kind === "cron") put.mutate({ params, body: { kind: "cron", cron: value, zone, enabled } });
    else put.mutate({ params, body: { kind: "growth", growth: Number(value), enabled } });
  }

  return (
    <form
      onSubmit={(event) => save(schedule.enabled, event)}
      className="grid grid-cols-[150px_90px_minmax(0,1fr)_170px_auto] items-center gap-3 border-t border-line px-3.5 py-2 first:border-t-0"
    >
      <span className="font-medium">{schedule.id}</span>
      <span>
        <Badge tone={schedule.enabled ? "good" : "plain"}>{schedule.enabled ? "enabled" : "disabled"}</Badge>
      </span>
      <span className="flex items-center gap-2 text-dim">
        {schedule.kind === "cron" ? (
          <>
            at{" "}
            <Input
              aria-label="cron"
              value={value}
              onChange={(event) => setValue(event.target.value)}
              className="w-32 font-mono"
            />
            in{" "}
            <Input
              aria-label="time zone"
              value={zone}
              onChange={(event) => setZone(event.target.value)}
              className="w-36"
            />
          </>
        ) : (
          <>
            when the pool grew by
            <Input
              aria-label="assets"
              value={value}
              onChange={(event) => setValue(event.target.value)}
              className="w-24 text-right"
            />{" "}
            assets since the last version
          </>
        )}
      </span>
      <span className="text-xs text-faint">
        {schedule.fires === 0 ? "never fired" : `fired ${schedule.fires} times, last ${ago(schedule.firedAt)}`}
      </span>
      <span className="flex justify-end gap-1.5">
        <Button type="submit" disabled={put.isPending}>
          Save
        </Button>
        <Button onClick={() => save(!schedule.enabled)} disabled={put.isPending}>
          {schedule.enabled ? "Disable" : "Enable"}
        </Button>
      </span>
      {put.error && (
        <div className="col-span-full">
          <Failure error={put.error} />
        </div>
      )}
    </form>
  );
}
