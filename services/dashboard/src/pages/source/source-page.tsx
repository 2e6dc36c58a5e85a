import { useState } from "react";
import { Button } from "../../components/controls.tsx";
import { Page, Panel } from "../../components/panel.tsx";
import { EventList } from "../system/event-list.tsx";
import { BudgetTable } from "./budget-table.tsx";
import { CandidateList } from "./candidate-list.tsx";
import { CrawlTable } from "./crawl-table.tsx";
import { MissingTable } from "./missing-table.tsx";
import { RefreshTable } from "./refresh-table.tsx";
import { SourceForm } from "./source-form.tsx";
import { SourceTable } from "./source-table.tsx";

export function SourcePage() {
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title="Source"
      lead="Where images come from. Crawls start by themselves when the pool is under its lower bound, or by hand."
      actions={
        <Button look="strong" onClick={() => setAdding(!adding)}>
          {adding ? "Close" : "Add a source"}
        </Button>
      }
    >
      {adding && <SourceForm onDone={() => setAdding(false)} />}
      <Panel title="Sources" flush>
        <SourceTable />
      </Panel>
      <MissingTable />
      <Panel title="Crawls" note="latest first" flush>
        <CrawlTable />
      </Panel>
      <Panel title="What happened" flush>
        <EventList limit={8} stage="source" narrow />
      </Panel>
      <Panel title="Hosts and keys" note="over all processes, last used first" flush>
        <BudgetTable />
      </Panel>
      <RefreshTable />
      <CandidateList />
    </Page>
  );
}
