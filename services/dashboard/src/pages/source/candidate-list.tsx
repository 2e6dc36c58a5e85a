import { sourceApi } from "@anyone/contracts/source";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { usePages } from "../../client.ts";
import { Choice } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { More } from "../../components/table.tsx";
import { CandidateGallery } from "./candidate-gallery.tsx";

const STATUSES = ["all", "listed", "fetched", "failed", "kept", "dropped"] as const;

/** Candidates with their pictures, by status; the choice stands in the address. */
export function CandidateList() {
  const search = useSearch({ strict: false }) as { status?: string };
  const navigate = useNavigate();
  const status = search.status ?? "all";
  const query = { limit: 48, ...(status === "all" ? {} : { status }) };
  const candidates = usePages(sourceApi.listCandidates, query, { every: 5_000 });
  return (
    <Panel
      title="Candidates"
      note="latest first"
      flush
      actions={
        <Choice
          name="status"
          value={status}
          of={STATUSES.map((value) => ({ value: value as string, label: value }))}
          onChange={(value) =>
            navigate({ to: ".", search: { status: value === "all" ? undefined : value } as never, replace: true })
          }
        />
      }
    >
      <Loaded of={candidates}>
        {candidates.rows.length === 0 ? (
          <Empty title="No candidate here">Nothing was found yet, or nothing has this status.</Empty>
        ) : (
          <CandidateGallery rows={candidates.rows} />
        )}
        <More of={candidates} />
      </Loaded>
    </Panel>
  );
}
