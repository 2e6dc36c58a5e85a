import { type Crawl, sourceApi } from "@anyone/contracts/source";
import { sayAim } from "@anyone/domain/source/aim";
import { useState } from "react";
import { useAction, usePages } from "../../client.ts";
import { State } from "../../components/badge.tsx";
import { Button } from "../../components/controls.tsx";
import { words } from "../../components/protocol.ts";
import { Empty, Loaded } from "../../components/state.tsx";
import { More, Table } from "../../components/table.tsx";
import { ago, count, moment, percent } from "../../format.ts";

export function CrawlTable() {
  const crawls = usePages(sourceApi.listCrawls, { limit: 12 }, { every: 3_000 });
  return (
    <Loaded of={crawls}>
      <Table
        label="crawls"
        rows={crawls.rows}
        rowKey={(crawl) => crawl.id}
        empty={<Empty title="No crawl yet">Start one with “Crawl” beside a source.</Empty>}
        columns={[
          {
            head: "source",
            cell: (crawl) => (
              <>
                {crawl.sourceId}
                {crawl.query && <div className="text-xs text-faint">“{crawl.query}”</div>}
                {crawl.plan && (
                  <div className="text-xs text-faint" title={`aimed at ${sayAim(crawl.plan)}`}>
                    for {words(crawl.plan.option)}: {crawl.plan.have} of {crawl.plan.want}, {percent(crawl.plan.weight)}
                  </div>
                )}
              </>
            ),
          },
          { head: "state", cell: (crawl) => <State of={crawl.state} /> },
          {
            head: "accepted",
            right: true,
            cell: (crawl) => (
              <>
                {count(crawl.candidates.kept ?? 0)}
                {crawl.wanted !== null && <span className="text-faint"> of {count(crawl.wanted)}</span>}
              </>
            ),
          },
          {
            head: "found",
            right: true,
            cell: (crawl) => <span title={`at most ${count(crawl.target)}`}>{count(crawl.found)}</span>,
          },
          { head: "pages", right: true, cell: (crawl) => count(crawl.pages) },
          {
            head: "why",
            cut: true,
            width: "24%",
            cell: (crawl) => <span title={crawl.why}>{crawl.stopReason ?? crawl.why}</span>,
          },
          {
            head: "started",
            right: true,
            cell: (crawl) => <span title={moment(crawl.startedAt)}>{ago(crawl.startedAt)}</span>,
          },
          {
            head: "",
            right: true,
            cell: (crawl) => <HaltCrawl crawl={crawl} />,
          },
        ]}
      />
      <More of={crawls} />
    </Loaded>
  );
}

/** Pause or go on, and cancel, as long as something of the crawl is left to do. */
function HaltCrawl({ crawl: { id, state, candidates } }: { crawl: Crawl }) {
  const pause = useAction(sourceApi.pauseCrawl);
  const resume = useAction(sourceApi.resumeCrawl);
  const cancel = useAction(sourceApi.cancelCrawl);
  const [sure, setSure] = useState(false);
  const open = state === "running" || state === "paused" || (state !== "cancelled" && (candidates.listed ?? 0) > 0);
  if (!open) return null;
  const input = { params: { id: id as never } };
  const failed = pause.error ?? resume.error ?? cancel.error;
  return (
    <span className="flex justify-end gap-1.5">
      {failed && (
        <span className="max-w-40 truncate text-bad" title={failed.message}>
          {failed.message}
        </span>
      )}
      {state === "paused" ? (
        <Button onClick={() => resume.mutate(input)}>Resume</Button>
      ) : (
        <Button title="Nothing more is listed or fetched until it is resumed" onClick={() => pause.mutate(input)}>
          Pause
        </Button>
      )}
      <Button
        title={`${count(candidates.listed ?? 0)} listed candidates are given up; what was fetched still gets its verdict`}
        onClick={() => (sure ? cancel.mutate(input) : setSure(true))}
      >
        {sure ? "Sure?" : "Cancel"}
      </Button>
    </span>
  );
}
