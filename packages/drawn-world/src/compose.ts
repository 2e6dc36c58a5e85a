import sharp from "sharp";
import { enlarge } from "./enlarge.ts";
import { FINISHES } from "./figure/material.ts";
import { figuresSvg } from "./figure-svg.ts";
import { GRAIN } from "./noise.ts";
import { luma } from "./palette.ts";
import type { Picture } from "./plan-picture.ts";
import { random } from "./random.ts";
import { layerMap, type Placement } from "./scan.ts";
import { paintScene } from "./scene.ts";
import { CELL, type Light, lightLayers, type Placed } from "./shade.ts";

export interface Raster {
  readonly width: number;
  readonly height: number;
  /** RGB, 8 bit. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** The picture at the size it is drawn at, lit, without grain; `flat` leaves the light away. */
export async function compose(picture: Picture, flat: boolean): Promise<Raster> {
  const width = Math.max(8, Math.round(picture.width * picture.drawn));
  const height = Math.max(8, Math.round(picture.height * picture.drawn));
  const k = width / picture.width;
  const people = picture.people.map(({ figure, at }) => ({
    figure,
    at: { left: at.left * k, top: at.top * k, scale: at.scale * k },
  }));
  const r = random(picture.seed, "light");
  const angle = r.between(-0.55, 0.55);
  const back = await backdrop(picture, people, width, height, flat);
  if (people.length === 0) return { width, height, data: back };
  const paint = await sharp(Buffer.from(figuresSvg(people, width, height, flat)))
    .ensureAlpha()
    .raw()
    .toBuffer();
  if (flat) return { width, height, data: over(back, paint) };
  const placed: Placed[] = people.flatMap(({ figure, at }, person) =>
    figure.layers.map((layer) => ({ layer, at, person })),
  );
  const lights = lightLayers(placed, width, height, { x: Math.sin(angle), y: -0.55, z: 0.9 }, r.between(0, 256));
  const seen = layerMap(placed, width, height);
  return {
    width,
    height,
    data: relight({ back, paint, seen, placed, lights, width, height, warmth: r.between(-5, 5) }),
  };
}

async function backdrop(
  picture: Picture,
  people: readonly { figure: Picture["people"][number]["figure"]; at: Placement }[],
  width: number,
  height: number,
  flat: boolean,
): Promise<Uint8Array> {
  const step = 4;
  const [w, h] = [Math.max(2, Math.ceil(width / step)), Math.max(2, Math.ceil(height / step))];
  const feet = people.flatMap(({ figure, at }) =>
    (["left_ankle", "right_ankle"] as const).map((joint): readonly [number, number, number] => {
      const [x, y] = figure.body.warp(figure.body.keypoints[joint]);
      return [
        (x * at.scale + at.left) / step,
        ((y + 42 * figure.body.stature) * at.scale + at.top) / step,
        (60 * at.scale) / step,
      ];
    }),
  );
  const main = people[0]?.figure.layers.find(({ group }) => ["coat", "top", "one_piece", "special"].includes(group));
  const scene = paintScene(picture.background, random(picture.seed, "scene"), {
    width: w,
    height: h,
    floor: feet[0]?.[1] ?? h * 0.9,
    feet,
    avoid: main?.fill.startsWith("#") ? luma(main.fill) : null,
  });
  const small = await sharp(Buffer.from(scene.svg))
    .removeAlpha()
    .blur(flat ? 0.4 : Math.max(0.4, (scene.blur * w) / 192))
    .raw()
    .toBuffer();
  return enlarge({ data: small, width: w, height: h }, width, height);
}

function over(back: Uint8Array, paint: Uint8Array): Uint8ClampedArray {
  const out = new Uint8ClampedArray(back.length);
  for (let i = 0, j = 0; i < back.length; i += 3, j += 4) {
    const a = (paint[j + 3] as number) / 255;
    for (let c = 0; c < 3; c++) out[i + c] = (paint[j + c] as number) * a + (back[i + c] as number) * (1 - a);
  }
  return out;
}

interface Parts {
  readonly back: Uint8Array;
  readonly paint: Uint8Array;
  readonly seen: Uint16Array;
  readonly placed: readonly Placed[];
  readonly lights: readonly (Light | null)[];
  readonly width: number;
  readonly height: number;
  /** Levels added to red and taken from blue. */
  readonly warmth: number;
}

/** Colour times light over the background: the one loop over all pixels. */
function relight({ back, paint, seen, placed, lights, width, height, warmth }: Parts): Uint8ClampedArray {
  const out = new Uint8ClampedArray(width * height * 3);
  const weave = placed.map(({ layer }) => (FINISHES[layer.surface]?.weave ?? 0.03) * 0.5);
  const skinlike = placed.map(({ layer }) => layer.surface === "skin" || layer.surface === "hair");
  for (let y = 0; y < height; y++) {
    const gy = y / CELL - 0.375;
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const o = i * 3;
      const alpha = paint[i * 4 + 3] as number;
      if (alpha === 0) {
        out[o] = (back[o] as number) + warmth;
        out[o + 1] = back[o + 1] as number;
        out[o + 2] = (back[o + 2] as number) - warmth;
        continue;
      }
      const k = (seen[i] as number) - 1;
      let m = 1;
      let add = 0;
      const light = k >= 0 ? lights[k] : null;
      if (light) {
        const gx = x / CELL - 0.375 - light.x;
        const ly = gy - light.y;
        const x0 = Math.max(0, Math.min(light.width - 2, gx | 0));
        const y0 = Math.max(0, Math.min(light.height - 2, ly | 0));
        const tx = Math.max(0, Math.min(1, gx - x0));
        const ty = Math.max(0, Math.min(1, ly - y0));
        const p = y0 * light.width + x0;
        const w00 = (1 - tx) * (1 - ty);
        const w10 = tx * (1 - ty);
        const w01 = (1 - tx) * ty;
        const w11 = tx * ty;
        const q = light.width > 1 ? 1 : 0;
        const d = light.height > 1 ? light.width : 0;
        const f = light.factor;
        m =
          (f[p] as number) * w00 +
          (f[p + q] as number) * w10 +
          (f[p + d] as number) * w01 +
          (f[p + d + q] as number) * w11;
        const g = light.gleam;
        add =
          (g[p] as number) * w00 +
          (g[p + q] as number) * w10 +
          (g[p + d] as number) * w01 +
          (g[p + d + q] as number) * w11;
        m *= 1 + (weave[k] as number) * (GRAIN[(x * 7919 + y * 104729 + k * 131) & 65535] as number);
        if (m > 1) {
          add += (m - 1) * (skinlike[k] ? 12 : 45);
          m = 1 + (m - 1) * 0.6;
        }
      }
      const warm = k >= 0 && skinlike[k] === true && m < 1;
      const a = alpha / 255;
      const b = 1 - a;
      const dim = 1 - m;
      out[o] = ((paint[i * 4] as number) * (warm ? 1 - dim * 0.8 : m) + add) * a + (back[o] as number) * b + warmth;
      out[o + 1] = ((paint[i * 4 + 1] as number) * (warm ? 1 - dim * 1.02 : m) + add) * a + (back[o + 1] as number) * b;
      out[o + 2] =
        ((paint[i * 4 + 2] as number) * (warm ? 1 - dim * 1.1 : m) + add) * a + (back[o + 2] as number) * b - warmth;
    }
  }
  return out;
}
