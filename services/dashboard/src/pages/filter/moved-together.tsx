import { filterApi } from "@anyone/contracts/filter";
import { sumOfChanges } from "@anyone/domain/filter/moved-dial";
import type { MovedThresholds } from "@anyone/domain/filter/what-if";
import { useState } from "react";
import { useApi } from "../../client.ts";
import { Button } from "../../components/controls.tsx";
import { Failure } from "../../components/state.tsx";
import { sayChange } from "./say-change.ts";

/** What several moved thresholds change together: each text speaks of its own alone, so this is counted anew when asked. */
export function MovedTogether({ moved, hash }: { moved: MovedThresholds; hash: string }) {
  // an answer holds for exactly these positions under exactly these settings
  const question = JSON.stringify([hash, moved]);
  const [asked, setAsked] = useState<string>();
  const together = useApi(filterApi.filterWhatIf, { body: { thresholds: moved } }, { enabled: asked === question });
  const answer = asked === question && !together.isPlaceholderData ? together.data : undefined;
  return (
    <section
      className="sticky bottom-2 z-10 mt-3 rounded-md border border-accent bg-accent-soft px-3 py-2"
      aria-label="moved together"
    >
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span>
          {Object.keys(moved).length} thresholds are moved. Each text above says what its own one would change if the
          others stayed; their sum is not what all of them do together.
        </span>
        {asked !== question && <Button onClick={() => setAsked(question)}>Count them together</Button>}
      </p>
      <output aria-live="polite">
        {asked === question && !answer && !together.error && (
          <span className="text-dim">Judging all candidates again…</span>
        )}
        {answer && <strong className="font-medium">Together: {sayChange(sumOfChanges(answer.sources))}.</strong>}
      </output>
      {asked === question && <Failure error={together.error} />}
    </section>
  );
}
