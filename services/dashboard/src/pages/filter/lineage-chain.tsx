import type { Lineage } from "@anyone/contracts/filter";
import { Link } from "@tanstack/react-router";
import { Badge, State, Tier } from "../../components/badge.tsx";
import { Origin } from "../../components/origin.tsx";
import { Dim, Step, Steps, Strong } from "../../components/steps.tsx";
import { moment, short } from "../../format.ts";

/** Every link from the source to the checkpoints trained on it, in the order it happened. */
export function LineageChain({ lineage }: { lineage: Lineage }) {
  const { candidate, source, crawl } = lineage;
  return (
    <Steps label="lineage">
      <Step name="source">
        <Strong>{source.id}</Strong>
        <Dim>
          {source.connector}, crawl {short(crawl.id, 8)} ({crawl.trigger})
        </Dim>
        <Origin candidate={candidate} />
      </Step>
      <Step name="filter">
        <Strong>asset {short(lineage.asset.id, 8)}</Strong>
        <Link to="/candidates/$id" params={{ id: candidate.id }} className="block truncate text-accent">
          how it came to be kept
        </Link>
        {lineage.asset.reservedBy && (
          <Badge tone="bad" title="it is left out of every version cut from now on">
            opted out by {lineage.asset.reservedBy}
          </Badge>
        )}
        <Dim>fetched {moment(candidate.fetchedAt)}</Dim>
        <Dim>admitted {moment(lineage.asset.admittedAt)}</Dim>
      </Step>
      <Step name="annotate">
        {lineage.answers.length === 0 && <Dim>not answered yet</Dim>}
        {lineage.answers.map((answers) => (
          <div key={answers.protocolId}>
            <Strong>
              {answers.labellerId ?? "people only"} <Tier of={answers.tier} />
            </Strong>
            <Dim>
              {answers.byModel} by the model, {answers.byPeople} by people
            </Dim>
          </div>
        ))}
      </Step>
      <Step name="review">
        {lineage.evaluationSets.length > 0 && <Badge tone="accent">evaluation set: never trained on</Badge>}
        {lineage.iterations.length > 0 ? <Dim>sampled in iteration {lineage.iterations.join(", ")}</Dim> : null}
        {lineage.evaluationSets.length + lineage.iterations.length === 0 && <Dim>not drawn for people</Dim>}
      </Step>
      <Step name="release">
        {lineage.versions.length === 0 && <Dim>in no version</Dim>}
        {lineage.versions.map((version) => (
          <div key={version.number}>
            <Link to="/release" search={{ version: version.number } as never} className="font-medium text-accent">
              {version.name}
            </Link>{" "}
            <Badge>{version.split}</Badge> <span className="text-xs text-dim">shard {version.shard}</span>
          </div>
        ))}
      </Step>
      <Step name="train">
        {lineage.runs.length === 0 && <Dim>no run has seen it</Dim>}
        {lineage.runs.slice(0, 4).map((run) => (
          <div key={run.id} className="truncate" title={run.id}>
            {run.state !== "done" && <State of={run.state} />} {run.id}
            {run.checkpoints.length > 0 && (
              <Dim>
                checkpoint at step {run.checkpoints.at(-1)?.step}
                {run.checkpoints.some((one) => one.promotedAt) ? ", promoted" : ""}
              </Dim>
            )}
          </div>
        ))}
        {lineage.runs.length > 4 && <Dim>and {lineage.runs.length - 4} more</Dim>}
      </Step>
    </Steps>
  );
}
