import type { Figure } from "./figure/figure.ts";
import type { Point, Ring } from "./figure/geometry.ts";
import type { Decor, Layer } from "./figure/layer.ts";
import { boundsOf, type Placement } from "./scan.ts";

const n = (value: number): string => (Math.round(value * 10) / 10).toString();
const path = (ring: readonly Point[], close: boolean): string =>
  `M${ring.map(([x, y]) => `${n(x)} ${n(y)}`).join("L")}${close ? "Z" : ""}`;
const outline = (rings: readonly Ring[]): string => rings.map((ring) => path(ring, true)).join("");

/** The colours of figures as one SVG, before any light. Layers outside the picture are left out; `flat` leaves the weave away. */
export function figuresSvg(
  figures: readonly { figure: Figure; at: Placement }[],
  width: number,
  height: number,
  flat: boolean,
): string {
  let defs = "";
  let body = "";
  figures.forEach(({ figure, at }, index) => {
    const own = (svg: string): string => svg.replaceAll("url(#", `url(#q${index}`);
    defs += own(figure.defs.join("")).replaceAll(' id="', ` id="q${index}`);
    body += `<g transform="translate(${at.left.toFixed(2)} ${at.top.toFixed(2)}) scale(${at.scale.toFixed(5)})">`;
    figure.layers.forEach((layer, k) => {
      const box = boundsOf(layer, at);
      if (box.x1 < 0 || box.y1 < 0 || box.x0 > width || box.y0 > height) return;
      const d = outline(layer.rings);
      const rule = layer.evenOdd ? ' fill-rule="evenodd"' : "";
      const alpha = layer.opacity < 1 ? ` fill-opacity="${layer.opacity}"` : "";
      body += `<path d="${d}" fill="${own(layer.fill)}"${rule}${alpha}/>`;
      if (layer.texture && !flat) body += `<path d="${d}" fill="${own(layer.texture)}"${rule}${alpha}/>`;
      if (layer.decor.length === 0) return;
      defs += `<clipPath id="q${index}k${k}"><path d="${d}"${layer.evenOdd ? ' clip-rule="evenodd"' : ""}/></clipPath>`;
      body += `<g clip-path="url(#q${index}k${k})">${decorSvg(layer, figure, own)}</g>`;
    });
    body += "</g>";
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs>${defs}</defs>${body}</svg>`;
}

function decorSvg(layer: Layer, { body }: Figure, own: (svg: string) => string): string {
  return layer.decor
    .map((decor: Decor) => {
      if ("svg" in decor) {
        const [x, y] = body.warp(decor.at);
        const turn = decor.at[1] <= 100 ? body.tilt : 0;
        const size = decor.at[1] <= 100 ? 1 : (body.stature + body.breadth) / 2;
        return `<g transform="translate(${n(x)} ${n(y)}) rotate(${n(turn)}) scale(${size.toFixed(3)})">${own(decor.svg)}</g>`;
      }
      if ("area" in decor)
        return decor.area.length < 3
          ? ""
          : `<path d="${path(decor.area.map(body.warp), true)}" fill="${decor.color}" fill-opacity="${decor.opacity ?? 1}"/>`;
      return `<path d="${path(decor.line.map(body.warp), false)}" stroke="${decor.color}" stroke-width="${n(decor.width)}" stroke-opacity="${n(decor.opacity ?? 1)}" fill="none"/>`;
    })
    .join("");
}
