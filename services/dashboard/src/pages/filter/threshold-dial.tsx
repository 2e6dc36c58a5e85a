import { DIAL_WORDS, spokenThreshold } from "@anyone/domain/filter/dial-words";
import { changesAt, type ScoreHistogram } from "@anyone/domain/filter/histogram";
import { changeOver, summedBins } from "@anyone/domain/filter/moved-dial";
import { Button } from "../../components/controls.tsx";
import { count } from "../../format.ts";
import { DialHistogram } from "./dial-histogram.tsx";
import { sayChange } from "./say-change.ts";

/** One threshold: where its scores lie, and what would change if it alone were moved. */
export function ThresholdDial(props: {
  histogram: ScoreHistogram;
  /** Undefined: not moved. */
  moved: number | null | undefined;
  onMove: (at: number | null) => void;
  onReset: () => void;
}) {
  const { histogram, moved, onMove, onReset } = props;
  const { dial, gate, threshold } = histogram;
  const at = moved === undefined ? threshold : moved;
  const { name } = DIAL_WORDS[dial];
  const scored = summedBins(histogram).reduce((sum, { all }) => sum + all, 0);
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5 rounded-lg border border-line bg-panel p-3">
      <legend className="sr-only">{name}</legend>
      <h3>
        {name} <span className="font-normal text-faint">{gate}</span>
      </h3>
      <DialHistogram histogram={histogram} at={at} onMove={onMove} />
      <div className="flex min-h-9 items-start justify-between gap-3">
        <output aria-live="polite">
          {moved === undefined ? (
            <span className="text-dim">
              {threshold === null ? "Off" : `In force: ${spokenThreshold(dial, threshold)}`}; {count(scored)} candidates
              have this score.
            </span>
          ) : (
            <>
              <strong className="font-medium">{capital(spokenThreshold(dial, moved))}</strong> instead of{" "}
              {spokenThreshold(dial, threshold)}: {sayChange(changeOver(histogram, moved))}.
              <BySource histogram={histogram} moved={moved} />
            </>
          )}
        </output>
        {moved !== undefined && (
          <Button
            onClick={({ currentTarget }) => {
              // the button goes with what it resets: the keyboard stays at the line
              currentTarget.closest("fieldset")?.querySelector<HTMLElement>("[role=slider]")?.focus();
              onReset();
            }}
          >
            Reset to {spokenThreshold(dial, threshold)}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

/** Where a change falls, when there are several sources for it to fall on. */
function BySource({ histogram, moved }: { histogram: ScoreHistogram; moved: number | null }) {
  const changes = changesAt(histogram, moved);
  const some = changes.filter(({ admitted, perhaps, withdrawn }) => admitted + perhaps + withdrawn > 0);
  if (changes.length < 2 || some.length === 0) return null;
  return (
    <span className="block text-xs text-dim">
      {some
        .map(({ sourceId, admitted, perhaps, withdrawn }) =>
          [
            sourceId,
            admitted > 0 ? `+${count(admitted)}` : "",
            perhaps > 0 ? `+${count(perhaps)} perhaps` : "",
            withdrawn > 0 ? `−${count(withdrawn)}` : "",
          ]
            .filter(Boolean)
            .join(" "),
        )
        .join(" · ")}
    </span>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
