import { useEffect, useMemo, useRef } from "react";
import { boxOf, paintParts, usePartMap } from "../../components/part-map.ts";
import { imageOf } from "../../components/picture.tsx";

interface Props {
  assetId: string;
  /** ATR parts the question is about. */
  parts: readonly number[];
  marked: boolean;
  /** Come closer to these parts. */
  close: boolean;
}

const WHOLE = [0, 0, 1, 1] as const;
/** Parts never fill more than this share of the view, so that one sees what is around them. */
const FILL = 0.7;

/** The picture, with everything dimmed that the question is not about. */
export function Evidence({ assetId, parts, marked, close }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = usePartMap(assetId);
  const about = useMemo(() => new Set(parts.filter((part) => part > 0)), [parts]);
  const some = parts.length > 0 && parts.length < 17 && !parts.includes(0);

  const box = useMemo(() => {
    if (!map.data) return WHOLE;
    return (some && boxOf(map.data, (part) => about.has(part))) || boxOf(map.data, (part) => part > 0) || WHOLE;
  }, [map.data, about, some]);

  const seen = useMemo(() => map.data?.ids.some((part) => about.has(part)) ?? false, [map.data, about]);

  useEffect(() => {
    if (!canvas.current || !map.data) return;
    const mark = marked && some && seen;
    paintParts(canvas.current, map.data, (part) => !mark || about.has(part), { alpha: 0, outside: [10, 12, 14, 104] });
  }, [map.data, about, marked, some, seen]);

  const [x0, y0, x1, y1] = close ? box : WHOLE;
  const scale = close ? Math.min(6, Math.max(1, FILL / Math.max(x1 - x0, y1 - y0))) : 1;
  const shift = (low: number, high: number) => {
    const middle = (low + high) / 2;
    const room = (scale - 1) / 2 / scale;
    return Math.max(-room, Math.min(room, 0.5 - middle)) * 100;
  };

  return (
    <div className="grid min-h-0 place-items-center overflow-hidden bg-sunk p-3">
      <div className="relative h-full max-h-full overflow-hidden rounded">
        <div
          className="relative h-full transition-transform duration-100"
          style={{ transform: `scale(${scale}) translate(${shift(x0, x1)}%, ${shift(y0, y1)}%)` }}
        >
          <img
            src={imageOf(assetId)}
            alt="the person to describe"
            className="block h-full w-auto max-w-full object-contain"
            draggable={false}
          />
          <canvas ref={canvas} className="absolute inset-0 h-full w-full" />
        </div>
      </div>
    </div>
  );
}
