import { type AnnotatorDetail, peopleApi } from "@anyone/contracts/people";
import { useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useAction, useApi } from "../../client.ts";
import { Bars } from "../../components/bars.tsx";
import { Button, Input } from "../../components/controls.tsx";
import { Page, Panel } from "../../components/panel.tsx";
import { nameOf, useProtocol } from "../../components/protocol.ts";
import { Failure, Loaded } from "../../components/state.tsx";
import { count, figure, moment, percent } from "../../format.ts";
import { Standing } from "./annotators-page.tsx";
import { EstimateBar } from "./estimate.tsx";

/** One annotator: speed, agreement, accuracy on known answers, answers by day, and the record of quarantines. */
export function AnnotatorPage() {
  const { name } = useParams({ strict: false }) as { name: string };
  const annotator = useApi(peopleApi.getAnnotator, { params: { name } }, { every: 10_000 });
  return (
    <Page title={name} lead="One annotator's answers, judged by what others, the labeller and known answers say.">
      <Loaded of={annotator}>
        {annotator.data && (
          <>
            <Figures of={annotator.data} />
            <Quarantine of={annotator.data} />
            <div className="grid items-start gap-4 lg:grid-cols-2">
              <Panel title="Answers by day" note="UTC">
                <Bars
                  items={annotator.data.days.map(({ day, answers }) => ({ key: day, name: day, value: answers }))}
                />
              </Panel>
              <Questions of={annotator.data} />
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Figures({ of }: { of: AnnotatorDetail }) {
  const seconds = (milliseconds: number | null) => (milliseconds === null ? "–" : figure(milliseconds / 1000));
  const { quarter, median, threeQuarters, rushed } = of.speed;
  return (
    <Panel title="Work" actions={<Standing of={of} />}>
      <dl className="grid grid-cols-[repeat(auto-fill,minmax(240px,1fr))] gap-x-6 gap-y-2">
        <Figure name="answers">
          {count(of.answers)} on {count(of.pages)} pages, {count(of.skipped)} skipped
        </Figure>
        <Figure name="seconds an answer">
          {seconds(median)} (half between {seconds(quarter)} and {seconds(threeQuarters)})
        </Figure>
        <Figure name="too fast to have looked">{percent(rushed?.value)}</Figure>
        <Figure name="agreement with others">
          <EstimateBar of={of.agreement} />
        </Figure>
        <Figure name="skill beyond chance">
          <EstimateBar of={of.skill} />
        </Figure>
        <Figure name="known answers right">
          <EstimateBar of={of.gold} />
        </Figure>
      </dl>
    </Panel>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-faint">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Quarantine({ of }: { of: AnnotatorDetail }) {
  const [reason, setReason] = useState("");
  const out = of.state === "quarantined";
  const quarantine = useAction(peopleApi.quarantine);
  const restore = useAction(peopleApi.restore);
  const act = out ? restore : quarantine;
  return (
    <Panel
      title={out ? "In quarantine" : "Quarantine"}
      note={
        out
          ? "the answers do not stand; others are asked about the same"
          : "takes all answers out of force and puts the same pages before others"
      }
    >
      <form
        className="flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate({ params: { name: of.name }, body: { reason } }, { onSuccess: () => setReason("") });
        }}
      >
        <Input
          aria-label="reason"
          placeholder="Why? It is recorded with your name."
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          className="w-96"
        />
        <Button type="submit" look={out ? "strong" : "danger"} disabled={act.isPending || reason.trim() === ""}>
          {out ? "Let the answers stand again" : "Put into quarantine"}
        </Button>
      </form>
      <Failure error={act.error} />
      <ul className="mt-2 text-dim">
        {of.history.map(({ state, at, by, reason: why }) => (
          <li key={at}>
            {moment(at)} {state} by {by}: {why}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Questions({ of }: { of: AnnotatorDetail }) {
  const protocol = useProtocol(of.protocolId ?? undefined);
  return (
    <Panel title="Agreement by question" note="with other people, the least first">
      {of.questions.length === 0 && <p className="text-dim">Nobody else answered the same yet.</p>}
      <ul>
        {of.questions.map(({ category, agreement, kappa }) => {
          const found = protocol.data?.categories[category - 1];
          return (
            <li key={category} className="flex items-center justify-between gap-3 border-t border-line py-1">
              <span className="truncate">{found ? nameOf(found) : category}</span>
              <span className="inline-flex items-center gap-4">
                <span className="text-xs text-faint">{kappa ? `kappa ${kappa.value.toFixed(2)}` : ""}</span>
                <EstimateBar of={agreement} />
              </span>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
