import { type Annotator, peopleApi, type Reliability } from "@anyone/contracts/people";
import { useNavigate } from "@tanstack/react-router";
import { useApi } from "../../client.ts";
import { Badge } from "../../components/badge.tsx";
import { Page, Panel } from "../../components/panel.tsx";
import { nameOf, useProtocol } from "../../components/protocol.ts";
import { Empty, Loaded } from "../../components/state.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { ago, count, figure } from "../../format.ts";
import { EstimateBar } from "./estimate.tsx";

/** Everybody who answers: how fast, how much like the others, how right; and how far people agree at all. */
export function AnnotatorsPage() {
  const annotators = useApi(peopleApi.listAnnotators, undefined, { every: 10_000 });
  const reliability = useApi(peopleApi.reliability, undefined, { every: 30_000 });
  const navigate = useNavigate();
  return (
    <Page
      title="Annotators"
      lead="How people answer, judged by what others, the labeller and known answers say. Whoever is surely worse than the rest is marked; only an operator puts somebody into quarantine."
    >
      <Panel title="People" note="the busiest first; choose one" flush>
        <Loaded of={annotators}>
          <Table
            label="annotators"
            columns={COLUMNS}
            rows={annotators.data?.items ?? []}
            rowKey={({ name }) => name}
            onRow={({ name }) => navigate({ to: "/annotators/$name", params: { name } })}
            empty={
              <Empty title="Nobody has answered yet">Pages wait on the labelling page once an iteration is open.</Empty>
            }
          />
        </Loaded>
      </Panel>
      <Panel
        title="Agreement beyond chance"
        note={
          reliability.data?.alpha
            ? `Krippendorff's alpha over all questions ${figure(reliability.data.alpha.value)} (${figure(reliability.data.alpha.low)} to ${figure(reliability.data.alpha.high)})`
            : undefined
        }
        flush
      >
        <Loaded of={reliability}>{reliability.data && <Questions of={reliability.data} />}</Loaded>
      </Panel>
    </Page>
  );
}

/** An annotator's state and what to look at. */
export function Standing({ of }: { of: Pick<Annotator, "state" | "suspicions"> }) {
  if (of.state === "quarantined") return <Badge tone="bad">quarantined</Badge>;
  if (of.suspicions.length === 0) return <span className="text-faint">–</span>;
  return (
    <span className="inline-flex gap-1">
      {of.suspicions.map((why) => (
        <Badge key={why} tone="warn" title={SUSPICIONS[why]}>
          {why}
        </Badge>
      ))}
    </span>
  );
}

const SUSPICIONS = {
  skill: "surely less skilled than the others",
  gold: "surely wrong about many known answers",
  speed: "most answers came before one can have looked",
} as const;

const COLUMNS: readonly Column<Annotator>[] = [
  { head: "annotator", cell: ({ name }) => name },
  { head: "look at", cell: (one) => <Standing of={one} /> },
  { head: "answers", right: true, cell: ({ answers }) => count(answers) },
  { head: "s/answer", right: true, cell: ({ speed }) => (speed.median === null ? "–" : figure(speed.median / 1000)) },
  { head: "agreement", cell: ({ agreement }) => <EstimateBar of={agreement} /> },
  { head: "skill", cell: ({ skill }) => <EstimateBar of={skill} /> },
  { head: "known right", cell: ({ gold }) => <EstimateBar of={gold} /> },
  { head: "last", right: true, cell: ({ lastAt }) => ago(lastAt) },
];

function Questions({ of }: { of: Reliability }) {
  const protocol = useProtocol(of.protocolId ?? undefined);
  const columns: readonly Column<Reliability["questions"][number]>[] = [
    {
      head: "question",
      cell: ({ category }) => {
        const found = protocol.data?.categories[category - 1];
        return found ? nameOf(found) : category;
      },
    },
    { head: "answered twice", right: true, cell: ({ alpha, ac1 }) => alpha?.n ?? ac1?.n ?? 0 },
    { head: "Krippendorff's alpha", right: true, cell: ({ alpha }) => range(alpha) },
    { head: "Gwet's AC1", right: true, cell: ({ ac1 }) => range(ac1) },
    { head: "labeller's kappa", right: true, cell: ({ labellerKappa }) => range(labellerKappa) },
  ];
  return (
    <Table
      label="agreement by question"
      columns={columns}
      rows={of.questions}
      rowKey={({ category }) => category}
      empty={<Empty title="Nothing was answered twice yet">Evaluation images are answered by two people.</Empty>}
    />
  );
}

function range(of: { value: number; low: number; high: number } | null) {
  return of ? `${of.value.toFixed(2)} (${of.low.toFixed(2)} to ${of.high.toFixed(2)})` : "–";
}
