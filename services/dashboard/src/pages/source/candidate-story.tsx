import type { CandidateEvidence } from "@anyone/contracts/consent";
import type { Candidate } from "@anyone/contracts/source";
import { Link } from "@tanstack/react-router";
import { Badge, State } from "../../components/badge.tsx";
import { Origin } from "../../components/origin.tsx";
import { Dim, Step, Steps, Strong } from "../../components/steps.tsx";
import { ago, bytes, moment, short } from "../../format.ts";

/** Listed, fetched, asked about, judged: one step each, in the order it happened. */
export function CandidateStory({ candidate, evidence }: Props) {
  const { status, reason } = candidate;
  return (
    <Steps label="story">
      <Step name="listed">
        <Strong>{candidate.sourceId}</Strong>
        <Dim>{moment(candidate.listedAt)}</Dim>
        <Origin candidate={candidate} />
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
        {candidate.checkedAt && <Dim>its host last answered for it {ago(candidate.checkedAt)}</Dim>}
        {candidate.deadAt && (
          <Badge tone="warn" title={`since ${moment(candidate.deadAt)}: its host says that there is no such picture`}>
            dead link
          </Badge>
        )}
        {candidate.replacedAt && (
          <Badge
            tone="warn"
            title={`since ${moment(candidate.replacedAt)}; what is stored is the one that was fetched`}
          >
            another picture lies there now
          </Badge>
        )}
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
    </Steps>
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
