import type { Attributes } from "../attributes.ts";
import { DYES, hairTone, jitter, mix, skinTones } from "../palette.ts";
import type { Random } from "../random.ts";
import type { Keypoint } from "../vocabulary.ts";
import type { Node, Point } from "./geometry.ts";

export const SIDES = [
  ["left", 1],
  ["right", -1],
] as const;
export type Side = (typeof SIDES)[number][0];

export interface Arm {
  readonly shoulder: Point;
  readonly elbow: Point;
  readonly wrist: Point;
  readonly hand: Point;
  readonly nodes: readonly Node[];
}
export interface Leg {
  readonly side: 1 | -1;
  readonly hip: Point;
  readonly knee: Point;
  readonly ankle: Point;
  readonly nodes: readonly Node[];
}

/** Half widths at the heights that garments hang from, joints of a pose, and the map from an adult's frame to this body. */
export interface Body {
  readonly female: boolean;
  readonly age: string;
  readonly pregnant: boolean;
  readonly skin: string;
  readonly hairColor: string;
  readonly neck: number;
  readonly shoulder: number;
  readonly chest: number;
  readonly waist: number;
  readonly hip: number;
  readonly head: number;
  readonly jaw: number;
  readonly arms: Readonly<Record<Side, Arm>>;
  readonly legs: Readonly<Record<Side, Leg>>;
  readonly keypoints: Readonly<Record<Keypoint, Point>>;
  /** The head's lean, in degrees, about the chin. */
  readonly tilt: number;
  /** The face's shift to one side, in units: a head turned a little. */
  readonly turn: number;
  /** Shares of an adult's height below the chin, and of its breadth. */
  readonly stature: number;
  readonly breadth: number;
  /** From an adult's frame (in which everything is drawn) to this body: children are shorter and narrower under the same head. */
  warp(point: Point): Point;
}

