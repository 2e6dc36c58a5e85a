import { type PoolEstimate, reviewApi } from "@anyone/contracts/review";
import type { Category } from "@anyone/domain/annotate/protocol";
import { useState } from "react";
import { useApi } from "../../client.ts";
import { Choice } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { nameOf, said, useProtocol } from "../../components/protocol.ts";
import { Empty, Loaded } from "../../components/state.tsx";
import { Table } from "../../components/table.tsx";
import { count, percent } from "../../format.ts";

const ACCURACY = -1;
const SHOWN = { accuracy: "accuracy", shares: "shares" } as const;

/** What the pool is like, by few answers of people and all of the labeller: how often it is right, what is common. */
export function PoolEstimates({ iteration }: { iteration: number }) {
  const [shown, setShown] = useState<keyof typeof SHOWN>("accuracy");
  const estimates = useApi(reviewApi.getPoolEstimates, { params: { number: iteration } }, { every: 15_000 });
  const protocol = useProtocol(estimates.data?.protocolId);
  const rows = (estimates.data?.items ?? []).filter(({ option }) => (option === ACCURACY) === (shown === "accuracy"));
  const category = (n: number) => protocol.data?.categories[n - 1];
  return (
    <Panel
      title={`The pool after iteration ${iteration}`}
      note="the labeller's answers about everything, corrected by people's about the evaluation set; 95 % each"
      flush
      actions={
        <Choice
          name="estimates"
          value={shown}
          of={Object.keys(SHOWN).map((value) => ({ value: value as keyof typeof SHOWN, label: value }))}
          onChange={setShown}
        />
      }
    >
      <Loaded of={estimates}>
        <div className="max-h-96 overflow-y-auto">
          <Table
            label="pool estimates"
            rows={rows}
            rowKey={({ category: n, option }) => `${n}.${option}`}
            empty={<Empty title="Nothing estimated yet">The pool is estimated when the iteration closes.</Empty>}
            columns={[
              { head: "question", cell: (row) => titled(category(row.category)) },
              ...(shown === "shares"
                ? [{ head: "option", cell: (row: PoolEstimate) => said(category(row.category), row.option) }]
                : []),
              { head: shown === "accuracy" ? "right" : "share", right: true, cell: (row) => percent(row.estimate) },
              { head: "interval", width: "24%", cell: (row) => <Interval row={row} /> },
              { head: "from", right: true, cell: (row) => percent(row.low) },
              { head: "to", right: true, cell: (row) => percent(row.high) },
              {
                key: "classic",
                head: <span title="by people's answers alone">people alone</span>,
                right: true,
                cell: (row) => <span className="text-dim">{percent(row.classic)}</span>,
              },
              { head: "labels", right: true, cell: (row) => count(row.n) },
              {
                key: "worth",
                head: <span title="labels of people that would have told as much without the labeller">worth</span>,
                right: true,
                cell: (row) => count(Math.round(row.effective)),
              },
              { head: "pool", right: true, cell: (row) => <span className="text-dim">{count(row.pool)}</span> },
            ]}
          />
        </div>
      </Loaded>
    </Panel>
  );
}

function titled(category: Category | undefined) {
  return category ? <span title={category.question}>{nameOf(category)}</span> : "";
}

function Interval({ row }: { row: PoolEstimate }) {
  return (
    <span className="relative block h-2.5 min-w-24 rounded-sm bg-sunk">
      <span
        className="absolute inset-y-0 rounded-sm bg-accent opacity-40"
        style={{ left: `${row.low * 100}%`, width: `${Math.max(0.5, (row.high - row.low) * 100)}%` }}
      />
      <span
        className="absolute -inset-y-0.5 w-[3px] -translate-x-px rounded-sm bg-accent"
        style={{ left: `${row.estimate * 100}%` }}
      />
    </span>
  );
}
