import type { Attributes } from "../attributes.ts";
import type { Random } from "../random.ts";
import { drawBelt, drawScarf, drawTie } from "./accessories.ts";
import { drawArms } from "./arms.ts";
import { drawBackHair } from "./back-hair.ts";
import { drawBag, drawBagBack, drawBagStraps } from "./bag.ts";
import type { Body } from "./body.ts";
import { drawBottom } from "./bottom.ts";
import { drawCoat, drawCoatArms, drawCoatBack } from "./coat.ts";
import { type Figure, startFigure } from "./figure.ts";
import { drawFrontHair } from "./front-hair.ts";
import { drawHat } from "./hat.ts";
import { drawHead, drawNeck, drawTrunk } from "./head.ts";
import { drawHeadband, drawHeadscarf, drawHeadscarfBack, drawVeil, drawVeilBack } from "./headwear.ts";
import { bootsOverTrousers, drawBootShafts, drawLegs } from "./legs.ts";
import { drawOnePiece, drawOnePieceArms } from "./one-piece.ts";
import { drawSpecial, drawSpecialArms, specialCloth } from "./special.ts";
import { drawTop, drawTopArms, drawTopBack } from "./top.ts";

/** One dressed person as layers from back to front. */
export function drawFigure(attributes: Attributes, body: Body, random: Random): Figure {
  const figure = startFigure(attributes, body, random);
  const coat = figure.is("coat.type", "none", "") ? null : figure.fabric("coat", [130, 560]);
  drawBagBack(figure);
  drawVeilBack(figure);
  drawBackHair(figure);
  drawHeadscarfBack(figure);
  drawLegs(figure);
  if (coat) drawCoatBack(figure, coat);
  drawClothes(figure, coat);
  drawScarf(figure);
  drawHead(figure);
  drawFrontHair(figure);
  drawHeadband(figure);
  drawHat(figure);
  drawHeadscarf(figure);
  drawVeil(figure);
  drawBag(figure);
  return figure;
}

/** What lets the body show through. */
const SHEER = ["chiffon"];

function drawClothes(figure: Figure, coat: ReturnType<Figure["fabric"]> | null): void {
  const special = figure.is("special.type", "none", "") ? null : specialCloth(figure);
  const onePiece = figure.is("one_piece.type", "none", "") ? null : figure.fabric("one_piece", [130, 640]);
  const top = figure.is("top.type", "none", "") ? null : figure.fabric("top", [130, 400]);
  drawTopBack(figure);
  drawBottom(figure);
  if (bootsOverTrousers(figure)) drawBootShafts(figure);
  drawNeck(figure);
  if (top && (figure.is("top.top_length", "cropped") || SHEER.includes(top.material))) drawTrunk(figure);
  if (top) drawTop(figure, top);
  if (onePiece) drawOnePiece(figure, onePiece);
  if (special) drawSpecial(figure, special);
  drawTie(figure);
  drawBelt(figure);
  if (coat) drawCoat(figure, coat);
  drawBagStraps(figure);
  if (coat) drawCoatArms(figure, coat, top);
  else if (top) drawTopArms(figure, top);
  else if (onePiece) drawOnePieceArms(figure, onePiece);
  else if (special) drawSpecialArms(figure, special);
  else drawArms(figure, null);
}
