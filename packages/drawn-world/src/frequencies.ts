/**
 * How often each answer is drawn. Lists stand in order of frequency; `zipf` turns one into weights 1 / rank^s, the long tail that attributes
 * of people in photographs have. Everything the drawn world leaves to chance by name is in this file.
 */
export type Weights = Readonly<Record<string, number>>;

/** Weights 1 / rank^exponent over a comma-separated list in falling order of frequency. */
export function zipf(list: string, exponent = 1): Weights {
  return Object.fromEntries(list.split(", ").map((word, i) => [word, 1 / (i + 1) ** exponent]));
}

export const FRAMING: Weights = {
  upper_body: 0.26,
  portrait: 0.22,
  full_body: 0.21,
  nearly_full_body: 0.18,
  headshot: 0.13,
};
export const COUNTRY = zipf("Caucasian, Asian, African, Latino, Indian, Middle Eastern", 0.7);
export const AGE: Weights = { adult: 0.58, teenager: 0.15, elderly: 0.13, child: 0.09, toddler: 0.05 };
export const GENDER: Weights = { female: 0.54, male: 0.46 };
export const BACKGROUND = zipf(
  "indoor, a city street, a park, a studio backdrop, outdoor, a white wall, natural landscape, a brick wall, a beach, city lights at night",
  0.6,
);
export const BODY_SHAPE = {
  grown: { female: zipf("slim, fit, heavy-set, muscular, pregnant"), male: zipf("fit, slim, heavy-set, muscular") },
  young: zipf("slim, fit, heavy-set"),
} as const;

export const HAIR_COLOR = {
  Caucasian: zipf("brown, blonde, black, red, dyed other"),
  Asian: zipf("black, brown, dyed other", 1.6),
  African: zipf("black, brown, dyed other", 1.6),
  Latino: zipf("black, brown, blonde, dyed other"),
  Indian: zipf("black, brown", 1.6),
  "Middle Eastern": zipf("black, brown, dyed other", 1.3),
} as Readonly<Record<string, Weights>>;
export const ELDERLY_HAIR = zipf("gray, white, brown, black");
export const HAIR_STYLE = {
  female: zipf("straight, wavy, ponytail, bob, curly, bun, braids, afro-hair, updo, dreadlocks", 0.8),
  male: zipf("straight, crew cut, curly, bald, wavy, afro-hair, dreadlocks, bun, braids", 0.9),
} as const;
export const HAIR_LENGTH = {
  female: zipf("above chest, above shoulders, below chest, above chin, below waist, above eyes", 0.8),
  male: zipf("above eyes, above chin, above shoulders, above chest", 1.5),
} as const;

export const OUTFIT = {
  female: { separates: 0.6, one_piece: 0.26, special: 0.14 },
  male: { separates: 0.82, one_piece: 0.06, special: 0.12 },
} as const;
export const SPECIAL = {
  female: zipf(
    "saree, qipao, swimsuit, kimono, uniform, hanfu, bikini, hanbok, academic gown, abaya or thobe, stage costume",
    0.5,
  ),
  male: zipf("uniform, kimono, academic gown, abaya or thobe, hanfu, stage costume, hanbok", 0.5),
  young: zipf("kimono, uniform, hanbok, stage costume, hanfu", 0.5),
} as const;

export const COLOR = zipf(
  "black, white, blue, red, gray, green, pink, beige, navy, yellow, brown, purple, orange, khaki, silver, gold, multicolour",
  0.7,
);
export const LEATHER_COLOR = zipf("black, brown, beige, red, white, navy, gray, pink, silver, gold", 0.9);
export const CAMOUFLAGE_COLOR = zipf("khaki, green, gray, brown, navy, beige", 0.8);
export const ANIMAL_COLOR = zipf("beige, brown, white, orange, gray, yellow", 0.7);
export const DENIM_COLOR = zipf("blue, navy, black, gray, white", 0.9);
export const PATTERN = zipf(
  "solid color, striped, plaid, dotted, floral, graphic, printed, geometric, color block, animal print, camouflage",
  1,
);
export const COAT_PATTERN = zipf(
  "solid color, plaid, striped, camouflage, color block, animal print, graphic, printed, geometric, dotted, floral",
  1.8,
);
export const TROUSER_PATTERN = zipf(
  "solid color, plaid, striped, camouflage, floral, color block, printed, animal print, geometric, dotted, graphic",
  1.7,
);
export const GOWN_PATTERN: Weights = { "solid color": 0.9, floral: 0.1 };
/** Materials that are rarely printed on. */
export const PLAIN_PATTERN: Weights = { "solid color": 0.88, "animal print": 0.05, "color block": 0.07 };
export const UNIFORM_COLOR = zipf("navy, khaki, blue, black, white");
export const SMALL_PATTERN = zipf("solid color, striped, dotted, plaid, floral, geometric, animal print", 1.1);
export const GRAPHIC = zipf(
  "a star, lettering, a heart, a cat, a flower, a number, a smiling face, a lightning bolt, a mountain, a tiger, a moon, an anchor",
  0.5,
);

