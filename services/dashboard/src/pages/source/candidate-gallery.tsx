import type { Candidate } from "@anyone/contracts/source";
import { Link } from "@tanstack/react-router";
import { Badge, State } from "../../components/badge.tsx";
import { candidateImageOf, Gallery, Picture, thumbnailOf } from "../../components/picture.tsx";
import { moment } from "../../format.ts";

/** Candidates as pictures: what became of each, and why. */
export function CandidateGallery({ rows }: { rows: readonly Candidate[] }) {
  return (
    <Gallery>
      {rows.map((candidate) => {
        const picture = (
          <Picture
            src={
              candidate.assetId
                ? thumbnailOf(candidate.assetId)
                : candidate.viewable
                  ? candidateImageOf(candidate.id)
                  : null
            }
            alt={candidate.caption ?? `candidate from ${candidate.sourceId}`}
          />
        );
        return (
          <li key={candidate.id} title={describe(candidate)}>
            <Link to="/candidates/$id" params={{ id: candidate.id }} className="block rounded hover:opacity-85">
              {picture}
            </Link>
            <div className="mt-1 truncate text-xs">
              {candidate.reason ? (
                <span className="text-warn">{candidate.reason}</span>
              ) : (
                <State of={candidate.status} />
              )}
            </div>
            {candidate.reservedBy && candidate.status !== "failed" && (
              <Badge tone="bad" title={`kept out of training by ${candidate.reservedBy}`}>
                opted out
              </Badge>
            )}
            <div className="truncate text-xs text-faint">{candidate.sourceId}</div>
          </li>
        );
      })}
    </Gallery>
  );
}

function describe(candidate: Candidate): string {
  return [
    candidate.url,
    candidate.width && candidate.height ? `${candidate.width} × ${candidate.height} claimed` : "",
    candidate.licence ? `licence ${candidate.licence}` : "",
    candidate.author ? `by ${candidate.author}` : "",
    `listed ${moment(candidate.listedAt)}`,
    candidate.verdict ? JSON.stringify(candidate.verdict).slice(0, 400) : "",
  ]
    .filter(Boolean)
    .join("\n");
}
