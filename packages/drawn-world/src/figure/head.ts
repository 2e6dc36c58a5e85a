import { darker } from "../palette.ts";
import { faceDrop } from "./body.ts";
import { drawFace } from "./face.ts";
import { type Figure, plain } from "./figure.ts";
import { blob, ellipse, mirror, type Point, type Ring } from "./geometry.ts";
import { torso } from "./torso.ts";

/** Neck and upper chest: bare skin that necklines leave open. */
export function drawNeck(figure: Figure): void {
  const { neck: n, skin, shoulder } = figure.body;
  const ring = blob(
    mirror([
      [0, 70],
      [n - 1, 80],
      [n, 112],
      [n + 14, 130],
      [shoulder - 10, 141],
      [shoulder - 2, 158],
      [54, 190],
      [0, 214],
    ] as Point[]),
  );
  figure.add("face", "body", [ring], plain(darker(skin, 0.06), "skin"), { round: 24, soft: true, join: true });
}

/** The bare trunk, under clothes that end above the waist or let it show. */
export function drawTrunk(figure: Figure): void {
  const ring = torso(figure.body, { hem: 320, ease: -1, flare: 0, shoulders: "narrow", collar: "scoop neckline" });
  const navel = ellipse(0, 288, 2.4, 4, 8);
  figure.add("face", "body", [ring], plain(figure.body.skin, "skin"), {
    round: 42,
    join: true,
    decor: [{ area: navel, color: darker(figure.body.skin, 0.4) }],
  });
}

export function drawHead(figure: Figure): void {
  const { body } = figure;
  const { head, jaw, female, turn, skin } = body;
  for (const s of [1, -1])
    figure.add(
      "face",
      "head",
      [ellipse(s * (head + 1.5) - turn * 0.3, 57 + faceDrop(body.age), 6.5, 12)],
      plain(darker(skin, 0.08), "skin"),
      { round: 8 },
    );
  const chin = female ? 9 : 13;
  const ring = blob(
    mirror([
      [0, 2],
      [22, 6],
      [head - 2, 30],
      [head, 52],
      [jaw, 73],
      [20, 92],
      [chin, 99],
      [0, 100.5],
    ] as Point[]),
  );
  figure.add("face", "head", [ring], plain(skin, "skin"), {
    round: 26,
    soft: true,
    decor: [{ svg: drawFace(figure), at: [0, 100] }],
  });
  drawEyewear(figure);
}

function drawEyewear(figure: Figure): void {
  const kind = figure.extra("eyewear.type");
  if (kind !== "eyeglasses" && kind !== "sunglasses") return;
  const y = 51 + faceDrop(figure.body.age);
  const t = figure.body.turn;
  const lens = (s: number, grow: number): Ring => {
    const at = (x: number, dy: number): Point => [s * 16 + t + x, y + dy];
    const w = 12.5 - grow;
    return [
      at(-w, -7.5 + grow),
      at(w, -7.5 + grow),
      at(w, 5 - grow * 0.5),
      at(w * 0.6, 9 - grow),
      at(-w * 0.6, 9 - grow),
      at(-w, 5 - grow * 0.5),
    ];
  };
  const bridge: Ring = [
    [t - 5, y - 4],
    [t + 5, y - 4],
    [t + 5, y - 1.6],
    [t - 5, y - 1.6],
  ];
  const ink = figure.random.pick(["#26211f", "#3b2a20", "#20242c"]);
  if (kind === "sunglasses")
    figure.add("sunglasses", "eyewear", [lens(1, 0), lens(-1, 0), bridge], plain("#17181c", "leather"), {
      flat: true,
      decor: [
        {
          line: [
            [t - 22, y - 5],
            [t - 15, y + 6],
          ],
          color: "#8f97a3",
          width: 2.4,
          opacity: 0.6,
        },
        {
          line: [
            [t + 10, y - 5],
            [t + 17, y + 6],
          ],
          color: "#8f97a3",
          width: 2.4,
          opacity: 0.6,
        },
      ],
    });
  else
    figure.add(
      "sunglasses",
      "eyewear",
      [lens(1, 0), lens(1, 2.6), lens(-1, 0), lens(-1, 2.6), bridge],
      plain(ink, "leather"),
      { flat: true, evenOdd: true },
    );
}