const HEADS: Readonly<Record<string, number>> = {
  toddler: 4.6,
  child: 5.7,
  teenager: 7,
  adult: 7.5,
  elderly: 7.2,
};
const BREADTH: Readonly<Record<string, number>> = {
  toddler: 0.66,
  child: 0.74,
  teenager: 0.92,
  adult: 1,
  elderly: 0.97,
};
interface Build {
  readonly shoulder: number;
  readonly chest: number;
  readonly waist: number;
  readonly hip: number;
  readonly limb: number;
}
const FIT: Build = { shoulder: 1.02, chest: 1, waist: 0.98, hip: 1, limb: 1 };
const HEAVY: Build = { shoulder: 1.07, chest: 1.2, waist: 1.48, hip: 1.27, limb: 1.22 };
const SHAPE: Readonly<Record<string, Build>> = {
  fit: FIT,
  slim: { shoulder: 0.96, chest: 0.92, waist: 0.88, hip: 0.91, limb: 0.87 },
  muscular: { shoulder: 1.14, chest: 1.15, waist: 1.02, hip: 1.02, limb: 1.22 },
  "heavy-set": HEAVY,
  pregnant: { shoulder: 0.98, chest: 1.04, waist: 1.5, hip: 1.06, limb: 0.97 },
};
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** A standing person seen from the front. Upper arms keep 13° from vertical: person detectors want to see background beside the torso. */
export function makeBody({ values }: Attributes, r: Random): Body {
  const female = values["person.gender"] !== "male";
  const age = values["person.age"] ?? "adult";
  const shape = SHAPE[values["body.body_shape"] ?? "fit"] ?? FIT;
  const small = age === "toddler" || age === "child";
  const curve = small ? 0.4 : 1; // children's figures differ little between the sexes
  const by = (f: number, m: number): number => (female ? m + (f - m) * curve : m);
  const shoulder = by(62, 71) * r.between(0.97, 1.04) * shape.shoulder;
  const chest = by(61, 69) * r.between(0.97, 1.04) * shape.chest;
  const waist = by(48, 60) * r.between(0.97, 1.04) * shape.waist;
  const hip = by(69, 65) * r.between(0.97, 1.04) * shape.hip;
  const skin = jitter(r, r.pick(skinTones(values["person.country"] ?? "Caucasian")), 5);
  const tint = values["hair.color"] === "dyed other" ? r.pick(DYES) : hairTone(values["hair.color"]);
  const limb = shape.limb * (female ? 0.9 : 1);
  const wide = Math.max(0, waist - shoulder + 6); // arms hang outside a wide belly
  const sleeve = Math.max(0, values["coat.type"] !== "none" ? 5 : 0);
  const pose = (): string => r.weighted({ down: 5, out: 2, hip: female ? 1.6 : 1, front: 0.8 });
  const arms = { left: makeArm(1, pose()), right: makeArm(-1, pose()) };
  function makeArm(s: 1 | -1, kind: string): Arm {
    const angles: Readonly<Record<string, readonly [number, number]>> = {
      down: [r.between(14, 19) + wide * 0.3 + sleeve * 0.4, r.between(4, 10)],
      out: [r.between(22, 33), r.between(10, 20)],
      hip: [r.between(38, 45), r.between(-52, -44)],
      front: [r.between(16, 21) + wide * 0.3, r.between(-40, -30)],
    };
    const [upper, fore] = angles[kind] ?? [15, 5];
    const at: Point = [s * shoulder, 152];
    const elbow: Point = [at[0] + s * Math.sin(radians(upper)) * 124, at[1] + Math.cos(radians(upper)) * 124];
    const wrist: Point = [elbow[0] + s * Math.sin(radians(fore)) * 104, elbow[1] + Math.cos(radians(fore)) * 104];
    const hand: Point = [wrist[0] + s * Math.sin(radians(fore - 4)) * 34, wrist[1] + Math.cos(radians(fore)) * 34];
    const between = (a: Point, b: Point, t: number, w: number): Node => [
      a[0] + (b[0] - a[0]) * t,
      a[1] + (b[1] - a[1]) * t,
      w * limb,
    ];
    const nodes: Node[] = [
      [at[0] - s * 7, at[1] + 8, 19 * limb],
      [at[0] + (elbow[0] - at[0]) * 0.22 - s, at[1] + (elbow[1] - at[1]) * 0.22 + 4, 22 * limb],
      between(at, elbow, 0.5, 20),
      [elbow[0], elbow[1], 17 * limb],
      between(elbow, wrist, 0.35, 17),
      [wrist[0], wrist[1], 11 * Math.min(1.05, limb)],
    ];
    return { shoulder: at, elbow, wrist, hand, nodes };
  }
  const legs = { left: makeLeg(1), right: makeLeg(-1) };
  function makeLeg(s: 1 | -1): Leg {
    const stance = r.between(2.2, 6);
    const knock = r.between(-2, 3);
    const hx = s * 34 * Math.max(1, Math.sqrt(shape.hip));
    const top: Point = [hx, 382];
    const knee: Point = [hx + s * Math.sin(radians(stance + knock)) * 160, 543];
    const ankle: Point = [knee[0] + s * Math.sin(radians(stance - knock)) * 160, 708];
    const thick = shape.limb;
    const nodes: Node[] = [
      [top[0], top[1] - 8, 36 * Math.max(0.94, Math.sqrt(shape.hip)) * (female ? 1 : 0.97)],
      [top[0] + (knee[0] - top[0]) * 0.45, top[1] + (knee[1] - top[1]) * 0.45, 31 * thick],
      [knee[0], knee[1], 22 * Math.sqrt(thick)],
      [knee[0] + (ankle[0] - knee[0]) * 0.3, knee[1] + (ankle[1] - knee[1]) * 0.3, 23 * thick],
      [ankle[0], ankle[1], 12.5 * Math.sqrt(thick)],
    ];
    return { side: s, hip: top, knee, ankle, nodes };
  }
  const [stature, breadth] = [((HEADS[age] ?? 7.5) - 1) / 6.5, BREADTH[age] ?? 1];
  const tilt = r.between(-5, 5);
  const turn = r.between(-4, 4);
  return {
    female,
    age,
    pregnant: values["body.body_shape"] === "pregnant",
    skin,
    hairColor: values["hair.style"] === "bald" ? mix(skin, "#2a1206", 0.4) : jitter(r, tint, 7),
    neck: (female ? 19 : 22.5) * (small ? 0.95 : 1) * (shape.limb > 1.1 ? 1.12 : 1),
    shoulder,
    chest,
    waist,
    hip,
    head: (female ? 35 : 36.5) + (small ? 2 : 0) + (shape === HEAVY ? 2 : 0),
    jaw: (female ? 31 : 34) + (small ? 2.5 : 0) + (shape === HEAVY ? 4 : 0),
    arms,
    legs,
    keypoints: jointsOf(arms, legs, turn, age),
    tilt,
    turn,
    stature,
    breadth,
    warp: ([x, y]) => {
      const below = Math.max(0, y - 100);
      const narrow = 1 + (breadth - 1) * Math.min(1, below / 45);
      const lean = radians(tilt) * Math.max(0, Math.min(1, (135 - y) / 40));
      const [wx, wy] = [x * narrow, y <= 100 ? y : 100 + below * stature];
      return [
        wx * Math.cos(lean) - (wy - 100) * Math.sin(lean),
        100 + wx * Math.sin(lean) + (wy - 100) * Math.cos(lean),
      ];
    },
  };
}

/** How far the features of a young face sit below those of an adult's, in units. */
export const faceDrop = (age: string): number => ({ toddler: 6, child: 4, teenager: 1 })[age] ?? 0;

function jointsOf(arms: Body["arms"], legs: Body["legs"], turn: number, age: string): Record<Keypoint, Point> {
  const joints = { nose: [turn * 1.4, 66 + faceDrop(age)] } as unknown as Record<Keypoint, Point>;
  for (const [side, s] of SIDES) {
    joints[`${side}_eye`] = [s * 16 + turn, 51 + faceDrop(age)];
    joints[`${side}_ear`] = [s * 37 - turn * 0.3, 56 + faceDrop(age)];
    joints[`${side}_shoulder`] = [arms[side].shoulder[0], arms[side].shoulder[1] + 2];
    joints[`${side}_elbow`] = arms[side].elbow;
    joints[`${side}_wrist`] = arms[side].wrist;
    joints[`${side}_hip`] = legs[side].hip;
    joints[`${side}_knee`] = legs[side].knee;
    joints[`${side}_ankle`] = legs[side].ankle;
  }
  return joints;
}
