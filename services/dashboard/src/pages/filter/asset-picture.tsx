import type { Asset } from "@anyone/contracts/filter";
import { useEffect, useRef, useState } from "react";
import { Choice } from "../../components/controls.tsx";
import { paintParts, usePartMap } from "../../components/part-map.ts";
import { imageOf } from "../../components/picture.tsx";

/** The image with what was found in it: parts, boxes, keypoints. */
export function AssetPicture({ asset }: { asset: Asset }) {
  const [overlay, setOverlay] = useState<"none" | "parts" | "boxes">("parts");
  const canvas = useRef<HTMLCanvasElement>(null);
  const parts = usePartMap(asset.id);

  useEffect(() => {
    if (canvas.current && parts.data && overlay === "parts") {
      paintParts(canvas.current, parts.data, (part) => part > 0, { alpha: 150, outside: [0, 0, 0, 0] });
    }
  }, [parts.data, overlay]);

  return (
    <figure className="overflow-hidden rounded-lg border border-line bg-panel">
      <div className="relative">
        <img
          src={imageOf(asset.id)}
          alt="the asset"
          className="block w-full"
          width={asset.width}
          height={asset.height}
        />
        {overlay === "parts" && (
          <canvas ref={canvas} className="absolute inset-0 h-full w-full [image-rendering:pixelated]" />
        )}
        {overlay === "boxes" && <Boxes asset={asset} />}
      </div>
      <figcaption className="flex items-center justify-between gap-2 border-t border-line px-3 py-2">
        <Choice
          name="overlay"
          value={overlay}
          of={[
            { value: "none", label: "Image" },
            { value: "parts", label: "Parts" },
            { value: "boxes", label: "Boxes" },
          ]}
          onChange={setOverlay}
        />
        <span className="text-xs text-faint">{parts.error ? "no part map" : ""}</span>
      </figcaption>
    </figure>
  );
}

function Boxes({ asset }: { asset: Asset }) {
  const boxes = [
    { name: "person", box: asset.personBox, className: "stroke-[#2fb4c4]" },
    { name: "face", box: asset.faceBox, className: "stroke-[#f0a24a]" },
  ];
  const points = Array.from({ length: Math.floor(asset.keypoints.length / 3) }, (_, at) =>
    asset.keypoints.slice(at * 3, at * 3 + 3),
  );
  const line = asset.width / 200;
  return (
    <svg
      viewBox={`0 0 ${asset.width} ${asset.height}`}
      className="absolute inset-0 h-full w-full"
      role="img"
      aria-label="boxes and keypoints"
    >
      {boxes.map(
        ({ name, box, className }) =>
          box.length === 4 && (
            <rect
              key={name}
              x={box[0]}
              y={box[1]}
              width={(box[2] ?? 0) - (box[0] ?? 0)}
              height={(box[3] ?? 0) - (box[1] ?? 0)}
              fill="none"
              strokeWidth={line}
              className={className}
            />
          ),
      )}
      {points.map(
        ([x, y, score], place) =>
          (score ?? 0) > 0.2 && (
            // biome-ignore lint/suspicious/noArrayIndexKey: COCO's order is fixed
            <circle key={place} cx={x} cy={y} r={line * 1.6} className="fill-[#ff4d6d]" />
          ),
      )}
    </svg>
  );
}
