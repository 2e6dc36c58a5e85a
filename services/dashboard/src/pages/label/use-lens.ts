import { useCallback, useState } from "react";
import { z } from "zod";
import { type Lens, PLAIN_LENS, panned, zoomed } from "./crop.ts";

/** How pictures are looked at: it stays from picture to picture, and from day to day. */
const Look = z.object({
  /** Dim what the question is not about. */
  marked: z.boolean(),
  /** Come closer to what it is about. */
  close: z.boolean(),
  lens: z.object({ zoom: z.number(), right: z.number(), down: z.number() }),
});
type Look = z.infer<typeof Look>;

export interface LensControl extends Look {
  mark: () => void;
  approach: () => void;
  zoom: (by: number) => void;
  /** In shares of the field. */
  pan: (right: number, down: number) => void;
  reset: () => void;
}

const NAME = "anyone.look";
const FIRST: Look = { marked: true, close: true, lens: PLAIN_LENS };

export function useLens(): LensControl {
  const [look, setLook] = useState(read);
  const change = useCallback((make: (look: Look) => Partial<Look>) => {
    setLook((before) => {
      const after = { ...before, ...make(before) };
      try {
        localStorage.setItem(NAME, JSON.stringify(after));
      } catch {
        // without storage it lasts as long as the page
      }
      return after;
    });
  }, []);
  const moved = (make: (lens: Lens) => Lens) => change(({ lens }) => ({ lens: make(lens) }));
  return {
    ...look,
    mark: () => change(({ marked }) => ({ marked: !marked })),
    approach: () => change(({ close }) => ({ close: !close, lens: PLAIN_LENS })),
    zoom: (by) => moved((lens) => zoomed(lens, by)),
    pan: (right, down) => moved((lens) => panned(lens, right, down)),
    reset: () => moved(() => PLAIN_LENS),
  };
}

function read(): Look {
  try {
    return Look.parse(JSON.parse(localStorage.getItem(NAME) ?? "null"));
  } catch {
    return FIRST;
  }
}
