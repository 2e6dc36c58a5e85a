import { darker, lighter, mix } from "../palette.ts";
import { faceDrop } from "./body.ts";
import type { Figure } from "./figure.ts";

/** Eyes by region: height of the opening, slant of the outer corner. */
const EYES: Readonly<Record<string, readonly [number, number]>> = {
  Asian: [0.72, -1.6],
  Indian: [1.08, -0.4],
  African: [1, -0.4],
  Caucasian: [1, 0],
  Latino: [1, -0.3],
  "Middle Eastern": [1.05, -0.3],
};
const IRIS: Readonly<Record<string, readonly string[]>> = { Caucasian: ["#4a3020", "#4f6a7d", "#5f6b45", "#5a7ea0"] };
const n = (value: number): string => (Math.round(value * 10) / 10).toString();

/** The face as SVG, in head units with the chin at the origin (the caller moves it to y = 100). */
export function drawFace(figure: Figure): string {
  const { body, random: r } = figure;
  const drop = faceDrop(body.age);
  const young = drop >= 4;
  const features = `<g transform="translate(${n(body.turn)} ${n(drop)})">${cheeks(figure)}${[1, -1].map((s) => eye(figure, s)).join("")}${nose(figure)}${mouth(figure, young)}${age(figure)}</g>`;
  const beard = facialHair(figure);
  return `<g transform="translate(0 -100)">${figure.extra("face.facial_hair") === "none" || !beard ? "" : beard}${features}${r.next() < 0 ? "" : ""}</g>`;
}

function glow(figure: Figure, x: number, y: number, a: number, b: number, color: string, opacity: number): string {
  const id = `g${figure.defs.length}`;
  figure.defs.push(
    `<radialGradient id="${id}"><stop offset="0" stop-color="${color}" stop-opacity="${opacity}"/><stop offset="1" stop-color="${color}" stop-opacity="0"/></radialGradient>`,
  );
  return `<ellipse cx="${x}" cy="${y}" rx="${a}" ry="${b}" fill="url(#${id})"/>`;
}

/** Skin in shade: towards warm brown, never black. */
const shadeOf = (skin: string, share: number): string => mix(skin, "#34120a", share);

function cheeks(figure: Figure): string {
  const { skin } = figure.body;
  const warm = mix(skin, "#a03828", 0.5);
  let svg =
    glow(figure, 0, 24, 26, 16, lighter(skin, 0.3), 0.5) +
    glow(figure, 0, 94, 14, 6, lighter(skin, 0.2), 0.4) +
    glow(figure, 0, 88, 13, 3.6, shadeOf(skin, 0.45), 0.5);
  for (const s of [1, -1])
    svg +=
      glow(figure, s * 20, 68, 15, 12, warm, 0.35) +
      glow(figure, s * 16, 49, 14, 10, shadeOf(skin, 0.55), 0.5) +
      glow(figure, s * 32, 72, 10, 26, shadeOf(skin, 0.5), 0.45) +
      glow(figure, s * 6.5, 52, 5, 14, shadeOf(skin, 0.5), 0.45);
  return svg;
}

function eye(figure: Figure, s: number): string {
  const { body } = figure;
  const region = figure.value("person.country");
  const [open, slant] = EYES[region] ?? [1, 0];
  const big = faceDrop(body.age) >= 4 ? 1.12 : 1;
  const w = 8.3 * big;
  const x = s * 16;
  const up = 5.4 * open * big;
  const down = 5.2 * open * big;
  const [outer, inner] = [51 + slant, 51.6];
  const [left, right] = s > 0 ? [inner, outer] : [outer, inner];
  const shape = `M${n(x - w)} ${n(left)}Q${n(x - 2)} ${n(51 - up)} ${n(x)} ${n(51 - up + 0.4)}Q${n(x + 3)} ${n(51 - up)} ${n(x + w)} ${n(right)}Q${n(x)} ${n(51 + down)} ${n(x - w)} ${n(left)}Z`;
  const id = `e${figure.defs.length}`;
  figure.defs.push(`<clipPath id="${id}"><path d="${shape}"/></clipPath>`);
  const iris = (IRIS[region] ?? ["#3a2a1c", "#2c1f16", "#46301f"])[
    body.skin.charCodeAt(3) % (IRIS[region]?.length ?? 3)
  ];
  const brow = darker(mix(body.hairColor, "#4a3424", 0.35), 0.2);
  const female = body.female;
  const thick = body.age === "elderly" ? 1.2 : female ? 1.4 : 2.6;
  return `<path d="${shape}" fill="#ece6df"/><g clip-path="url(#${id})"><circle cx="${x}" cy="50.6" r="${n(4.5 * big)}" fill="${iris}"/><circle cx="${x}" cy="50.6" r="2.1" fill="#0c0a09"/><path d="M${x - 9} 48Q${x} 43 ${x + 9} 48" stroke="#000" stroke-width="3" stroke-opacity=".35" fill="none"/><circle cx="${x - 1.5}" cy="49" r="1.2" fill="#fff"/></g><path d="M${n(x - w - 0.6)} ${n(left)}Q${n(x - 2)} ${n(51 - up - 0.6)} ${n(x)} ${n(51 - up - 0.2)}Q${n(x + 3)} ${n(51 - up - 0.6)} ${n(x + w + 0.6)} ${n(right)}" stroke="#1d1310" stroke-width="${female ? 2.1 : 1.3}" fill="none"/><path d="M${x - 9} 44Q${x} 40.6 ${x + 9} 44" stroke="${shadeOf(body.skin, 0.4)}" stroke-width="1" fill="none" stroke-opacity=".7"/><path d="M${x - s * 10} 40.5Q${x - s} 35.2 ${x + s * 12} 39.6Q${x} 38.2 ${x - s * 10} 40.5" fill="${brow}" stroke="${brow}" stroke-width="${thick}" stroke-linejoin="round" fill-opacity=".9" stroke-opacity=".9"/>`;
}

