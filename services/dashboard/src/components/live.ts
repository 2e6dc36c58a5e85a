import { pathOf } from "@anyone/contracts/client";
import { systemApi } from "@anyone/contracts/system";
import { useEffect } from "react";
import { queries } from "../client.ts";

/** Readings of a stage are made again as soon as the server says that something happened there, at most twice a second. */
export function useLiveEvents(enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return;
    const events = new EventSource(pathOf(systemApi.events));
    const stale = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const note = (event: MessageEvent) => {
      stale.add(event.type);
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const stage of stale) void queries.invalidateQueries({ queryKey: [stage] });
        void queries.invalidateQueries({ queryKey: ["system"] });
        stale.clear();
      }, 500);
    };
    for (const stage of ["source", "filter", "annotate", "review", "release", "train", "evaluate"]) {
      events.addEventListener(stage, note);
    }
    return () => {
      clearTimeout(timer);
      events.close();
    };
  }, [enabled]);
}