/** One kind of garment: how often, and what it can be like. */
export interface Garment {
  readonly collar: Weights;
  readonly sleeve: Weights;
  readonly material: Weights;
  readonly length: Weights;
}
const garment = (collar: string, sleeve: string, material: string, length: string): Garment => ({
  collar: zipf(collar),
  sleeve: zipf(sleeve),
  material: zipf(material, 0.9),
  length: zipf(length, 1.4),
});

export const TOP_TYPE = {
  female: zipf(
    "t-shirt, blouse, sweaters, shirt, tank top, crop top, camisole, hoodie, sweatshirt, polo shirt, vest",
    0.6,
  ),
  male: zipf("t-shirt, shirt, sweaters, hoodie, polo shirt, sweatshirt, tank top, vest", 0.7),
} as const;
export const TOPS: Readonly<Record<string, Garment>> = {
  "t-shirt": garment(
    "scoop neckline, v neckline, boat neck",
    "short sleeve, mid-sleeve, long sleeve",
    "cotton, linen, synthetic, mesh",
    "normal, long, cropped",
  ),
  shirt: garment(
    "shirt collar, stand-up collar",
    "long sleeve, short sleeve, mid-sleeve",
    "cotton, linen, denim, silk, woven",
    "normal, long",
  ),
  blouse: garment(
    "v neckline, stand-up collar, square neckline, boat neck, shirt collar",
    "long sleeve, mid-sleeve, short sleeve, sleeveless",
    "silk, chiffon, cotton, lace, linen",
    "normal, long, cropped",
  ),
  "polo shirt": garment("shirt collar", "short sleeve, long sleeve", "cotton, knit, synthetic", "normal, long"),
  sweatshirt: garment(
    "scoop neckline, high neck",
    "long sleeve, mid-sleeve",
    "cotton, synthetic, velvet",
    "normal, long, cropped",
  ),
  sweaters: garment(
    "scoop neckline, high neck, v neckline, boat neck",
    "long sleeve, mid-sleeve",
    "knit, wool, fur",
    "normal, long, cropped",
  ),
  hoodie: garment("hood", "long sleeve, short sleeve", "cotton, synthetic, velvet", "normal, long, cropped"),
  camisole: garment("straps", "sleeveless", "silk, lace, cotton, velvet", "normal, cropped"),
  "tank top": garment(
    "scoop neckline, square neckline, high neck",
    "sleeveless",
    "cotton, mesh, knit, synthetic",
    "normal, long",
  ),
  "crop top": garment(
    "scoop neckline, square neckline, straps, boat neck, high neck",
    "short sleeve, sleeveless, long sleeve, mid-sleeve",
    "cotton, knit, lace, mesh",
    "cropped",
  ),
  vest: garment("v neckline, scoop neckline", "sleeveless", "wool, knit, cotton, denim, leather", "normal, cropped"),
};

