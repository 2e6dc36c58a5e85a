import type { CandidateEvidence } from "@anyone/contracts/consent";
import type { Candidate } from "@anyone/contracts/source";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Badge, State } from "../../components/badge.tsx";
import { bytes, moment, short } from "../../format.ts";

/** Listed, fetched, asked about, judged: one step each, in the order it happened. */
export function CandidateStory({ candidate, evidence }: Props) {
  const { status, reason } = candidate;
  return (
    <ol
      className="grid grid-cols-[repeat(auto-fit,minmax(190px,1fr))] gap-px overflow-hidden rounded-lg border border-line bg-line"
      aria-label="story"
    >
      <Step name="listed">
        <Strong>{candidate.sourceId}</Strong>
        <Dim>{moment(candidate.listedAt)}</Dim>
        {/^https?:/.test(candidate.landingUrl ?? candidate.url) ? (
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
      <Step name="fetched">
        {status === "listed" && <Dim>{reason ? `put off: ${reason}` : "not fetched yet"}</Dim>}
        {status === "failed" && <Badge tone="bad">{reason ?? "failed"}</Badge>}
        {status !== "listed" && <Dim>{moment(candidate.fetchedAt)}</Dim>}
        {candidate.bytes !== null && (
          <Dim>
            {candidate.contentType} of {bytes(candidate.bytes)}
          </Dim>
        )}
        {candidate.sha256 && <Dim>sha256 {short(candidate.sha256, 12)}</Dim>}
      </Step>
      <Step name="evidence">{evidence && <Consent evidence={evidence} />}</Step>
      <Step name="judged">
        {candidate.filteredAt ? (
          <>
            <State of={status} /> {reason && <span className="text-warn">{reason}</span>}
            <Dim>{moment(candidate.filteredAt)}</Dim>
          </>
        ) : (
          <Dim>{status === "failed" ? "nothing to judge" : "not judged yet"}</Dim>
        )}
      </Step>
      <Step name="asset">
        {candidate.assetId ? (
          <Link to="/assets/$id" params={{ id: candidate.assetId }} className="font-medium text-accent">
            asset {short(candidate.assetId, 12)}
          </Link>
        ) : (
          <Dim>it is in no pool</Dim>
        )}
      </Step>
    </ol>
  );
}

interface Props {
  candidate: Candidate;
  evidence: CandidateEvidence | undefined;
}

function Consent({ evidence: { asked, askedAt, reservedBy, items } }: { evidence: CandidateEvidence }) {
  if (asked === null) return <Dim>nobody was asked</Dim>;
  const generated = items.some(({ stands, stance }) => stands && stance === "generated");
  return (
    <>
      {reservedBy ? (
        <Badge tone="bad">opted out by {reservedBy}</Badge>
      ) : (
        <Badge tone="good">nothing keeps it out</Badge>
      )}{" "}
      {generated && <Badge tone="warn">says it was generated</Badge>}
      <Dim>
        {asked.length} places asked, last {moment(askedAt)}
      </Dim>
    </>
  );
}

function Step({ name, children }: { name: string; children: ReactNode }) {
  return (
    <li className="min-w-0 bg-panel px-3 py-2">
      <div className="mb-0.5 text-xs text-faint">{name}</div>
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
