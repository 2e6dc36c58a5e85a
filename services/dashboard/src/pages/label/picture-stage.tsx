import { useEffect, useRef, useState } from "react";
import { CropView } from "./crop-view.tsx";
import type { LensControl } from "./use-lens.ts";

interface Props {
  assetId: string;
  alt: string;
  parts: readonly number[];
  /** Pictures that come next: painted already, and not seen, so that the next one is there at once. */
  next: readonly string[];
  look: LensControl;
}

const WHEEL_STEP = 1.15;

/** One picture as large as there is room for; zoomed by wheel or keys, moved by dragging or keys. */
export function PictureStage({ assetId, alt, parts, next, look }: Props) {
  const field = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 1, height: 1 });
  const drag = useRef<{ x: number; y: number } | null>(null);

  useEffect(() => {
    if (!field.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(field.current);
    return () => observer.disconnect();
  }, []);

  const shown = [assetId, ...next.filter((id) => id !== assetId)].slice(0, 3);
  return (
    <div
      ref={field}
      className="relative min-h-[60vh] cursor-grab touch-none overflow-hidden bg-sunk select-none active:cursor-grabbing min-[560px]:min-h-0"
      data-testid="stage"
      data-asset={assetId}
      onWheel={(event) => look.zoom(event.deltaY < 0 ? WHEEL_STEP : 1 / WHEEL_STEP)}
      onPointerDown={(event) => {
        drag.current = { x: event.clientX, y: event.clientY };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (!drag.current) return;
        look.pan((drag.current.x - event.clientX) / size.width, (drag.current.y - event.clientY) / size.height);
        drag.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerUp={() => {
        drag.current = null;
      }}
    >
      {shown.toSorted().map((id) => (
        <div key={id} className={`absolute inset-0 ${id === assetId ? "" : "invisible"}`} aria-hidden={id !== assetId}>
          <CropView
            assetId={id}
            alt={id === assetId ? alt : ""}
            parts={parts}
            marked={look.marked}
            close={look.close}
            lens={look.lens}
            shape={size.width / Math.max(1, size.height)}
          />
        </div>
      ))}
      {look.lens.zoom > 1 && (
        <span className="absolute right-3 bottom-3 rounded bg-panel px-2 py-0.5 text-xs text-dim">
          {look.lens.zoom.toFixed(1)}×, Esc for all of it
        </span>
      )}
    </div>
  );
}
