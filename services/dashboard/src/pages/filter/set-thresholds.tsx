import { type Thresholds, thresholdsApi } from "@anyone/contracts/thresholds";
import { DIAL_WORDS, spokenThreshold } from "@anyone/domain/filter/dial-words";
import type { DialKey } from "@anyone/domain/filter/dials";
import type { MovedThresholds } from "@anyone/domain/filter/what-if";
import { useState } from "react";
import { useAction, useApi } from "../../client.ts";
import { Button, Input } from "../../components/controls.tsx";
import { Failure } from "../../components/state.tsx";
import { ago } from "../../format.ts";

/** Sets the thresholds that are moved on this page; says which are in force, and takes them back to the filter's own. */
export function SetThresholds({ moved, onSet }: { moved: MovedThresholds; onSet: () => void }) {
  const inForce = useApi(thresholdsApi.getThresholds);
  const put = useAction(thresholdsApi.putThresholds);
  const [note, setNote] = useState("");
  const wanted = inForce.data ? withinBounds(moved, inForce.data) : {};
  const own = inForce.data ? ownOf(inForce.data) : {};
  const names = Object.keys(wanted) as DialKey[];

  function set(thresholds: MovedThresholds, why: string): void {
    const seen = inForce.data && { version: inForce.data.version };
    const body = { thresholds, ...seen, ...(why.trim() && { note: why.trim() }) };
    put.mutate(
      { body },
      {
        onSuccess: () => {
          setNote("");
          onSet();
        },
      },
    );
  }

  return (
    <form
      aria-label="set thresholds"
      className="mt-3 flex flex-col gap-2 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (names.length > 0) set(wanted, note);
      }}
    >
      <div className="flex flex-wrap items-center gap-2">
        {names.length > 0 ? (
          <>
            <Input
              aria-label="why they are set"
              placeholder="why (kept with the version)"
              maxLength={500}
              value={note}
              onChange={(event) => setNote(event.target.value)}
              className="w-64 max-w-full"
            />
            <Button type="submit" look="strong" disabled={put.isPending}>
              {names.length === 1 ? "Set this threshold" : `Set these ${names.length} thresholds`}
            </Button>
            <span className="text-dim">
              {names
                .map((name) => `${DIAL_WORDS[name].name} ${spokenThreshold(name, wanted[name] ?? null)}`)
                .join(", ")}
            </span>
          </>
        ) : (
          <span className="text-dim">Move a line to set its threshold.</span>
        )}
        {Object.keys(own).length > 0 && (
          <Button className="ml-auto" disabled={put.isPending} onClick={() => set(own, "back to the filter's own")}>
            Back to the filter's own
          </Button>
        )}
      </div>
      <output className="text-dim" aria-live="polite">
        {inForce.data && <InForce thresholds={inForce.data} />}
      </output>
      <Failure error={put.error ?? inForce.error} />
    </form>
  );
}

function InForce({ thresholds: { version, made_by, made_at, note } }: { thresholds: Thresholds }) {
  if (made_by === null) return <>In force: version {version}, the filter's own.</>;
  return (
    <>
      In force: version {version}, set by {made_by} {ago(made_at)}
      {note && `: ${note}`}. New candidates are judged by it; those judged before stay as they are until they are judged
      again.
    </>
  );
}

/** A line at its scale's end may stand where the threshold itself can't: no side has 0 pixels. */
function withinBounds(moved: MovedThresholds, { thresholds }: Thresholds): MovedThresholds {
  return Object.fromEntries(
    thresholds.flatMap(({ name, low, high }) => {
      const at = moved[name];
      return at === undefined ? [] : [[name, at === null ? null : Math.min(high, Math.max(low, at))]];
    }),
  );
}

/** The filter's own values of those that are set to something else. */
function ownOf({ thresholds }: Thresholds): MovedThresholds {
  return Object.fromEntries(
    thresholds.filter(({ value, default: own }) => value !== own).map(({ name, default: own }) => [name, own]),
  );
}
