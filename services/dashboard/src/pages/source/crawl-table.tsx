import { sourceApi } from "@anyone/contracts/source";
import { useAction, usePages } from "../../client.ts";
import { State } from "../../components/badge.tsx";
import { Button } from "../../components/controls.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { More, Table } from "../../components/table.tsx";
import { ago, count, moment } from "../../format.ts";

export function CrawlTable() {
  const crawls = usePages(sourceApi.listCrawls, { limit: 12 }, { every: 3_000 });
  const stop = useAction(sourceApi.stopCrawl);
  return (
    <Loaded of={crawls}>
      <Table
        label="crawls"
        rows={crawls.rows}
        rowKey={(crawl) => crawl.id}
        empty={<Empty title="No crawl yet">Start one with “Crawl” beside a source.</Empty>}
        columns={[
          { head: "source", cell: (crawl) => crawl.sourceId },
          { head: "state", cell: (crawl) => <State of={crawl.state} /> },
          {
            head: "found",
            right: true,
            cell: (crawl) => (
              <>
                {count(crawl.found)} <span className="text-faint">of {count(crawl.target)}</span>
              </>
            ),
          },
          { head: "pages", right: true, cell: (crawl) => count(crawl.pages) },
          {
            head: "why",
            cut: true,
            width: "34%",
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
            cell: (crawl) =>
              crawl.state === "running" && (
                <Button onClick={() => stop.mutate({ params: { id: crawl.id as never } })}>Stop</Button>
              ),
          },
        ]}
      />
      <More of={crawls} />
    </Loaded>
  );
}
