import type { Candidate } from "@anyone/contracts/source";
import { DROP_REASONS, GATE_NAMES } from "@anyone/domain/filter/verdict";
import { Link } from "@tanstack/react-router";
import { Badge, type Tone } from "../../components/badge.tsx";
import { Panel } from "../../components/panel.tsx";
import { Empty } from "../../components/state.tsx";
import { Table } from "../../components/table.tsx";
import { figure } from "../../format.ts";
import type { Measured } from "./measured.ts";

/** Every gate's own verdict with what it judged by, whatever the gates before it said. */
export function CandidateGates({ candidate, measured }: { candidate: Candidate; measured: Measured }) {
  const rows = GATE_NAMES.flatMap((gate) => (measured.says[gate] ? [{ gate, says: measured.says[gate] }] : []));
  return (
    <Panel
      title="Gates"
      note={measured.gates && `thresholds ${measured.gates}${measured.headerOnly ? ", by the header alone" : ""}`}
      flush
    >
      {measured.duplicateOf && (
        <p className="border-b border-line px-3.5 py-2.5">
          It is {candidate.reason === "duplicate" ? "the same as" : "almost the same as"}{" "}
          <Link to="/assets/$id" params={{ id: measured.duplicateOf }} className="text-accent">
            asset {measured.duplicateOf.slice(0, 12)}
          </Link>
          , which was in the pool before.
        </p>
      )}
      {measured.detail && <p className="border-b border-line px-3.5 py-2.5 text-dim">{measured.detail}</p>}
      {measured.saysGenerated && (
        <p className="border-b border-line px-3.5 py-2.5 break-words">
          Its own file says that a model made it: <code className="break-all">{measured.saysGenerated}</code>
        </p>
      )}
      <Table
        label="gates"
        rows={rows}
        rowKey={({ gate }) => gate}
        empty={
          <Empty title="No gate has judged it">
            {candidate.status === "failed" ? "Its picture was not fetched." : "Gates judge what is fetched."}
          </Empty>
        }
        columns={[
          { head: "gate", cell: ({ gate }) => gate },
          { head: "says", cell: ({ says }) => <Badge tone={toneOf(says)}>{says}</Badge> },
          { head: "judged by", cell: ({ gate }) => <span className="text-dim">{measured.by[gate] ?? "–"}</span> },
        ]}
      />
      {Object.keys(measured.scores).length > 0 && (
        <dl className="flex flex-wrap gap-x-5 gap-y-1 border-t border-line px-3.5 py-2.5" aria-label="scores">
          {Object.entries(measured.scores).map(([name, score]) => (
            <div key={name} className="flex gap-1.5">
              <dt className="text-faint">{name}</dt>
              <dd>{figure(score)}</dd>
            </div>
          ))}
        </dl>
      )}
    </Panel>
  );
}

function toneOf(says: string): Tone {
  if (says === "passes") return "good";
  return (DROP_REASONS as readonly string[]).includes(says) ? "warn" : "plain";
}