export const COAT_SHARE = 0.3;
export const COAT_TYPE = {
  female: zipf("jacket, cardigan, coat, blazer, trench coat, puffer, overcoat, windbreaker, cape, gilet", 0.6),
  male: zipf("jacket, blazer, puffer, coat, overcoat, windbreaker, cardigan, trench coat, gilet, cape", 0.6),
} as const;
export const COATS: Readonly<Record<string, Garment>> = {
  jacket: garment(
    "stand-up collar, shirt collar, lapel, hood",
    "long sleeve",
    "denim, leather, cotton, synthetic, velvet",
    "hip, waist",
  ),
  overcoat: garment("lapel, stand-up collar", "long sleeve", "wool, woven", "knee, below knee, thigh"),
  coat: garment("lapel, stand-up collar, hood", "long sleeve", "wool, fur, woven, linen", "thigh, knee, below knee"),
  "trench coat": garment("lapel", "long sleeve", "cotton, canvas, leather", "knee, below knee, thigh"),
  blazer: garment("lapel", "long sleeve", "wool, linen, velvet, silk", "hip"),
  cardigan: garment("v neckline, lapel", "long sleeve", "knit, wool", "hip, thigh, waist"),
  puffer: garment("stand-up collar, hood", "long sleeve", "down, synthetic", "hip, waist, thigh"),
  windbreaker: garment("hood, stand-up collar", "long sleeve", "synthetic, mesh", "hip, waist"),
  gilet: garment("stand-up collar, v neckline", "sleeveless", "down, wool, fur, denim", "hip, waist"),
  cape: garment("stand-up collar, lapel, hood", "sleeveless", "wool, velvet, woven", "thigh, knee, hip"),
};

export const BOTTOM_TYPE = {
  female: zipf("jeans, skirt, pants, shorts, leggings, culottes, suit trousers, sweatpants", 0.6),
  male: zipf("jeans, pants, shorts, suit trousers, sweatpants, leggings", 0.8),
} as const;
/** `collar` holds the cut here, `sleeve` is not used. */
export const BOTTOMS: Readonly<Record<string, Garment>> = {
  pants: garment(
    "straight, tapered, wide-leg, flared, pleated, baggy",
    "sleeveless",
    "cotton, linen, leather, velvet, canvas",
    "maxi, cropped",
  ),
  jeans: garment("straight, tapered, close-fitting, flared, wide-leg, baggy", "sleeveless", "denim", "maxi, cropped"),
  sweatpants: garment("tapered, baggy, straight", "sleeveless", "cotton, synthetic, velvet", "maxi, cropped"),
  skirt: garment(
    "A-line, pleated, pencil, flared",
    "sleeveless",
    "cotton, denim, chiffon, leather, silk, wool, lace",
    "knee-length, short, maxi, cropped",
  ),
  shorts: garment(
    "straight, wide-leg, close-fitting, baggy",
    "sleeveless",
    "cotton, denim, linen, synthetic",
    "short, knee-length",
  ),
  leggings: garment("close-fitting", "sleeveless", "synthetic, cotton, leather, mesh", "maxi, cropped, knee-length"),
  "suit trousers": garment("straight, pleated, tapered", "sleeveless", "wool, linen, silk", "maxi, cropped"),
  culottes: garment("wide-leg, pleated, flared", "sleeveless", "linen, cotton, silk", "cropped, knee-length"),
};

export const ONE_PIECE_TYPE = {
  female: zipf("dress, jumpsuit, evening gown, overalls, romper, wedding dress, bodysuit", 0.9),
  male: zipf("overalls, jumpsuit, romper", 0.8),
} as const;
export const ONE_PIECES: Readonly<Record<string, Garment>> = {
  dress: garment(
    "scoop neckline, v neckline, square neckline, straps, boat neck, shirt collar, high neck",
    "sleeveless, short sleeve, long sleeve, mid-sleeve",
    "cotton, linen, silk, chiffon, knit, denim, lace, velvet",
    "knee-length, midi, short, maxi",
  ),
  "wedding dress": garment(
    "v neckline, boat neck, square neckline, scoop neckline",
    "sleeveless, long sleeve, mid-sleeve",
    "lace, silk, chiffon",
    "maxi",
  ),
  jumpsuit: garment(
    "v neckline, shirt collar, scoop neckline, lapel",
    "short sleeve, long sleeve, sleeveless, mid-sleeve",
    "cotton, linen, silk, denim",
    "maxi",
  ),
  "evening gown": garment(
    "v neckline, straps, boat neck, high neck",
    "sleeveless, long sleeve, short sleeve",
    "silk, velvet, chiffon, lace",
    "maxi",
  ),
  romper: garment(
    "v neckline, scoop neckline, shirt collar",
    "short sleeve, sleeveless, long sleeve",
    "cotton, linen, chiffon",
    "short",
  ),
  overalls: garment("straps", "sleeveless", "denim, canvas, cotton", "maxi, short"),
  bodysuit: garment(
    "scoop neckline, high neck, square neckline",
    "sleeveless, long sleeve, short sleeve",
    "synthetic, cotton, lace, mesh",
    "short",
  ),
};
/** Given a sleeve length; only dresses and gowns bare the shoulders. */
export const SHOULDERS: Readonly<Record<string, Weights>> = {
  sleeveless: zipf("covered, thin straps, strapless, one-shoulder", 0.7),
  "short sleeve": zipf("covered, off-shoulder, cold-shoulder", 1.2),
  "mid-sleeve": zipf("covered, off-shoulder, cold-shoulder", 1.2),
  "long sleeve": zipf("covered, cold-shoulder, off-shoulder", 1.5),
};

