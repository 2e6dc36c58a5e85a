import { boxBlur } from "./blur.ts";
import type { Layer } from "./figure/layer.ts";
import { FINISHES, type Finish } from "./figure/material.ts";
import { CLOUDS, noiseAt, RIDGES } from "./noise.ts";
import { type Coverage, coverageOf, type Placement } from "./scan.ts";

/** Light on one layer, on a grid `CELL` times coarser than the drawing, over the layer's box. */
export interface Light {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Factor of the colour, 1 = as painted. */
  readonly factor: Float32Array;
  /** Highlight, added in levels of 0..255. */
  readonly gleam: Float32Array;
}

/** Pixels of the drawing per cell of the shading grid. */
export const CELL = 4;

export interface Sun {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}
export interface Placed {
  readonly layer: Layer;
  readonly at: Placement;
  readonly person: number;
}

/**
 * Rounds every layer by the light (its blurred outline read as a height), lets layers in front throw soft shadows, and lays cloth in folds.
 * Light is worked out on the coarse grid: it is smooth, and the full drawing only interpolates it.
 */
export function lightLayers(
  placed: readonly Placed[],
  width: number,
  height: number,
  sun: Sun,
  drift: number,
): (Light | null)[] {
  const [w, h] = [Math.ceil(width / CELL), Math.ceil(height / CELL)];
  const coarse = placed.map(({ layer, at, person }) => ({
    layer,
    person,
    at: { left: at.left / CELL, top: at.top / CELL, scale: at.scale / CELL },
  }));
  const coverages = coarse.map(({ layer, at }) => coverageOf(layer, at, w, h, reachOf(layer, at.scale)));
  const unions = new Map<number, Light>();
  const lights = coarse.map(({ layer, at, person }, index): Light | null => {
    const coverage = coverages[index] as Coverage | null;
    if (coverage === null) return null;
    const finish = FINISHES[layer.surface] ?? (FINISHES.cotton as Finish);
    const light = layer.flat
      ? even(coverage)
      : roundedLight(coverage, Math.max(1, layer.round * 0.62 * at.scale), layer.soft, finish, sun);
    if (layer.join && !layer.flat) joinTorso(light, at, unionOf(person));
    if (!layer.flat) fold(light, layer, at, finish, index, drift, w);
    return light;
  });
  castShadows(coarse, coverages, lights, w, h, sun);
  return lights;

  function unionOf(person: number): Light {
    const old = unions.get(person);
    if (old) return old;
    const share = new Float32Array(w * h);
    coverages.forEach((coverage, i) => {
      if (!coverage || !coarse[i]?.layer.join || coarse[i]?.person !== person) return;
      for (let y = 0; y < coverage.height; y++)
        for (let x = 0; x < coverage.width; x++) {
          const o = (y + coverage.y) * w + x + coverage.x;
          share[o] = Math.max(share[o] as number, coverage.share[y * coverage.width + x] as number);
        }
    });
    const scale = coarse.find((c) => c.person === person)?.at.scale ?? 1;
    const light = roundedLight(
      { x: 0, y: 0, width: w, height: h, share },
      Math.max(1, 30 * 0.62 * scale),
      false,
      FINISHES.cotton as Finish,
      sun,
    );
    unions.set(person, light);
    return light;
  }
}

const reachOf = (layer: Layer, scale: number): number =>
  3 * Math.max(1, Math.round(Math.min(24, layer.round * 0.62) * scale)) + 2;

function even({ x, y, width, height }: Coverage): Light {
  return {
    x,
    y,
    width,
    height,
    factor: new Float32Array(width * height).fill(1),
    gleam: new Float32Array(width * height),
  };
}

function roundedLight(coverage: Coverage, sigma: number, soft: boolean, finish: Finish, sun: Sun): Light {
  const { width, height } = coverage;
  const light = even(coverage);
  const relief = boxBlur(coverage.share, width, height, sigma);
  const strength = sigma * (soft ? 1.35 : 1.9);
  const length = Math.hypot(sun.x, sun.y, sun.z);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = Math.min(height - 2, Math.max(1, y)) * width + Math.min(width - 2, Math.max(1, x));
      if (width < 3 || height < 3) continue;
      let nx = -((relief[i + 1] as number) - (relief[i - 1] as number)) * strength;
      let ny = -((relief[i + width] as number) - (relief[i - width] as number)) * strength;
      const steep = nx * nx + ny * ny;
      if (steep > 0.92) {
        const f = Math.sqrt(0.92 / steep);
        nx *= f;
        ny *= f;
      }
      const nz = Math.sqrt(1 - nx * nx - ny * ny);
      const lit = Math.max(0, (nx * sun.x + ny * sun.y + nz * sun.z) / length) / (sun.z / length);
      const o = y * width + x;
      light.factor[o] =
        (0.5 + 0.5 * Math.min(1.4, lit)) * (0.78 + 0.22 * nz) * (1 - 0.42 * finish.rim) + finish.rim * (1 - nz) * 1.5;
      if (finish.gloss > 0)
        light.gleam[o] = finish.gloss * 400 * Math.max(0, nx * sun.x * 0.9 + ny * sun.y * 0.7 + nz * 0.55) ** 5;
    }
  return light;
}

