import type { Candidate } from "@anyone/contracts/source";
import { Dim } from "./steps.tsx";

/** Where a picture was found, under which licence, and by whom it is. Only a web address becomes a link. */
export function Origin({ candidate }: { candidate: Place }) {
  const place = candidate.landingUrl ?? candidate.url;
  return (
    <>
      {/^https?:/.test(place) ? (
        <a href={place} rel="noreferrer" target="_blank" className="block truncate text-accent">
          where it was found
        </a>
      ) : (
        <Dim>{candidate.url}</Dim>
      )}
      <Dim>
        {candidate.licence ? `licence ${candidate.licence}` : "no licence told"}
        {candidate.author ? `, by ${candidate.author}` : ""}
      </Dim>
    </>
  );
}

type Place = Pick<Candidate, "landingUrl" | "url" | "licence" | "author">;
