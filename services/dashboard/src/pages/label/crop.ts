/** A part of a picture, as shares of its width and height: x, y, width, height. It may reach beyond the picture. */
export interface Window {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Corners x0, y0, x1, y1 as shares of the picture. */
export type Box = readonly [number, number, number, number];

export const WHOLE_PICTURE: Box = [0, 0, 1, 1];

/** How far the annotator has zoomed and panned: by hand, on top of what the question comes closer to. */
export interface Lens {
  /** 1: as the question has it. */
  zoom: number;
  /** Shares of the window's size, to the right and down. */
  right: number;
  down: number;
}

export const PLAIN_LENS: Lens = { zoom: 1, right: 0, down: 0 };
const MOST_ZOOM = 8;

export interface Framing {
  /** Room on every side, as a share of what is framed. */
  margin: number;
  /** The smallest height of a window: closer than that one sees pixels. */
  least: number;
}

/**
 * The smallest window of shape `shape` (width by height, in pixels) that shows a box of a picture of shape `picture`,
 * with a margin on every side as far as that keeps it inside the picture. Where it can't be inside, it is centred on it.
 */
export function windowAround(box: Box, picture: number, shape: number, { margin, least }: Framing): Window {
  const [x0, y0, x1, y1] = box;
  // in shares of the picture a window is wider than in pixels by so much
  const ratio = shape / picture;
  const needed = Math.max(y1 - y0, (x1 - x0) / ratio);
  const inside = Math.min(1, 1 / ratio);
  const wanted = Math.max(needed * (1 + 2 * margin), least);
  const height = Math.min(wanted, Math.max(needed, inside));
  return { ...place({ x: (x0 + x1) / 2, y: (y0 + y1) / 2 }, height * ratio, height), width: height * ratio, height };
}

/** The window as seen through the annotator's lens. */
export function through(lens: Lens, seen: Window): Window {
  const [width, height] = [seen.width / lens.zoom, seen.height / lens.zoom];
  const x = seen.x + seen.width / 2 + lens.right * width;
  const y = seen.y + seen.height / 2 + lens.down * height;
  return { ...place({ x, y }, width, height), width, height };
}

export function zoomed(lens: Lens, by: number): Lens {
  const zoom = Math.min(MOST_ZOOM, Math.max(1, lens.zoom * by));
  return zoom === 1 ? PLAIN_LENS : { ...lens, zoom };
}

/** Panning goes no further than twice the window to each side; there is nothing to see beyond. */
export function panned(lens: Lens, right: number, down: number): Lens {
  const hold = (value: number) => Math.min(2 * lens.zoom, Math.max(-2 * lens.zoom, value));
  return { ...lens, right: hold(lens.right + right), down: hold(lens.down + down) };
}

function place(middle: { x: number; y: number }, width: number, height: number): { x: number; y: number } {
  const along = (at: number, size: number) =>
    size >= 1 ? (1 - size) / 2 : Math.min(1 - size, Math.max(0, at - size / 2));
  return { x: along(middle.x, width), y: along(middle.y, height) };
}
