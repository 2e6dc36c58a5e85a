import sharp, { type OverlayOptions } from "sharp";
import { drawPerson } from "./draw-person.ts";
import type { DrawOptions } from "./plan-picture.ts";
import type { Answers } from "./truth.ts";

export interface SheetOptions extends DrawOptions {
  readonly seeds: readonly number[];
  readonly columns?: number;
  readonly format?: "png" | "jpeg";
}

const TILE = { width: 236, height: 380, gap: 6, text: 46 };

/** A contact sheet: every seed's picture with a few words of its truth below it. */
export async function drawSheet({ seeds, columns = 8, format = "png", ...options }: SheetOptions): Promise<Uint8Array> {
  const rows = Math.ceil(seeds.length / columns);
  const [w, h] = [TILE.width + TILE.gap, TILE.height + TILE.text + TILE.gap];
  const tiles: OverlayOptions[] = [];
  for (const [i, seed] of seeds.entries()) {
    const { jpeg, truth } = await drawPerson(seed, options);
    const [left, top] = [(i % columns) * w, Math.floor(i / columns) * h];
    tiles.push({
      input: await sharp(jpeg)
        .resize(TILE.width, TILE.height, { fit: "contain", background: "#1d1f23" })
        .png()
        .toBuffer(),
      left,
      top,
    });
    tiles.push({ input: Buffer.from(caption(seed, truth.answers)), left, top: top + TILE.height });
  }
  const sheet = sharp({
    create: { width: Math.min(seeds.length, columns) * w, height: rows * h, channels: 3, background: "#1d1f23" },
  }).composite(tiles);
  return format === "png" ? sheet.png().toBuffer() : sheet.jpeg({ quality: 86 }).toBuffer();
}

/** Three lines: who, hair, clothes. */
function caption(seed: number, answers: Answers): string {
  const said = (...ids: (keyof Answers)[]): string =>
    ids
      .map((id) => answers[id])
      .filter((word) => word && !["none", "no", "not_visible", "solid color"].includes(word))
      .join(" ");
  const lines = [
    `${seed} · ${said("person.age", "person.gender")} · ${said("hair.color", "hair.style")}`,
    [
      said("special.type"),
      said("one_piece.pattern", "one_piece.material", "one_piece.type"),
      said("coat.color", "coat.type"),
      said("top.color", "top.pattern", "top.type"),
    ]
      .filter(Boolean)
      .join(" · "),
    [
      said("bottom.color", "bottom.pattern", "bottom.type"),
      said("shoes.color", "shoes.type"),
      said("hat.type"),
      said("bag.type"),
    ]
      .filter(Boolean)
      .join(" · "),
  ];
  const text = lines.map((line, i) => `<text x="3" y="${13 + i * 14}">${line.slice(0, 44)}</text>`).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${TILE.width}" height="${TILE.text}" font-family="sans-serif" font-size="11" fill="#d9dade">${text}</svg>`;
}
