import type { Pixels } from "./decode.ts";

/** Grey levels 0 to 255, row by row. */
export interface Plane {
  levels: Uint8Array;
  width: number;
  height: number;
}

/** Light is counted in steps of 1/255 with 22 binary places: white is 255 · 2²², which leaves room in 32 bits. */
const PLACES = 22;
const STEP = 1 << PLACES;

/** Light of every sRGB level (IEC 61966-2-1), times the channel's share of luminance (Rec. 709). */
const [RED, GREEN, BLUE] = [0.2126, 0.7152, 0.0722].map((share) =>
  Int32Array.from({ length: 256 }, (_, level) => Math.round(255 * STEP * share * lightOf(level / 255))),
) as [Int32Array, Int32Array, Int32Array];

/** Way back at whole steps of light, and up to the next one; the half that rounding needs is added already. */
const LEVELS = Array.from({ length: 258 }, (_, step) => Math.round(255 * levelOf(Math.min(1, step / 255))));
const START = Int32Array.from({ length: 257 }, (_, step) => (LEVELS[step] as number) * STEP + STEP / 2);
const RISE = Int32Array.from({ length: 257 }, (_, step) => (LEVELS[step + 1] as number) - (LEVELS[step] as number));

/**
 * Brightness of a view, interpolated between steps of light as libvips does (one pixel in 100 000 differs from it by a level) in
 * half of its time. Quality and flatness start from this one plane.
 */
export function greyOf({ data, width, height }: Pixels): Plane {
  const levels = new Uint8Array(width * height);
  // A function a row: V8 makes better code of one that is called often than of a long loop that it finds itself in.
  for (let y = 0; y < height; y++) fillRow(levels, y * width, width, data);
  return { levels, width, height };
}

function fillRow(levels: Uint8Array, from: number, width: number, data: Uint8Array): void {
  for (let i = from, at = 3 * from; i < from + width; i++, at += 3) {
    const light =
      (RED[data[at] as number] as number) +
      (GREEN[data[at + 1] as number] as number) +
      (BLUE[data[at + 2] as number] as number);
    const step = light >> PLACES;
    levels[i] = ((START[step] as number) + Math.imul(RISE[step] as number, light & (STEP - 1))) >> PLACES;
  }
}

function lightOf(level: number): number {
  return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
}

function levelOf(light: number): number {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
}
