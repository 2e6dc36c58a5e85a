import { reviewApi } from "@anyone/contracts/review";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useAction, useApi } from "../../client.ts";
import { Button } from "../../components/controls.tsx";
import { Page, Panel } from "../../components/panel.tsx";
import { Empty, Failure, Loaded } from "../../components/state.tsx";
import { Anchoring } from "./anchoring.tsx";
import { EvaluationVersions } from "./evaluation-versions.tsx";
import { Gates } from "./gates.tsx";
import { IterationTable } from "./iteration-table.tsx";
import { PoolEstimates } from "./pool-estimates.tsx";
import { ReviewTaskTable } from "./review-task-table.tsx";
import { SavingsPanel } from "./savings-panel.tsx";

export function ReviewPage() {
  const iterations = useApi(reviewApi.listIterations, undefined, { every: 3_000 });
  const open = useAction(reviewApi.openIteration);
  const search = useSearch({ strict: false }) as { iteration?: number };
  const navigate = useNavigate();
  const rows = iterations.data?.items ?? [];
  const chosen = search.iteration ?? rows[0]?.number;

  return (
    <Page
      title="Review"
      lead="People answer where the labeller is not yet good enough, question by question. A question leaves manual labelling when the evaluation set shows that it passes the gate."
      actions={
        <>
          <Button onClick={() => open.mutate({ body: { trigger: "manual" } })} disabled={open.isPending}>
            Open the next iteration
          </Button>
          <Link
            to="/label"
            className="inline-flex h-7 items-center rounded-md bg-accent px-2.5 font-medium text-accent-ink"
          >
            Label
          </Link>
        </>
      }
    >
      <Failure error={open.error} />
      <Panel title="Iterations" note="latest first; choose one to see its gates" flush>
        <Loaded of={iterations}>
          {rows.length === 0 ? (
            <Empty title="No iteration yet">
              Open one as soon as the pool holds enough assets for the evaluation set and a first sample.
            </Empty>
          ) : (
            <IterationTable
              rows={rows}
              selected={chosen}
              onSelect={(iteration) => navigate({ to: ".", search: { iteration } as never, replace: true })}
            />
          )}
        </Loaded>
      </Panel>
      <SavingsPanel />
      <EvaluationVersions />
      {chosen !== undefined && <Gates iteration={chosen} />}
      {chosen !== undefined && <PoolEstimates iteration={chosen} />}
      <Anchoring />
      {chosen !== undefined && <ReviewTaskTable iteration={chosen} />}
    </Page>
  );
}
