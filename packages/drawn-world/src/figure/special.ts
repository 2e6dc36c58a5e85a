import { lighter } from "../palette.ts";
import { drawArms } from "./arms.ts";
import { saree, thobe } from "./costume-draped.ts";
import { bikini, gown, stage, swimsuit, uniform } from "./costume-role.ts";
import { hanbok, qipao, robe } from "./costume-traditional.ts";
import { type Fabric, type Figure, shifted } from "./figure.ts";

interface Costume {
  draw(figure: Figure, cloth: Fabric): void;
  /** Room in the sleeve and how far it hangs below the wrist. */
  readonly ease?: number;
  readonly drop?: number;
  readonly bell?: number;
  readonly part?: "dress" | "upper-clothes";
  readonly material?: string;
}

/** Traditional, ceremonial and role costumes, each known by its cut. */
export const COSTUMES: Readonly<Record<string, Costume>> = {
  saree: { draw: saree, ease: 2, material: "silk" },
  kimono: { draw: (figure, cloth) => robe(figure, cloth, "obi"), ease: 12, drop: 92, bell: 10, material: "silk" },
  hanfu: { draw: (figure, cloth) => robe(figure, cloth, "hanfu"), ease: 12, drop: 128, bell: 16, material: "silk" },
  hanbok: { draw: hanbok, ease: 11, bell: 6, drop: 26, material: "silk" },
  qipao: { draw: qipao, ease: 3, material: "silk" },
  "abaya or thobe": { draw: thobe, ease: 12, bell: 13, material: "cotton" },
  swimsuit: { draw: swimsuit, part: "upper-clothes", material: "synthetic" },
  bikini: { draw: bikini, part: "upper-clothes", material: "synthetic" },
  uniform: { draw: uniform, ease: 6, part: "upper-clothes", material: "cotton" },
  "academic gown": { draw: gown, ease: 16, bell: 26, drop: 40, material: "wool" },
  "stage costume": { draw: stage, ease: 7, bell: 16, material: "metal" },
};

export function specialCloth(figure: Figure): Fabric {
  const cloth = figure.fabric("special", [130, 720]);
  // a thobe is white whatever colour a robe would have had
  const base = figure.is("special.type", "abaya or thobe") && !figure.body.female ? "#efece6" : cloth.base;
  return { ...cloth, base, material: COSTUMES[figure.value("special.type")]?.material ?? "cotton", slant: 0 };
}

export function drawSpecial(figure: Figure, cloth: Fabric): void {
  COSTUMES[figure.value("special.type")]?.draw(figure, cloth);
}

export function drawSpecialArms(figure: Figure, cloth: Fabric): void {
  const { ease = 5, drop, bell, part = "dress" } = COSTUMES[figure.value("special.type")] ?? {};
  const sleeve = figure.is("special.type", "hanbok") ? shifted(cloth, lighter(cloth.base, 0.55)) : cloth;
  const long = figure.is("special.sleeve_length", "long sleeve", "mid-sleeve");
  drawArms(figure, {
    cloth: sleeve,
    part,
    group: "special",
    length: figure.value("special.sleeve_length"),
    ease,
    drop: long ? drop : undefined,
    bell: long ? bell : 0,
  });
}
