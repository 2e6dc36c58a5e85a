import { sourceApi } from "@anyone/contracts/source";
import { usePages } from "../../client.ts";
import { Button } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { More } from "../../components/table.tsx";
import { CandidateGallery } from "../source/candidate-gallery.tsx";

export function DroppedList({ reason, onClear }: { reason: string | undefined; onClear: () => void }) {
  const query = { limit: 24, status: "dropped", ...(reason ? { reason } : {}) };
  const dropped = usePages(sourceApi.listCandidates, query, { every: 5_000 });
  return (
    <Panel
      title={reason ? `Dropped: ${reason}` : "Dropped"}
      note="latest first"
      flush
      actions={reason && <Button onClick={onClear}>All reasons</Button>}
    >
      <Loaded of={dropped}>
        {dropped.rows.length === 0 ? <Empty title="Nothing was dropped" /> : <CandidateGallery rows={dropped.rows} />}
        <More of={dropped} />
      </Loaded>
    </Panel>
  );
}
