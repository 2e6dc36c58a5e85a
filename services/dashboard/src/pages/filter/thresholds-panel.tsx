import type { DialKey } from "@anyone/domain/filter/dials";
import type { FilterReport } from "@anyone/domain/filter/report";
import type { MovedThresholds } from "@anyone/domain/filter/what-if";
import { useState } from "react";
import { Button } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Empty } from "../../components/state.tsx";
import { JudgeAgain } from "./judge-again.tsx";
import { MovedTogether } from "./moved-together.tsx";
import { SetThresholds } from "./set-thresholds.tsx";
import { ThresholdDial } from "./threshold-dial.tsx";

/** Every threshold over a score that was measured, to be moved and looked at. Moving changes nothing; setting and judging again do. */
export function ThresholdsPanel({ report }: { report: FilterReport }) {
  const [moved, setMoved] = useState<MovedThresholds>({});
  const names = Object.keys(moved);
  const reset = (dial: DialKey) => setMoved(({ [dial]: _, ...rest }) => rest);

  return (
    <>
      <Panel
        title="Thresholds"
        note="drag a line, or focus it and use the arrow keys, Home and End"
        actions={names.length > 0 && <Button onClick={() => setMoved({})}>Reset all</Button>}
      >
        {report.histograms.length === 0 ? (
          <Empty title="Nothing was measured">
            What was judged so far was dropped before it had a score. Look at the reasons above.
          </Empty>
        ) : (
          <div className="grid gap-3 md:grid-cols-2">
            {report.histograms.map((histogram) => (
              <ThresholdDial
                key={histogram.dial}
                histogram={histogram}
                moved={moved[histogram.dial]}
                onMove={(at) =>
                  at === histogram.threshold
                    ? reset(histogram.dial)
                    : setMoved((now) => ({ ...now, [histogram.dial]: at }))
                }
                onReset={() => reset(histogram.dial)}
              />
            ))}
          </div>
        )}
        {names.length > 1 && <MovedTogether moved={moved} hash={report.hash} />}
        <SetThresholds moved={moved} onSet={() => setMoved({})} />
        <p className="mt-3 max-w-3xl text-dim">
          Full colour: candidates that no other gate drops, so this line decides about them; pale: all that have the
          score. Heights grow with the square root. What is a near duplicate of the pool is left out of the first, and
          what would be kept may still turn out to be one.
        </p>
      </Panel>
      <JudgeAgain key={report.thresholds.version} moved={names.length} />
    </>
  );
}
