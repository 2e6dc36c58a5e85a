import { useQuery } from "@tanstack/react-query";
import { partsOf } from "./picture.tsx";

/** ATR-18 part ids row by row, 0 = background. */
export interface PartMap {
  width: number;
  height: number;
  ids: Uint8Array;
}

/** One colour per ATR part, left and right of a pair alike: background, hat, hair, sunglasses, upper-clothes, skirt, … */
export const PART_COLORS = [
  [0, 0, 0],
  [214, 120, 60],
  [122, 86, 52],
  [40, 40, 44],
  [66, 133, 190],
  [204, 96, 150],
  [60, 92, 158],
  [196, 80, 96],
  [150, 120, 40],
  [112, 78, 140],
  [112, 78, 140],
  [236, 178, 130],
  [222, 156, 110],
  [222, 156, 110],
  [232, 170, 122],
  [232, 170, 122],
  [90, 150, 84],
  [196, 176, 60],
] as const;

export function usePartMap(assetId: string | undefined) {
  return useQuery({
    queryKey: ["parts", assetId],
    queryFn: () => readPartMap(assetId as string),
    enabled: assetId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** Reads the part map's pixels; the browser gives a greyscale PNG's values back unchanged. */
export async function readPartMap(assetId: string): Promise<PartMap> {
  const answer = await fetch(partsOf(assetId));
  if (!answer.ok) throw new Error(`no part map of ${assetId}`);
  const bitmap = await createImageBitmap(await answer.blob(), {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const ids = new Uint8Array(bitmap.width * bitmap.height);
  for (let at = 0; at < ids.length; at++) ids[at] = data[at * 4] ?? 0;
  return { width: bitmap.width, height: bitmap.height, ids };
}

/** Draws the parts that `shown` names, each in its colour; everything else stays as `outside` says. */
export function paintParts(
  canvas: HTMLCanvasElement,
  map: PartMap,
  shown: (part: number) => boolean,
  { alpha, outside }: { alpha: number; outside: readonly [number, number, number, number] },
): void {
  canvas.width = map.width;
  canvas.height = map.height;
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(map.width, map.height);
  for (let at = 0; at < map.ids.length; at++) {
    const part = map.ids[at] ?? 0;
    const [red, green, blue] = PART_COLORS[part] ?? [255, 255, 255];
    image.data.set(shown(part) ? [red, green, blue, alpha] : outside, at * 4);
  }
  context.putImageData(image, 0, 0);
}

/** The smallest box around the parts that `shown` names, as shares of width and height; null when none is there. */
export function boxOf(map: PartMap, shown: (part: number) => boolean): [number, number, number, number] | null {
  let [x0, y0, x1, y1] = [map.width, map.height, -1, -1];
  for (let at = 0; at < map.ids.length; at++) {
    if (!shown(map.ids[at] ?? 0)) continue;
    const [x, y] = [at % map.width, Math.floor(at / map.width)];
    x0 = Math.min(x0, x);
    y0 = Math.min(y0, y);
    x1 = Math.max(x1, x + 1);
    y1 = Math.max(y1, y + 1);
  }
  return x1 < 0 ? null : [x0 / map.width, y0 / map.height, x1 / map.width, y1 / map.height];
}
