import { annotateApi } from "@anyone/contracts/annotate";
import { useState } from "react";
import { useApi } from "../../client.ts";
import { Bars } from "../../components/bars.tsx";
import { Select } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { nameOf, said, useProtocol } from "../../components/protocol.ts";
import { Empty, Loaded } from "../../components/state.tsx";
import { percent } from "../../format.ts";

/** How the answers of one question spread over the pool. */
export function Distribution() {
  const [category, setCategory] = useState(1);
  const protocol = useProtocol();
  const answers = useApi(annotateApi.getDistribution, { query: { category } }, { every: 8_000 });
  const asked = protocol.data?.categories[category - 1];
  const rows = (answers.data?.items ?? []).filter((row) => row.giver !== "nobody");
  const total = rows.reduce((sum, row) => sum + row.count, 0);

  return (
    <Panel
      title="Answers over the pool"
      note={asked?.question}
      actions={
        <Select aria-label="question" value={category} onChange={(event) => setCategory(Number(event.target.value))}>
          {protocol.data?.categories.map((one) => (
            <option key={one.n} value={one.n}>
              {one.n} {nameOf(one)}
            </option>
          ))}
        </Select>
      }
    >
      <Loaded of={answers}>
        {rows.length === 0 ? (
          <Empty title="No answers to this question yet" />
        ) : (
          <Bars
            total={total}
            items={rows.map((row) => ({
              key: `${row.value}${row.giver}`,
              name: (
                <>
                  {said(asked, row.value)}{" "}
                  <span className="text-xs text-faint">
                    {row.giver === "person" ? "by people" : `mean confidence ${percent(row.confidence, 0)}`}
                  </span>
                </>
              ),
              value: row.count,
              tone: row.giver === "person" ? "good" : "accent",
            }))}
          />
        )}
      </Loaded>
    </Panel>
  );
}
