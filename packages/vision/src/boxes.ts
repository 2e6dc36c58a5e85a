/** Left, top, right, bottom in pixels. */
export type Box = readonly [number, number, number, number];

export interface Detection {
  /** 0 to 1 */
  score: number;
  box: Box;
}

export function area([x0, y0, x1, y1]: Box): number {
  return Math.max(0, x1 - x0) * Math.max(0, y1 - y0);
}

/** Shared area over united area, 0 to 1. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const shared = intersection(a, b);
  return shared / (area(a) + area(b) - shared || 1);
}

/** Shared area over the smaller area, 0 to 1: 1 when one box lies inside the other. */
export function intersectionOverSmaller(a: Box, b: Box): number {
  return intersection(a, b) / (Math.min(area(a), area(b)) || 1);
}

/** Keeps the best-scored boxes, dropping every box that overlaps a better one by more than `limit`. */
export function suppress(
  detections: readonly Detection[],
  limit: number,
  overlap: (a: Box, b: Box) => number = intersectionOverUnion,
): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of detections.toSorted((a, b) => b.score - a.score)) {
    if (!kept.some((better) => overlap(better.box, candidate.box) > limit)) kept.push(candidate);
  }
  return kept;
}

/** A box in picture pixels, in those of the view. */
export function toView([x0, y0, x1, y1]: Box, { scale }: { scale: number }): Box {
  return [x0 * scale, y0 * scale, x1 * scale, y1 * scale];
}

/** A box in view pixels, in those of the picture: divided by `scale`, kept inside. */
export function toPicture(box: Box, picture: { width: number; height: number; scale: number }): Box {
  const [x0, y0, x1, y1] = box;
  const x = (v: number) => Math.min(picture.width, Math.max(0, v / picture.scale));
  const y = (v: number) => Math.min(picture.height, Math.max(0, v / picture.scale));
  return [x(x0), y(y0), x(x1), y(y1)];
}

function intersection(a: Box, b: Box): number {
  return area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
}