/** Above the armpit a sleeve takes the light of torso and sleeve as one shape, and its own from there down. */
function joinTorso(light: Light, at: Placement, union: Light): void {
  for (let y = 0; y < light.height; y++) {
    const own = Math.max(0, Math.min(1, ((y + light.y - at.top) / at.scale - 172) / 60));
    if (own >= 1) return;
    for (let x = 0; x < light.width; x++) {
      const o = y * light.width + x;
      light.factor[o] =
        (union.factor[(y + light.y) * union.width + x + light.x] as number) * (1 - own) +
        (light.factor[o] as number) * own;
    }
  }
}

function fold(
  light: Light,
  layer: Layer,
  at: Placement,
  finish: Finish,
  index: number,
  drift: number,
  width: number,
): void {
  if (finish.fold < 0.05) return;
  const angle = (layer.grain * Math.PI) / 180;
  const [c, s, unit] = [Math.cos(angle), Math.sin(angle), 2.56 / at.scale];
  for (let y = 0; y < light.height; y++)
    for (let x = 0; x < light.width; x++) {
      const px = (x + light.x - width / 2) * unit;
      const py = (y + light.y) * unit;
      const u = (px * c + py * s) * 0.22 + drift + index * 17;
      const v = (py * c - px * s) * 0.55 + index * 31;
      const warp = noiseAt(CLOUDS, u * 0.35 + 9, v * 0.35) * 9;
      const depth = Math.max(0.12, Math.min(1.1, 0.55 + noiseAt(CLOUDS, u * 0.3 + 50, v * 0.22 + 80)));
      const slope = noiseAt(RIDGES, u + warp, v + warp) - noiseAt(RIDGES, u + warp + 2.5, v + warp + 5);
      const o = y * light.width + x;
      light.factor[o] = (light.factor[o] as number) * (1 + finish.fold * depth * slope);
      if (finish.gloss > 0.3)
        light.gleam[o] =
          (light.gleam[o] as number) * (0.6 + 2.2 * Math.max(0, slope)) + finish.gloss * 130 * Math.max(0, slope - 0.2);
    }
}

function castShadows(
  coarse: readonly Placed[],
  coverages: readonly (Coverage | null)[],
  lights: readonly (Light | null)[],
  w: number,
  h: number,
  sun: Sun,
): void {
  const dark = new Float32Array(w * h);
  for (let k = coarse.length - 1; k >= 0; k--) {
    const coverage = coverages[k];
    const light = lights[k];
    const { layer, at } = coarse[k] as Placed;
    if (!coverage || !light) continue;
    for (let y = 0; y < light.height; y++)
      for (let x = 0; x < light.width; x++) {
        const shadow = dark[(y + light.y) * w + x + light.x] as number;
        const o = y * light.width + x;
        if (shadow > 0) light.factor[o] = (light.factor[o] as number) * (1 - shadow);
      }
    if (layer.group === "eyewear") continue;
    throwShadow(dark, coverage, layer, at, w, h, sun);
  }
}

function throwShadow(
  dark: Float32Array,
  coverage: Coverage,
  layer: Layer,
  at: Placement,
  w: number,
  h: number,
  sun: Sun,
): void {
  const soft = boxBlur(
    coverage.share,
    coverage.width,
    coverage.height,
    Math.max(1, (layer.flat ? 3 : layer.soft ? 11 : 6) * at.scale),
  );
  const [dx, dy] = [Math.round(-sun.x * 7 * at.scale), Math.round(9 * at.scale)];
  const strength = (layer.flat ? 0.35 : 0.6) * layer.opacity;
  for (let y = 0; y < coverage.height; y++) {
    const ty = y + coverage.y + dy;
    if (ty < 0 || ty >= h) continue;
    const fade = layer.join ? Math.max(0, Math.min(1, ((ty - at.top) / at.scale - 172) / 60)) : 1;
    if (fade === 0) continue;
    for (let x = 0; x < coverage.width; x++) {
      const tx = x + coverage.x + dx;
      if (tx < 0 || tx >= w) continue;
      const v = (soft[y * coverage.width + x] as number) * strength * fade;
      const o = ty * w + tx;
      if (v > (dark[o] as number)) dark[o] = v;
    }
  }
}
