import type { Forced } from "./attributes.ts";
import { makeBody } from "./figure/body.ts";
import { drawFigure } from "./figure/draw-figure.ts";
import type { Figure } from "./figure/figure.ts";
import { riseOf } from "./figure/haircut.ts";
import { FRAMING } from "./frequencies.ts";
import { random } from "./random.ts";
import { sampleAttributes } from "./sample-attributes.ts";
import type { Placement } from "./scan.ts";
import type { Defect } from "./truth.ts";
import type { Category, Framing } from "./vocabulary.ts";

export interface DrawOptions {
  /** Chance decides when left out. */
  readonly framing?: Framing;
  /** Answers to draw whatever chance says. */
  readonly attrs?: Forced;
  readonly defect?: Defect | null;
  /** Needed for a near duplicate: the seed of the picture it is made from, drawn with the same other options. */
  readonly duplicateOf?: number;
  /** Width of the picture in pixels; the height follows. Left out: the width at which the framing's face passes 224 px. */
  readonly width?: number;
}

/** Everything about a picture but its pixels. */
export interface Picture {
  readonly seed: number;
  readonly framing: Framing;
  readonly defect: Defect | null;
  readonly width: number;
  readonly height: number;
  readonly background: string;
  readonly people: readonly { readonly figure: Figure; readonly at: Placement }[];
  /** Pixels of the drawing per pixel of the picture: the rest is enlarged. */
  readonly drawn: number;
}

interface Shot {
  readonly width: number;
  readonly height: number;
  /** Height of the lower edge, in units of an adult's frame, from … to. */
  readonly cut: readonly [number, number];
  /** Room above the head, as a share of the picture's height. */
  readonly room: readonly [number, number];
  /** Units that must fit across. */
  readonly across: number;
  readonly drawn: number;
}

/** Sizes at which a face detector's box is at least 224 px wide (it spans about .75 of the head's height). */
export const SHOTS: Readonly<Record<Framing, Shot>> = {
  full_body: { width: 1472, height: 2944, cut: [772, 800], room: [0.035, 0.07], across: 290, drawn: 0.5 },
  nearly_full_body: { width: 1280, height: 2560, cut: [590, 672], room: [0.04, 0.08], across: 290, drawn: 0.5 },
  upper_body: { width: 1152, height: 1646, cut: [375, 445], room: [0.05, 0.09], across: 290, drawn: 0.5 },
  portrait: { width: 960, height: 1280, cut: [238, 290], room: [0.07, 0.12], across: 205, drawn: 0.6 },
  headshot: { width: 960, height: 1280, cut: [174, 198], room: [0.09, 0.15], across: 125, drawn: 0.6 },
};

/** Added to a seed to get the second person of a pair. */
const COMPANION = 1_000_003;

/** The widest face of the defect "small-face", in pixels; the face box is 76 units wide. */
const SMALL_FACE = 185;

/** The framing that chance gives a seed. */
export function framingOf(seed: number): Framing {
  return random(seed, "picture").weighted(FRAMING) as Framing;
}

/** Settles who is drawn, where and how large. Cheap: nothing is rasterised. */
export function planPicture(seed: number, options: DrawOptions = {}): Picture {
  const defect = options.defect ?? null;
  const r = random(seed, "picture");
  const drawnFraming = r.weighted(FRAMING) as Framing;
  const framing =
    options.framing ??
    (defect === "small-face" ? (r.pick(["full_body", "nearly_full_body"]) as Framing) : drawnFraming);
  const shot = SHOTS[framing];
  const { width, height } = sizeOf(shot, defect, options.width, r.next());
  // flat drawings stand before flat grounds
  const ground = defect === "cartoon" ? { "scene.background": "a studio backdrop" } : {};
  const attributes = sampleAttributes(seed, framing, { ...ground, ...options.attrs });
  const main = dress(attributes, seed);
  const two = defect === "two-persons";
  const at = place(main, shot, width, height, {
    r,
    fill: defect === "small-face" ? r.between(0.86, 0.99) : 1,
    beside: two,
  });
  const apart = 142 * at.scale * r.between(0.9, 1.4) * (r.chance(0.5) ? 1 : -1);
  const aside = (shift: number): Placement => ({ ...at, left: at.left + shift });
  const pair = (): Picture["people"] => [
    { figure: main, at: aside(-apart / 2) },
    { figure: dress(sampleAttributes(seed + COMPANION, framing), seed + COMPANION), at: aside(apart / 2) },
  ];
  const people = defect === "no-person" ? [] : two ? pair() : [{ figure: main, at }];
  const scale = Math.min(shot.drawn, (shot.drawn * shot.width) / width);
  return {
    seed,
    framing,
    defect,
    width,
    height,
    background: attributes.values["scene.background"] as string,
    people,
    drawn: Math.min(1, scale),
  };
}

function sizeOf(
  shot: Shot,
  defect: Defect | null,
  wanted: number | undefined,
  share: number,
): { width: number; height: number } {
  const width =
    wanted ?? (defect === "too-small" ? Math.round(300 + 320 * share) : defect === "small-face" ? 768 : shot.width);
  return { width, height: Math.round((shot.height * width) / shot.width) };
}

function dress(attributes: ReturnType<typeof sampleAttributes>, seed: number): Figure {
  const r = random(seed, "figure");
  return drawFigure(attributes, makeBody(attributes, r), r);
}

function place(
  figure: Figure,
  shot: Shot,
  width: number,
  height: number,
  { r, fill, beside }: { r: ReturnType<typeof random>; fill: number; beside: boolean },
): Placement {
  const room = r.between(...shot.room);
  const rise = riseOf((id: Category) => figure.value(id)) + 10;
  const lower = 100 + (r.between(...shot.cut) - 100) * figure.body.stature;
  const across = shot.across * (beside ? 1.65 : 1) * Math.max(0.82, figure.body.breadth);
  const fits = Math.min((height * (1 - room)) / (lower + rise), width / across) * fill;
  const scale = fill < 1 ? Math.min(fits, SMALL_FACE / 76) : fits;
  const slack = fill < 1 ? height * (1 - fill) * 0.45 : 0;
  const sway = r.between(-0.02, 0.02) * width;
  return { left: width / 2 + sway, top: height * room + rise * scale + slack, scale };
}
