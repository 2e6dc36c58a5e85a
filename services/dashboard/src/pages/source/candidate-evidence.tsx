import type { CandidateEvidence, StoredEvidence } from "@anyone/contracts/consent";
import { CONSENT_PLACES } from "@anyone/domain/source/consent";
import { Badge, type Tone } from "../../components/badge.tsx";
import { Panel } from "../../components/panel.tsx";
import { Empty } from "../../components/state.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { moment } from "../../format.ts";

const TONES: Record<StoredEvidence["stance"], Tone> = {
  reserves: "bad",
  generated: "warn",
  allows: "good",
  silent: "plain",
};

const COLUMNS: readonly Column<StoredEvidence>[] = [
  { head: "read", cell: ({ readAt }) => <span className="text-dim">{moment(readAt)}</span> },
  { head: "place", cell: ({ place, readFrom }) => <span title={readFrom}>{place}</span> },
  { head: "signal", cell: ({ signal }) => signal },
  {
    head: "means",
    cell: ({ stance, value, stands }) => (
      <span className={stands ? "" : "line-through opacity-60"} title={stands ? "stands" : "superseded by a later row"}>
        <Badge tone={value === null ? "plain" : TONES[stance]}>{value === null ? "says it no more" : stance}</Badge>
      </span>
    ),
  },
  { head: "says", cell: ({ value }) => <code className="break-all">{value ?? "–"}</code>, wrap: true },
];

/** What hosts and the file itself said of training: every row, and who was asked and said nothing. */
export function CandidateEvidencePanel({ evidence: { asked, items } }: { evidence: CandidateEvidence }) {
  const said = new Set(items.filter(({ stands, value }) => stands && value !== null).map(({ place }) => place));
  const silent = (asked ?? []).filter((place) => !said.has(place));
  const never = CONSENT_PLACES.filter((place) => !asked?.includes(place));
  return (
    <Panel title="Evidence" note="what was said of training, latest first" flush>
      {asked === null ? (
        <Empty title="Nobody was asked">
          It is not fetched yet, or was before evidence was kept. Ask hosts now: anyone consent recheck.
        </Empty>
      ) : (
        <>
          {items.length > 0 && (
            <Table
              label="evidence"
              columns={COLUMNS}
              rows={items}
              rowKey={(row) => `${row.readAt} ${row.signal} ${row.place} ${row.readFrom} ${row.stands}`}
            />
          )}
          <p className="border-t border-line px-3.5 py-2 text-xs text-dim first:border-t-0">
            {silent.length > 0 && <>Asked, and nothing was found: {silent.join(", ")}. </>}
            {never.length > 0 && <>Never asked: {never.join(", ")}.</>}
          </p>
        </>
      )}
    </Panel>
  );
}
