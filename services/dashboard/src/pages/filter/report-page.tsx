import { filterApi } from "@anyone/contracts/filter";
import type { FilterReport } from "@anyone/domain/filter/report";
import { decidedByOthers } from "@anyone/domain/filter/summed-gates";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useApi } from "../../client.ts";
import { Page, Panel } from "../../components/panel.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { count, short } from "../../format.ts";
import { ReportSamples } from "./report-samples.tsx";
import { GatesTable, OutcomesTable } from "./report-tables.tsx";
import { ThresholdsPanel } from "./thresholds-panel.tsx";

/** What every gate says of every candidate, where the scores lie, and what another threshold would change. */
export function FilterReportPage() {
  const report = useApi(filterApi.getFilterReport, undefined, { every: 15_000 });
  return (
    <Page
      title="Filter report"
      lead="Judged anew from the stored measurements, under the thresholds in force: the same candidates give the same report."
      actions={
        <Link to="/filter" className="text-accent">
          Back to the filter
        </Link>
      }
    >
      <Loaded of={report}>{report.data && <Report report={report.data} />}</Loaded>
    </Page>
  );
}

function Report({ report }: { report: FilterReport }) {
  if (report.candidates === 0) {
    return (
      <Panel>
        <Empty title="The filter has judged nothing yet">
          Crawl a <a href="/source">source</a>, on that page or with <code>anyone crawl</code>; what is fetched is
          judged at once, and the report grows with it.
        </Empty>
      </Panel>
    );
  }
  return (
    <>
      <Settings report={report} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
        <OutcomesTable report={report} />
        <GatesTable report={report} />
      </div>
      <ThresholdsPanel report={report} />
      <ReportSamples report={report} />
    </>
  );
}

/** By what the report was made, and how to have it again. */
function Settings({ report }: { report: FilterReport }) {
  const { hash, thresholds, candidates } = report;
  const others = decidedByOthers(report);
  return (
    <Panel>
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        <Fact name="candidates">{count(candidates)}</Fact>
        <Fact name="thresholds">version {thresholds.version}</Fact>
        <Fact name="settings' hash">
          <code title={hash}>{short(hash, 12)}</code>
        </Fact>
        <Fact name="the same in a terminal">
          <code>anyone filter report</code>
        </Fact>
        <Fact name="as a file">
          <code>anyone filter report --html report.html</code>
        </Fact>
      </dl>
      {others.length > 0 && (
        <p className="mt-2 text-warn">
          Decided under other thresholds: {others.map(([version, many]) => `${count(many)} by ${version}`).join(", ")}.
          What the gates say below is judged under those in force; the recorded reasons are not.
        </p>
      )}
    </Panel>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-faint">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
