import type { Lineage } from "@anyone/contracts/filter";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Badge, State, Tier } from "../../components/badge.tsx";
import { moment, short } from "../../format.ts";

/** Every link from the source to the checkpoints trained on it, in the order it happened. */
export function LineageChain({ lineage }: { lineage: Lineage }) {
  const { candidate, source, crawl } = lineage;
  return (
    <ol
      className="grid grid-cols-[repeat(auto-fit,minmax(170px,1fr))] gap-px overflow-hidden rounded-lg border border-line bg-line"
      aria-label="lineage"
    >
      <Step stage="source">
        <Strong>{source.id}</Strong>
        <Dim>
          {source.connector}, crawl {short(crawl.id, 8)} ({crawl.trigger})
        </Dim>
        {candidate.landingUrl || /^https?:/.test(candidate.url) ? (
          <a
            href={candidate.landingUrl ?? candidate.url}
            rel="noreferrer"
            target="_blank"
            className="block truncate text-accent"
          >
            where it was found
          </a>
        ) : (
          <Dim>{candidate.url}</Dim>
        )}
        <Dim>
          {candidate.licence ? `licence ${candidate.licence}` : "no licence told"}
          {candidate.author ? `, by ${candidate.author}` : ""}
        </Dim>
      </Step>
      <Step stage="filter">
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
      <Step stage="annotate">
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
      <Step stage="review">
        {lineage.evaluationSets.length > 0 && <Badge tone="accent">evaluation set: never trained on</Badge>}
        {lineage.iterations.length > 0 ? <Dim>sampled in iteration {lineage.iterations.join(", ")}</Dim> : null}
        {lineage.evaluationSets.length + lineage.iterations.length === 0 && <Dim>not drawn for people</Dim>}
      </Step>
      <Step stage="release">
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
      <Step stage="train">
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
    </ol>
  );
}

function Step({ stage, children }: { stage: string; children: ReactNode }) {
  return (
    <li className="min-w-0 bg-panel px-3 py-2">
      <div className="mb-0.5 text-xs text-faint">{stage}</div>
      {children}
    </li>
  );
}

function Strong({ children }: { children: ReactNode }) {
  return <div className="truncate font-medium">{children}</div>;
}

function Dim({ children }: { children: ReactNode }) {
  return <div className="truncate text-xs text-dim">{children}</div>;
}