function nose(figure: Figure): string {
  const { skin } = figure.body;
  const wide = figure.is("person.country", "African") ? 1.25 : figure.is("person.country", "Asian") ? 1.1 : 1;
  let svg =
    glow(figure, 0, 60, 4.2, 14, lighter(skin, 0.45), 0.7) + glow(figure, 0, 73, 12 * wide, 4, shadeOf(skin, 0.6), 0.6);
  for (const s of [1, -1])
    svg += `<ellipse cx="${n(s * 4 * wide)}" cy="70.3" rx="2.5" ry="1.4" fill="${shadeOf(skin, 0.68)}"/><path d="M${n(s * 8 * wide)} 65Q${n(s * 9.6 * wide)} 69.5 ${n(s * 5.5 * wide)} 71.5" stroke="${shadeOf(skin, 0.42)}" stroke-width="1.5" fill="none"/>`;
  return svg;
}

function mouth(figure: Figure, young: boolean): string {
  const { female, skin } = figure.body;
  const made = female && !young;
  const lip = mix(made ? "#b0433f" : "#a9685a", skin, made ? 0.25 : 0.45);
  const smile = figure.random.between(0.5, 3.4);
  const w = young ? 10 : 12.5;
  const full = figure.is("person.country", "African") ? 1.6 : 0;
  const y = 80 - smile * 0.4;
  return `<path d="M${-w} ${n(y)}Q-6 ${n(76.4 - full)} -2.5 ${n(76.6 - full)}Q0 77.6 2.5 ${n(76.6 - full)}Q6 ${n(76.4 - full)} ${w} ${n(y)}Q0 ${n(81 + smile)} ${-w} ${n(y)}Z" fill="${darker(lip, 0.18)}"/><path d="M${-w} ${n(y)}Q0 ${n(81 + smile * 0.6)} ${w} ${n(y)}Q6 ${n(87 + full + smile * 0.3)} 0 ${n(87 + full + smile * 0.3)}Q-6 ${n(87 + full + smile * 0.3)} ${-w} ${n(y)}Z" fill="${lip}"/><path d="M${-w - 1} ${n(y - 0.4)}Q0 ${n(81.4 + smile)} ${w + 1} ${n(y - 0.4)}" stroke="${darker(lip, 0.62)}" stroke-width="1.2" fill="none"/><ellipse cx="0" cy="84" rx="5" ry="1.3" fill="#fff" fill-opacity=".25"/>`;
}

/** Wrinkles of old age; round cheeks of the youngest. */
function age(figure: Figure): string {
  const { skin, age: years } = figure.body;
  if (years === "toddler" || years === "child")
    return [1, -1].map((s) => glow(figure, s * 21, 73, 13, 10, mix(skin, "#d8584a", 0.6), 0.45)).join("");
  if (years !== "elderly") return "";
  const line = shadeOf(skin, 0.5);
  const stroke = (d: string, width: number): string =>
    `<path d="${d}" stroke="${line}" stroke-width="${width}" stroke-opacity=".75" fill="none"/>`;
  let svg = stroke("M-20 24Q0 20 20 24", 1.2) + stroke("M-18 30Q0 27 18 30", 1.2) + stroke("M-14 18Q0 15 14 18", 1);
  for (const s of [1, -1])
    svg +=
      stroke(`M${s * 9} 70Q${s * 17} 76 ${s * 16} 86`, 1.7) +
      stroke(`M${s * 9} 58Q${s * 16} 62 ${s * 24} 58`, 1.3) +
      stroke(`M${s * 26} 50L${s * 32} 47M${s * 26} 53L${s * 33} 54`, 1.1);
  return svg;
}

function facialHair(figure: Figure): string {
  const { random: r, body } = figure;
  const kind = figure.extra("face.facial_hair");
  const color = body.hairColor;
  if (kind === "moustache")
    return `<path d="M-15 79Q-9 71 0 74Q9 71 15 79Q7 77 0 78Q-7 77 -15 79Z" fill="${darker(color, 0.1)}"/>`;
  if (kind !== "beard" && kind !== "stubble") return "";
  const id = `b${figure.defs.length}`;
  figure.defs.push(
    `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="0" x2="0" y1="54" y2="78"><stop offset="0" stop-color="${color}" stop-opacity="0"/><stop offset="1" stop-color="${color}" stop-opacity="${kind === "beard" ? 0.85 : 0.36}"/></linearGradient>`,
  );
  let strands = "";
  for (let i = 0; i < (kind === "beard" ? 90 : 40); i++) {
    const [x, y] = [r.between(-34, 34), r.between(74, 100)];
    if (Math.abs(x) < 12 && y < 88 && y > 77) continue;
    strands += `M${n(x)} ${n(y)}l${n(x * 0.04)} ${n(r.between(2, 5))}`;
  }
  return `<path d="M-38 50L-38 104L38 104L38 50Q34 72 22 75Q12 71 0 72.5Q-12 71 -22 75Q-34 72 -38 50Z" fill="url(#${id})"/><path d="${strands}" stroke="${darker(color, 0.3)}" stroke-width=".9" stroke-opacity=".6"/>`;
}