export const SHOES_TYPE = {
  female: zipf("sneakers, boots, high heels, sandals, flats, loafers, oxford shoes, slippers, barefoot", 0.7),
  male: zipf("sneakers, boots, loafers, oxford shoes, sandals, slippers, barefoot", 0.8),
} as const;
export const SHOES_MATERIAL: Readonly<Record<string, Weights>> = {
  sneakers: zipf("canvas, leather, mesh, synthetic"),
  "high heels": zipf("leather, velvet, silk"),
  loafers: zipf("leather, velvet"),
  boots: zipf("leather, velvet, synthetic"),
  "oxford shoes": zipf("leather"),
  sandals: zipf("leather, woven, synthetic"),
  flats: zipf("leather, velvet, canvas"),
  slippers: zipf("fur, cotton, wool"),
};
export const SHOES_PATTERN = zipf("solid color, color block, animal print, striped, plaid", 1.8);
export const BOOTS_LENGTH = zipf("ankle boots, mid-calf boots, knee-high boots, over-knee boots", 0.8);
/** Under wide trousers only the foot of a boot is seen. */
export const BOOTS_LENGTH_WIDE = zipf("ankle boots, mid-calf boots", 1.5);

export const BAG_SHARE = 0.34;
export const BAG_TYPE = zipf("crossbody bag, handbag, backpack, shoulder bag, tote, clutch, belt bag, suitcase", 0.6);
export const BAG_MATERIAL: Readonly<Record<string, Weights>> = {
  "crossbody bag": zipf("leather, canvas, synthetic"),
  handbag: zipf("leather, woven, velvet"),
  backpack: zipf("canvas, synthetic, leather"),
  "shoulder bag": zipf("leather, denim, canvas"),
  tote: zipf("canvas, straw, cotton, leather"),
  clutch: zipf("leather, metal, velvet"),
  "belt bag": zipf("synthetic, leather"),
  suitcase: zipf("synthetic, metal, leather"),
};
export const HAT_SHARE = 0.24;
export const HAT_TYPE = zipf(
  "baseball cap, knitted hat, wide-brim hat, bucket hat, beret, fedora, hat, turban, helmet",
  0.6,
);
export const HAT_MATERIAL: Readonly<Record<string, Weights>> = {
  hat: zipf("wool, leather, velvet"),
  "baseball cap": zipf("cotton, denim, mesh, leather"),
  "knitted hat": zipf("knit, wool"),
  "wide-brim hat": zipf("straw, wool, woven"),
  fedora: zipf("wool, straw, leather"),
  "bucket hat": zipf("cotton, denim, canvas, fur"),
  beret: zipf("wool, leather, velvet"),
  helmet: zipf("synthetic, metal"),
  turban: zipf("cotton, silk"),
};
/** Share of people who wear it, where it can be worn, and what it is made of. */
export const ACCESSORIES = {
  belt: { share: 0.3, material: zipf("leather, woven, metal, canvas") },
  scarf: { share: 0.1, material: zipf("knit, wool, silk, cotton, fur") },
  headband: { share: 0.06, material: zipf("cotton, velvet, silk, knit") },
  headscarf: { share: 0.05, material: zipf("cotton, silk, chiffon") },
  veil: { share: 0.03, material: zipf("chiffon, lace, mesh") },
  socks: { share: 0.55, material: zipf("cotton, wool, synthetic, mesh, lace") },
  tie: { share: 0.24, material: zipf("silk, wool, cotton, knit") },
} as const satisfies Record<string, { share: number; material: Weights }>;
export const EYEWEAR: Weights = { none: 0.84, eyeglasses: 0.11, sunglasses: 0.05 };
export const FACIAL_HAIR: Weights = { none: 0.6, beard: 0.2, stubble: 0.12, moustache: 0.08 };
