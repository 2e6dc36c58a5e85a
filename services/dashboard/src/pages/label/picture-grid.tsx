import type { Category } from "@anyone/domain/annotate/protocol";
import { useEffect, useRef, useState } from "react";
import { said } from "../../components/protocol.ts";
import { CropView } from "./crop-view.tsx";
import { type GridSheet, type SlotName, same } from "./desk.ts";
import { isPending, type Outbox } from "./outbox.ts";
import type { LensControl } from "./use-lens.ts";

interface Props {
  sheet: GridSheet;
  category: Category;
  outbox: Outbox;
  focus: SlotName;
  selected: readonly SlotName[];
  look: LensControl;
  onPress: (slot: SlotName, more: boolean) => void;
}

/** A field stands a little higher than wide: room for a garment, or for a person. */
const SHAPE = 0.8;
const LEAST_WIDTH = 108;

/** The same question about many pictures, all in sight. */
export function PictureGrid({ sheet, category, outbox, focus, selected, look, onPress }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const slots = sheet.grid.slots.filter((slot) => !sheet.gone.some((one) => same(one, slot)));
  const columns = useColumns(box, slots.length);
  const place = slots.findIndex((slot) => same(slot, focus));

  useEffect(() => {
    box.current?.querySelector(`[data-place="${place}"]`)?.scrollIntoView({ block: "nearest" });
  }, [place]);

  return (
    <div ref={box} className="min-h-[60vh] overflow-y-auto bg-ground p-2 min-[560px]:min-h-0">
      <div
        role="listbox"
        tabIndex={0}
        aria-label={`pictures: ${category.question}`}
        aria-multiselectable="true"
        aria-activedescendant={`slot-${place}`}
        className="grid gap-1.5 outline-none"
        style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
        data-testid="grid"
        data-columns={columns}
      >
        {slots.map((slot, at) => {
          const given = sheet.given.find((one) => same(one, slot));
          const words = given
            ? said(category, given.value, given.text)
            : slot.suggestion && `${said(category, slot.suggestion.value)}?`;
          const chosen = selected.some((one) => same(one, slot));
          const focused = at === place;
          const ring = focused ? "ring-3 ring-accent" : chosen ? "ring-3 ring-warn" : "ring-1 ring-line";
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the page's keys do all of this
            // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and names its active field
            <div
              key={`${slot.taskId} ${slot.category}`}
              id={`slot-${at}`}
              role="option"
              aria-selected={chosen}
              aria-label={`picture ${at + 1} of ${slots.length}${words ? `, ${words}` : ""}`}
              data-place={at}
              data-state={given ? (isPending(outbox, slot) ? "queued" : "saved") : "open"}
              onClick={(event) => onPress(slot, event.ctrlKey || event.metaKey || event.shiftKey)}
              className={`relative cursor-pointer overflow-hidden rounded-md ${ring}`}
              style={{ aspectRatio: SHAPE }}
            >
              <div className={`h-full ${given && !focused ? "opacity-45" : ""}`}>
                <CropView
                  assetId={slot.assetId}
                  alt=""
                  parts={category.parts}
                  marked={look.marked}
                  close={look.close}
                  shape={SHAPE}
                  lens={{ ...look.lens, right: 0, down: 0 }}
                  small
                />
              </div>
              {chosen && <Chosen />}
              {given ? (
                <Line tone="bg-panel text-ink font-medium">
                  {said(category, given.value, given.text)}
                  {isPending(outbox, slot) && (
                    <span className="ml-auto text-warn" aria-hidden="true">
                      …
                    </span>
                  )}
                </Line>
              ) : (
                slot.suggestion && (
                  <Line tone="bg-panel/85 text-dim italic">{said(category, slot.suggestion.value)}?</Line>
                )
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Line({ tone, children }: { tone: string; children: React.ReactNode }) {
  return (
    <span className={`absolute inset-x-0 bottom-0 flex truncate px-1.5 py-0.5 text-xs ${tone}`} data-said>
      {children}
    </span>
  );
}

function Chosen() {
  return (
    <svg viewBox="0 0 20 20" className="absolute top-1 right-1 size-5" aria-hidden="true">
      <circle cx="10" cy="10" r="10" className="fill-warn" />
      <path d="m5.5 10.5 3 3 6-7" fill="none" className="stroke-panel" strokeWidth="2" />
    </svg>
  );
}

/** So many columns that the fields are as large as they can be with all of them in sight, and no smaller than is of use. */
function useColumns(box: React.RefObject<HTMLDivElement | null>, count: number): number {
  const [columns, setColumns] = useState(6);
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setColumns(columnsFor(count, entry.contentRect));
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [box, count]);
  return columns;
}

const GAP = 6;

function columnsFor(count: number, { width, height }: { width: number; height: number }): number {
  const most = Math.max(1, Math.floor((width + GAP) / (LEAST_WIDTH + GAP)));
  const fits = (columns: number) => {
    const field = (width - (columns - 1) * GAP) / columns;
    return Math.ceil(count / columns) * (field / SHAPE + GAP) - GAP <= height;
  };
  for (let columns = 1; columns < most; columns++) if (fits(columns)) return columns;
  return most;
}
