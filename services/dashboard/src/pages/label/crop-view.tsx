import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { boxOf, usePartMap } from "../../components/part-map.ts";
import { imageOf, thumbnailOf } from "../../components/picture.tsx";
import { type Framing, type Lens, PLAIN_LENS, through, WHOLE_PICTURE, windowAround } from "./crop.ts";
import { paintMarks } from "./paint-marks.ts";

interface Props {
  assetId: string;
  alt: string;
  /** ATR parts the question is about. */
  parts: readonly number[];
  /** Dim what the question is not about. */
  marked: boolean;
  /** Come closer to it. */
  close: boolean;
  /** Width by height of the field this fills. */
  shape: number;
  lens?: Lens;
  /** Small fields show the thumbnail where it has pixels enough. */
  small?: boolean;
}

/** Room around what the question is about, so that one sees what it belongs to. */
const CLOSE: Framing = { margin: 0.22, least: 0.4 };
const CLOSE_SMALL: Framing = { margin: 0.22, least: 0.25 };
const WHOLE: Framing = { margin: 0, least: 0 };
/** Pictures stand; the part map says how tall this one is as soon as it is there. */
const USUAL_PICTURE = 0.5;

/** The part of a picture that a question is about, or all of it. */
export function CropView({ assetId, alt, parts, marked, close, shape, lens = PLAIN_LENS, small = false }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [broken, setBroken] = useState(false);
  const [size, setSize] = useState<number | null>(null);
  const map = usePartMap(assetId).data;
  const about = useMemo(() => new Set(parts.filter((part) => part > 0)), [parts]);
  const some = parts.length > 0 && parts.length < 17 && !parts.includes(0);

  const box = useMemo(() => {
    if (!map || !close) return WHOLE_PICTURE;
    return (some && boxOf(map, (part) => about.has(part))) || boxOf(map, (part) => part > 0) || WHOLE_PICTURE;
  }, [map, about, some, close]);

  useLayoutEffect(() => {
    if (canvas.current && map && marked && some) paintMarks(canvas.current, map, about);
  }, [map, about, marked, some]);

  const picture = map ? map.width / map.height : (size ?? USUAL_PICTURE);
  const framing = !close ? WHOLE : small ? CLOSE_SMALL : CLOSE;
  const seen = through(lens, windowAround(box, picture, shape, framing));
  const thumbnail = small && seen.height > 0.75;
  const place = {
    left: `${(-seen.x / seen.width) * 100}%`,
    top: `${(-seen.y / seen.height) * 100}%`,
    width: `${100 / seen.width}%`,
    height: `${100 / seen.height}%`,
  };
  return (
    <div className="relative h-full w-full overflow-hidden bg-sunk">
      {broken ? (
        <span className="absolute inset-0 grid place-items-center p-2 text-center text-dim">
          This picture can't be shown
        </span>
      ) : (
        <img
          src={thumbnail ? thumbnailOf(assetId) : imageOf(assetId)}
          alt={alt}
          decoding="sync"
          draggable={false}
          onError={() => setBroken(true)}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setSize(naturalWidth / naturalHeight)}
          className="absolute max-w-none"
          style={place}
        />
      )}
      {marked && some && <canvas ref={canvas} className="pointer-events-none absolute" style={place} />}
    </div>
  );
}
