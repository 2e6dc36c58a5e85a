import type { Asset } from "@anyone/contracts/filter";
import type { Candidate } from "@anyone/contracts/source";
import { gates } from "@anyone/domain/filter/gate";
import { useEffect, useRef, useState } from "react";
import { paintParts, usePartMap } from "../../components/part-map.ts";
import { candidateImageOf, imageOf } from "../../components/picture.tsx";
import { Empty } from "../../components/state.tsx";
import type { Measured } from "./measured.ts";

const LAYERS = ["person", "face", "keypoints", "parts"] as const;
type Layer = (typeof LAYERS)[number];

/** The picture with what was found in it drawn over it, each layer by itself. */
export function CandidatePicture({
  candidate,
  asset,
  measured,
}: {
  candidate: Candidate;
  asset: Asset | undefined;
  measured: Measured;
}) {
  const [hidden, setHidden] = useState<ReadonlySet<Layer>>(new Set(["parts"]));
  const parts = usePartMap(asset?.id);
  const points = pointsOf(asset?.keypoints ?? []);
  const there: Record<Layer, boolean> = {
    person: measured.persons.length > 0,
    face: measured.faces.length > 0,
    keypoints: points.length > 0,
    parts: parts.data !== undefined && asset !== undefined,
  };
  const shown = (layer: Layer) => there[layer] && !hidden.has(layer);
  const src = asset ? imageOf(asset.id) : candidate.viewable ? candidateImageOf(candidate.id) : null;
  if (src === null) {
    return (
      <figure className="rounded-lg border border-line bg-panel">
        <Empty title="There is no picture">
          {measured.headerOnly
            ? "Its header was enough to drop it: its bytes were not read."
            : candidate.status === "listed"
              ? "It is not fetched yet."
              : "Its bytes are not stored."}
        </Empty>
      </figure>
    );
  }
  const { width = 1, height = 1 } = measured;
  return (
    <figure className="overflow-hidden rounded-lg border border-line bg-panel">
      <div className="relative">
        <img src={src} alt={candidate.caption ?? `candidate ${candidate.id}`} className="block w-full" />
        {shown("parts") && parts.data && <Parts map={parts.data} />}
        <svg
          viewBox={`0 0 ${width} ${height}`}
          className="absolute inset-0 h-full w-full"
          role="img"
          aria-label={`drawn over it: ${LAYERS.filter(shown).join(", ") || "nothing"}`}
        >
          {shown("person") && <Boxes of={measured.persons} sure={gates.personScore} width={width} color="#2fb4c4" />}
          {shown("face") && <Boxes of={measured.faces} sure={gates.faceScore} width={width} color="#f0a24a" />}
          {shown("keypoints") &&
            points.map(({ place, x, y }) => (
              <circle key={place} cx={x} cy={y} r={width / 125} className="fill-[#ff4d6d]" />
            ))}
        </svg>
      </div>
      <fieldset className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line px-3 py-2">
        <legend className="sr-only">Drawn over the picture</legend>
        {LAYERS.map((layer) => (
          <label
            key={layer}
            className={there[layer] ? "flex items-center gap-1.5" : "flex items-center gap-1.5 text-faint"}
          >
            <input
              type="checkbox"
              checked={shown(layer)}
              disabled={!there[layer]}
              onChange={() => setHidden((now) => toggled(now, layer))}
            />
            {NAMES[layer]}
          </label>
        ))}
        {!asset && <p className="w-full text-xs text-faint">Keypoints and parts are found only in what is kept.</p>}
      </fieldset>
    </figure>
  );
}

const NAMES: Record<Layer, string> = { person: "Person", face: "Face", keypoints: "Keypoints", parts: "Parts" };

/** A box that its gate counts stands out; a doubtful one is dashed. */
function Boxes(props: { of: Measured["persons"]; sure: number; width: number; color: string }) {
  const { of, sure, width, color } = props;
  return of.map(({ box: [x0, y0, x1, y1], score }) => (
    <g key={`${x0} ${y0} ${x1} ${y1}`}>
      <rect
        x={x0}
        y={y0}
        width={x1 - x0}
        height={y1 - y0}
        fill="none"
        stroke={color}
        strokeWidth={width / 200}
        strokeDasharray={score < sure ? `${width / 60}` : undefined}
      >
        <title>{score.toFixed(2)}</title>
      </rect>
    </g>
  ));
}

function Parts({ map }: { map: NonNullable<ReturnType<typeof usePartMap>["data"]> }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) paintParts(canvas.current, map, (part) => part > 0, { alpha: 150, outside: [0, 0, 0, 0] });
  }, [map]);
  return <canvas ref={canvas} className="absolute inset-0 h-full w-full [image-rendering:pixelated]" />;
}

/** Points that were found, not guessed. */
function pointsOf(keypoints: readonly number[]): { place: number; x: number; y: number }[] {
  return Array.from({ length: Math.floor(keypoints.length / 3) }, (_, place) => {
    const [x = 0, y = 0, score = 0] = keypoints.slice(place * 3, place * 3 + 3);
    return { place, x, y, score };
  }).filter(({ score }) => score > 0.2);
}

function toggled(hidden: ReadonlySet<Layer>, layer: Layer): ReadonlySet<Layer> {
  const now = new Set(hidden);
  if (!now.delete(layer)) now.add(layer);
  return now;
}
