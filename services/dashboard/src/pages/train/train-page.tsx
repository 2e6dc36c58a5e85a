import { releaseApi } from "@anyone/contracts/release";
import { type Run, trainApi } from "@anyone/contracts/train";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useAction, useApi, usePages } from "../../client.ts";
import { Badge, State } from "../../components/badge.tsx";
import { Button } from "../../components/controls.tsx";
import { Page, Panel } from "../../components/panel.tsx";
import { Empty, Failure, Loaded } from "../../components/state.tsx";
import { More, Table } from "../../components/table.tsx";
import { ago, count, moment, short } from "../../format.ts";
import { Curves } from "./curves.tsx";

export function TrainPage() {
  const runs = usePages(trainApi.listRuns, { limit: 50 }, { every: 3_000 });
  const versions = useApi(releaseApi.listVersions);
  const start = useAction(trainApi.startRuns);
  const search = useSearch({ strict: false }) as { version?: number };
  const navigate = useNavigate();
  const latest = versions.data?.items.find((version) => version.state === "released");
  const diffusion = runs.rows.filter((run) => run.kind === "diffusion");
  const chosen = search.version ?? diffusion[0]?.version ?? undefined;

  return (
    <Page
      title="Train"
      lead="Diffusion runs on a released version, with the HOLA loss and without it on the same seeds, and the labeller's fine-tuning."
      actions={
        latest && (
          <Button
            look="strong"
            disabled={start.isPending}
            onClick={() => start.mutate({ body: { version: latest.number, recipe: "sd15_tiny" } })}
          >
            Train on {latest.name}
          </Button>
        )
      }
    >
      <Failure error={start.error} />
      {start.data?.repeated && <p className="text-dim">The runs of this recipe on that version are planned already.</p>}
      {chosen !== undefined && diffusion.length > 0 && (
        <Curves version={chosen} runs={diffusion.filter((run) => run.version === chosen)} />
      )}
      <Panel title="Runs" note="latest first; choose one to see its version's curves" flush>
        <Loaded of={runs}>
          <Table
            label="runs"
            rows={runs.rows}
            rowKey={(run) => run.id}
            onRow={(run) =>
              run.version !== null && navigate({ to: ".", search: { version: run.version } as never, replace: true })
            }
            empty={
              <Empty title="No run yet">
                Runs begin by themselves when a version is released, or with “Train on …” once there is one.
              </Empty>
            }
            columns={[
              { head: "run", cell: (run) => <span className="font-medium">{short(run.id, 34)}</span> },
              { head: "kind", cell: (run) => run.kind },
              {
                head: "arm",
                cell: (run) => run.arm && <Badge tone={run.arm === "hola" ? "accent" : "plain"}>{run.arm}</Badge>,
              },
              { head: "seed", right: true, cell: (run) => run.seed },
              {
                head: "on",
                cell: (run) =>
                  run.version !== null
                    ? `v${run.version}`
                    : run.iteration !== null
                      ? `iteration ${run.iteration}`
                      : "–",
              },
              {
                head: "state",
                cell: (run) => (
                  <span title={run.reason ?? ""}>
                    <State of={run.state} />
                  </span>
                ),
              },
              { head: "steps", width: "18%", cell: (run) => <Steps run={run} /> },
              { head: "attempt", right: true, cell: (run) => run.attempt },
              { head: "worker", cell: (run) => run.worker ?? "–" },
              {
                head: "started",
                right: true,
                cell: (run) => <span title={moment(run.startedAt)}>{ago(run.startedAt)}</span>,
              },
            ]}
          />
          <More of={runs} />
        </Loaded>
      </Panel>
      <Checkpoints />
    </Page>
  );
}

function Steps({ run }: { run: Run }) {
  const share = run.state === "done" ? 1 : run.steps > 0 ? run.step / run.steps : 0;
  return (
    <span className="flex items-center gap-2">
      <span className="h-1.5 flex-1 rounded-sm bg-sunk">
        <span className="block h-full rounded-sm bg-accent opacity-80" style={{ width: `${share * 100}%` }} />
      </span>
      <span className="text-xs text-dim">
        {count(run.step)}
        {run.steps > 0 ? ` of ${count(run.steps)}` : ""}
      </span>
    </span>
  );
}

function Checkpoints() {
  const checkpoints = usePages(trainApi.listCheckpoints, { limit: 12 }, { every: 5_000 });
  return (
    <Panel title="Checkpoints" note="latest first" flush>
      <Table
        label="checkpoints"
        rows={checkpoints.rows}
        rowKey={(checkpoint) => checkpoint.id}
        empty={<Empty title="No checkpoint yet" />}
        columns={[
          { head: "checkpoint", cell: (checkpoint) => short(checkpoint.id, 40) },
          { head: "step", right: true, cell: (checkpoint) => count(checkpoint.step) },
          { head: "arm", cell: (checkpoint) => checkpoint.arm ?? "–" },
          { head: "on", cell: (checkpoint) => (checkpoint.version === null ? "–" : `v${checkpoint.version}`) },
          {
            head: "",
            cell: (checkpoint) => (
              <>
                {checkpoint.current && <Badge>current</Badge>}{" "}
                {checkpoint.promotedAt && <Badge tone="good">generates now</Badge>}
              </>
            ),
          },
          {
            head: "sha256",
            cell: (checkpoint) => <code title={checkpoint.sha256}>{short(checkpoint.sha256, 16)}</code>,
          },
          { head: "written", right: true, cell: (checkpoint) => ago(checkpoint.createdAt) },
        ]}
      />
      <More of={checkpoints} />
    </Panel>
  );
}
