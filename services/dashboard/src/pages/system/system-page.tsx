import { Page, Panel } from "../../components/panel.tsx";
import { useIdentity } from "../../components/session.tsx";
import { HealthNote } from "../overview/health-note.tsx";
import { EventList } from "./event-list.tsx";
import { Keys } from "./keys.tsx";
import { Settings } from "./settings.tsx";
import { TaskCounts } from "./task-counts.tsx";
import { TaskTable } from "./task-table.tsx";

export function SystemPage() {
  const { role } = useIdentity();
  return (
    <Page
      title="System"
      lead="Tasks are the truth about what is done and what waits; a dead one says why and waits for your retry."
    >
      <HealthNote />
      <TaskCounts />
      <TaskTable />
      <Settings />
      {role === "admin" && <Keys />}
      <Panel title="What happened" note="latest first" flush>
        <EventList limit={40} />
      </Panel>
    </Page>
  );
}
