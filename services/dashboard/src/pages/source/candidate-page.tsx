import { consentApi } from "@anyone/contracts/consent";
import { filterApi } from "@anyone/contracts/filter";
import { sourceApi } from "@anyone/contracts/source";
import { useParams } from "@tanstack/react-router";
import { useApi } from "../../client.ts";
import { Page } from "../../components/panel.tsx";
import { Loaded } from "../../components/state.tsx";
import { CandidateEvidencePanel } from "./candidate-evidence.tsx";
import { CandidateGates } from "./candidate-gates.tsx";
import { CandidatePicture } from "./candidate-picture.tsx";
import { CandidateStory } from "./candidate-story.tsx";
import { measuredOf } from "./measured.ts";

/** One candidate from its listing to its end: what was said of it, what was measured on it, what every gate said. */
export function CandidatePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const candidate = useApi(sourceApi.getCandidate, { params: { id } }, { every: 5_000 });
  const evidence = useApi(consentApi.getEvidence, { params: { id } }, { every: 5_000 });
  const assetId = candidate.data?.assetId ?? undefined;
  const asset = useApi(filterApi.getAsset, { params: { id: assetId as never } }, { enabled: assetId !== undefined });
  const known = assetId === undefined ? undefined : asset.data;
  const measured = candidate.data && measuredOf(candidate.data, known);

  return (
    <Page title={`Candidate ${id}`} lead="Everything that happened to one picture between its listing and its end.">
      <Loaded of={candidate}>
        {candidate.data && <CandidateStory candidate={candidate.data} evidence={evidence.data} />}
      </Loaded>
      {candidate.data && measured && (
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(300px,420px)_minmax(0,1fr)]">
          <CandidatePicture candidate={candidate.data} asset={known} measured={measured} />
          <div className="flex min-w-0 flex-col gap-4">
            <CandidateGates candidate={candidate.data} measured={measured} />
            <Loaded of={evidence}>{evidence.data && <CandidateEvidencePanel evidence={evidence.data} />}</Loaded>
          </div>
        </div>
      )}
    </Page>
  );
}
