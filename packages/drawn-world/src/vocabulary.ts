import { ATR_PARTS } from "@anyone/domain/parts";

/** The words that the drawn world answers with: those of label protocol 1.0, letter by letter. */

export type Part = (typeof ATR_PARTS)[number];
export const PART_ID = Object.fromEntries(ATR_PARTS.map((part, id) => [part, id])) as Record<Part, number>;

/** COCO order. */
export const KEYPOINTS = [
  "nose",
  "left_eye",
  "right_eye",
  "left_ear",
  "right_ear",
  "left_shoulder",
  "right_shoulder",
  "left_elbow",
  "right_elbow",
  "left_wrist",
  "right_wrist",
  "left_hip",
  "right_hip",
  "left_knee",
  "right_knee",
  "left_ankle",
  "right_ankle",
] as const;
export type Keypoint = (typeof KEYPOINTS)[number];

export const FRAMINGS = ["full_body", "nearly_full_body", "upper_body", "portrait", "headshot"] as const;
export type Framing = (typeof FRAMINGS)[number];

const words = (text: string): string[] => text.split(", ");
const COLOR = words(
  "white, black, gray, red, blue, pink, green, orange, yellow, purple, brown, beige, navy, khaki, gold, silver, multicolour",
);
const PATTERN = words(
  "solid color, floral, graphic, printed, striped, plaid, dotted, camouflage, animal print, geometric, color block",
);
const MATERIAL = words(
  "cotton, silk, denim, leather, mesh, fur, woven, knit, wool, chiffon, lace, linen, velvet, synthetic, down, canvas, straw, metal",
);
const SLEEVE = words("sleeveless, short sleeve, mid-sleeve, long sleeve");
const COLLAR = words(
  "scoop neckline, v neckline, high neck, square neckline, shirt collar, lapel, stand-up collar, hood, straps, boat neck",
);
const YES_NO = ["yes", "no"];

/** Phrases drawn for the open-text question `scene.background`. */
export const BACKGROUNDS = words(
  "indoor, a white wall, outdoor, a city street, a park, a studio backdrop, natural landscape, a beach, a brick wall, city lights at night",
);
/** Motifs drawn for the open-text questions `*.graphic`. */
export const GRAPHICS = words(
  "a star, a heart, lettering, a cat, a flower, a smiling face, a number, a mountain, a lightning bolt, a tiger, a moon, an anchor",
);

