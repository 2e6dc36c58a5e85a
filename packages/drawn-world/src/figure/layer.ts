import type { Part } from "../vocabulary.ts";
import type { Point, Ring } from "./geometry.ts";

/** How a surface takes light and what it is covered with; materials of the protocol, and the body's own. */
export type Surface = string;

/** Drawn upon a layer and clipped to it, in the adult's frame. */
export type Decor =
  | { readonly line: readonly Point[]; readonly color: string; readonly width: number; readonly opacity?: number }
  | { readonly area: readonly Point[]; readonly color: string; readonly opacity?: number }
  /** Ready SVG around (0, 0), moved to `at` and scaled. */
  | { readonly svg: string; readonly at: Point };

/** One shape of the figure; the list of them is painted from back to front. */
export interface Layer {
  readonly part: Part;
  /** What it belongs to (`top`, `bag`, `skin` …): the group that loses its answers when none of it can be seen. */
  readonly group: string;
  /** Rings in the body's frame (warped), each filled; with `evenOdd` an inner ring is a hole. */
  readonly rings: readonly Ring[];
  readonly evenOdd: boolean;
  readonly fill: string;
  /** Painted over the fill: the look of the material. */
  readonly texture: string | null;
  readonly opacity: number;
  readonly surface: Surface;
  readonly decor: readonly Decor[];
  /** Half thickness in units: how broadly the shape is rounded by the light. */
  readonly round: number;
  /** Direction of folds, in degrees. */
  readonly grain: number;
  /** Not rounded: collars, straps, frames of glasses. */
  readonly flat: boolean;
  /** Rounded softly: the head. */
  readonly soft: boolean;
  /** Shaded as one with the torso above the armpit, so that sleeves do not look like doll joints. */
  readonly join: boolean;
}

/** The part that a layer is when it does not say more. */
export interface LayerOptions {
  readonly evenOdd?: boolean;
  readonly decor?: readonly Decor[];
  readonly round?: number;
  readonly grain?: number;
  readonly flat?: boolean;
  readonly soft?: boolean;
  readonly join?: boolean;
  readonly opacity?: number;
  /** Tilt of stripes and weave, in degrees. */
  readonly angle?: number;
}
