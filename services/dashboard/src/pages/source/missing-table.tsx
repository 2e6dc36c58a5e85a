import { type Missing, missingApi } from "@anyone/contracts/missing";
import { useState } from "react";
import { useApi } from "../../client.ts";
import { Panel } from "../../components/panel.tsx";
import { words } from "../../components/protocol.ts";
import { Empty, Loaded } from "../../components/state.tsx";
import { Table } from "../../components/table.tsx";
import { count, percent } from "../../format.ts";

const FIRST_ROWS = 10;

/** What the pool lacks, and the weights by which the watch's crawls are aimed at it. */
export function MissingTable() {
  const missing = useApi(missingApi.getMissing, undefined, { every: 30_000 });
  const [whole, setWhole] = useState(false);
  const items = missing.data?.items ?? [];
  const most = items[0]?.weight ?? 1;
  return (
    <Panel title="What is missing" note={missing.data && items.length > 0 ? noteOf(missing.data) : undefined} flush>
      <Loaded of={missing}>
        <Table
          label="what is missing"
          rows={whole ? items : items.slice(0, FIRST_ROWS)}
          rowKey={({ category, option }) => `${category} ${option}`}
          empty={<NothingMissing counted={missing.data?.counted ?? 0} />}
          columns={[
            { head: "category", cell: ({ category }) => words(category.replace(".", " · ")) },
            { head: "option", cell: ({ option }) => <span className="font-medium">{words(option)}</span> },
            { head: "have", right: true, cell: ({ have }) => count(have) },
            { head: "want", right: true, cell: ({ want }) => count(want) },
            {
              head: "weight",
              width: "20%",
              cell: ({ weight }) => (
                <span className="grid grid-cols-[1fr_52px] items-center gap-2">
                  <span className="h-2 rounded-sm bg-sunk">
                    <span
                      className="block h-full rounded-sm bg-accent opacity-80"
                      style={{ width: `${(weight / most) * 100}%` }}
                    />
                  </span>
                  <span className="text-right">{percent(weight)}</span>
                </span>
              ),
            },
            {
              head: "best source",
              cell: ({ best }) =>
                best ? (
                  <>
                    {best.sourceId} <span className="text-faint">{percent(best.rate)}</span>
                  </>
                ) : (
                  <span className="text-faint">none yet</span>
                ),
            },
            {
              head: "searched for",
              cut: true,
              width: "24%",
              cell: ({ query }) =>
                query ? (
                  <span title={query}>“{query}”</span>
                ) : (
                  <span
                    className="text-faint"
                    title="No words find it. What people are is counted, and never searched for."
                  >
                    –
                  </span>
                ),
            },
          ]}
        />
        {items.length > FIRST_ROWS && (
          <button
            type="button"
            onClick={() => setWhole(!whole)}
            className="w-full border-t border-line py-2 text-accent hover:bg-sunk"
          >
            {whole ? "Show less" : `Show all ${items.length}`}
          </button>
        )}
      </Loaded>
    </Panel>
  );
}

function NothingMissing({ counted }: { counted: number }) {
  return (
    <Empty title="Nothing is missing yet">
      {counted === 0
        ? "No asset of the pool was answered. Crawl a source: once its images are answered, the options that are rare among them stand here."
        : `In ${count(counted)} answered assets every option that is seen often enough has its examples. A category is judged from 20 visible answers on.`}
    </Empty>
  );
}

/** In how many assets it was counted, and how an unaimed target is shared. */
function noteOf({ assets, counted, items, sources }: Missing): string {
  const base = counted < assets ? `a sample of ${count(counted)} of ${count(assets)}` : count(counted);
  const shares = sources.map(({ sourceId, weight }) => `${sourceId} ${percent(weight, 0)}`).join(", ");
  return `${items.length} options, in ${base} answered assets${shares ? ` · unaimed targets: ${shares}` : ""}`;
}
