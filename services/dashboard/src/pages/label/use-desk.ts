import { useEffect, useState, useSyncExternalStore } from "react";
import type { Kind } from "./lease.ts";
import { type DeskView, type OpenDesk, openDesk } from "./open-desk.ts";

const NAME = "anyone.label.kind";
const nothing = () => () => {};

/** The annotator's desk while the page is open; null for the moment until it is. */
export function useDesk(annotator: string): { desk: OpenDesk; view: DeskView } | null {
  const [desk, setDesk] = useState<OpenDesk | null>(null);
  useEffect(() => {
    const opened = openDesk(annotator, usualKind());
    setDesk(opened);
    return () => opened.close();
  }, [annotator]);
  const view = useSyncExternalStore(desk?.subscribe ?? nothing, () => desk?.view() ?? null);
  const kind = view?.kind;
  useEffect(() => {
    try {
      if (kind) localStorage.setItem(NAME, kind);
    } catch {
      // without storage the next visit begins by question
    }
  }, [kind]);
  return desk && view ? { desk, view } : null;
}

function usualKind(): Kind {
  try {
    return localStorage.getItem(NAME) === "page" ? "page" : "grid";
  } catch {
    return "grid";
  }
}