/** The 70 categories in the protocol's order, each with its options. */
export const CATEGORIES = {
  "frame.shot": [...FRAMINGS] as string[],
  "person.country": words("Caucasian, Asian, African, Latino, Indian, Middle Eastern, mixed or unclear"),
  "person.age": words("toddler, child, teenager, adult, elderly"),
  "person.gender": words("female, male, unclear"),
  "body.body_shape": words("fit, slim, muscular, heavy-set, pregnant"),
  "scene.background": BACKGROUNDS,
  "hair.color": words("black, brown, blonde, red, gray, white, dyed other"),
  "hair.style": words("straight, wavy, curly, bun, bob, ponytail, afro-hair, crew cut, bald, braids, dreadlocks, updo"),
  "hair.length": words("above eyes, above chin, above shoulders, above chest, below chest, below waist"),
  "special.type": words(
    "none, saree, kimono, hanfu, hanbok, qipao, abaya or thobe, swimsuit, bikini, uniform, academic gown, stage costume",
  ),
  "special.sleeve_length": SLEEVE,
  "one_piece.type": words("none, dress, wedding dress, jumpsuit, evening gown, romper, overalls, bodysuit"),
  "one_piece.pattern": PATTERN,
  "one_piece.material": MATERIAL,
  "one_piece.sleeve_length": SLEEVE,
  "one_piece.collar_shape": COLLAR,
  "one_piece.length": words("short, knee-length, midi, maxi"),
  "one_piece.shoulder_exposure": words("covered, off-shoulder, one-shoulder, cold-shoulder, thin straps, strapless"),
  "top.type": words(
    "none, t-shirt, shirt, blouse, polo shirt, sweatshirt, sweaters, hoodie, camisole, tank top, crop top, vest",
  ),
  "top.pattern": PATTERN,
  "top.material": MATERIAL,
  "top.sleeve_length": SLEEVE,
  "top.top_length": words("cropped, normal, long"),
  "top.collar_shape": COLLAR,
  "top.color": COLOR,
  "top.graphic": GRAPHICS,
  "coat.type": words("none, jacket, overcoat, coat, trench coat, blazer, cardigan, puffer, windbreaker, gilet, cape"),
  "coat.pattern": PATTERN,
  "coat.material": MATERIAL,
  "coat.coat_length": words("waist, hip, thigh, knee, below knee"),
  "coat.collar_shape": COLLAR,
  "coat.color": COLOR,
  "coat.graphic": GRAPHICS,
  "bottom.type": words("none, pants, jeans, sweatpants, skirt, shorts, leggings, suit trousers, culottes"),
  "bottom.pattern": PATTERN,
  "bottom.material": MATERIAL,
  "bottom.length": words("short, knee-length, cropped, maxi"),
  "bottom.bottom_shape": words("straight, tapered, close-fitting, pleated, flared, wide-leg, A-line, pencil, baggy"),
  "bottom.color": COLOR,
  "bottom.graphic": GRAPHICS,
  "shoes.type": words("barefoot, sneakers, high heels, loafers, boots, oxford shoes, sandals, flats, slippers"),
  "shoes.pattern": PATTERN,
  "shoes.material": MATERIAL,
  "shoes.boots_length": words("ankle boots, mid-calf boots, knee-high boots, over-knee boots"),
  "shoes.color": COLOR,
  "bag.type": words("none, backpack, handbag, shoulder bag, crossbody bag, tote, clutch, belt bag, suitcase"),
  "bag.material": MATERIAL,
  "hat.type": words("none, hat, baseball cap, knitted hat, wide-brim hat, fedora, bucket hat, beret, helmet, turban"),
  "hat.material": MATERIAL,
  "belt.wears": YES_NO,
  "belt.material": MATERIAL,
  "scarf.wears": YES_NO,
  "scarf.pattern": PATTERN,
  "scarf.material": MATERIAL,
  "style.overall_style": words(
    "casual, formal, business, sporty, street, bohemian, traditional, vintage, party, beach, workwear",
  ),
  "headband.wears": YES_NO,
  "headband.pattern": PATTERN,
  "headband.material": MATERIAL,
  "headscarf.wears": YES_NO,
  "headscarf.pattern": PATTERN,
  "headscarf.material": MATERIAL,
  "veil.wears": YES_NO,
  "veil.pattern": PATTERN,
  "veil.material": MATERIAL,
  "socks.wears": YES_NO,
  "socks.pattern": PATTERN,
  "socks.material": MATERIAL,
  "tie.wears": YES_NO,
  "tie.pattern": PATTERN,
  "tie.material": MATERIAL,
} satisfies Record<string, readonly string[]>;
export type Category = keyof typeof CATEGORIES;
export const CATEGORY_IDS = Object.keys(CATEGORIES) as Category[];

export const NOT_VISIBLE = "not_visible";

const COAT_WITHOUT = ["scoop neckline", "high neck", "square neckline", "straps", "boat neck"];
const SMALL_WITHOUT = ["graphic", "camouflage", "color block"];

/**
 * What can not be told from a drawing and is therefore never sampled: a mixed or unclear person, collars that no open coat has, single motifs
 * on things too small for one. A person's region is drawn by skin tone, hair and eyes alone, and a pregnant woman is always an adult.
 */
export const NOT_DRAWN: Readonly<Partial<Record<Category, readonly string[]>>> = {
  "person.country": ["mixed or unclear"],
  "person.gender": ["unclear"],
  "coat.collar_shape": COAT_WITHOUT,
  "shoes.pattern": ["graphic"],
  "scarf.pattern": SMALL_WITHOUT,
  "headband.pattern": SMALL_WITHOUT,
  "headscarf.pattern": SMALL_WITHOUT,
  "veil.pattern": SMALL_WITHOUT,
  "socks.pattern": SMALL_WITHOUT,
  "tie.pattern": SMALL_WITHOUT,
};
