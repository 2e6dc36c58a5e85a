"""Watermarks over pictures, and lettering that is none: what the watermark classifier learns from.

Every mark is a layer of one colour with an opacity per pixel; every picture is RGB [H, W, 3] in 0..255. `repeated_logo` is
never learnt from: it tells how the classifier does on a mark that it does not know.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Pixels = npt.NDArray[np.uint8]
#: Opacity 0..255 of a mark on a picture of that width and height.
Mark = Callable[[int, int, np.random.Generator], Image.Image]

SYLLABLES = (
    "sta",
    "pho",
    "to",
    "lia",
    "mar",
    "ken",
    "vi",
    "su",
    "ro",
    "pix",
    "al",
    "no",
    "ber",
    "cam",
    "el",
    "dor",
    "wa",
    "ti",
)
#: A mark that changes a pixel by less than this many levels is not to be seen there.
VISIBLE = 8.0


@dataclass(frozen=True)
class Marked:
    """A picture with a mark, and where the mark is to be seen."""

    pixels: Pixels
    visible: npt.NDArray[np.bool_]


def word(random: np.random.Generator) -> str:
    """What stands in a mark: made-up names, sometimes with a sign or a number."""
    name = "".join(random.choice(SYLLABLES) for _ in range(int(random.integers(2, 5))))
    name = [name.upper(), name.capitalize(), name][int(random.integers(3))]
    return [name, f"© {name}", f"{name}.com", f"{name} {random.integers(10, 99999)}"][int(random.integers(4))]


def lettering(text: str, height: int, random: np.random.Generator) -> Image.Image:
    """Text as opacity, cut tight: one typeface, made bold, wide, slanted or hollow."""
    font = ImageFont.load_default(max(8, height))
    bold = int(random.choice([0, 0, 1, 2])) * max(1, height // 28)
    left, top, right, bottom = font.getbbox(text, stroke_width=bold)
    size = (math.ceil(right - left) + 4, math.ceil(bottom - top) + 4)
    layer = Image.new("L", size, 0)
    ImageDraw.Draw(layer).text((2 - left, 2 - top), text, fill=255, font=font, stroke_width=bold)
    if random.random() < 0.2:
        layer = Image.fromarray(
            np.asarray(layer) - np.minimum(np.asarray(layer), np.asarray(layer.filter(ImageFilter.MinFilter(3))))
        )
    wide = random.uniform(0.75, 1.35)
    layer = layer.resize((max(1, int(size[0] * wide)), size[1]), Image.Resampling.BILINEAR)
    slant = random.uniform(-0.3, 0.3) if random.random() < 0.3 else 0.0
    grown = layer.width + int(abs(slant) * layer.height)
    offset = -slant * layer.height if slant > 0 else 0.0
    return layer.transform(
        (grown, layer.height), Image.Transform.AFFINE, (1, slant, offset, 0, 1, 0), Image.Resampling.BILINEAR
    )


def logo(side: int, random: np.random.Generator) -> Image.Image:
    """A sign of rings, bars or a polygon, as opacity."""
    layer = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(layer)
    pen = max(1, int(side * random.uniform(0.05, 0.14)))
    kind = int(random.integers(4))
    if kind == 0:
        draw.ellipse((1, 1, side - 2, side - 2), outline=255, width=pen)
        inner = int(side * random.uniform(0.2, 0.34))
        draw.ellipse(
            (inner, inner, side - inner, side - inner), fill=255 if random.random() < 0.5 else None, outline=255, width=pen
        )
    elif kind == 1:
        corners = int(random.integers(3, 8))
        draw.regular_polygon(
            (side / 2, side / 2, side / 2 - 1), corners, rotation=int(random.integers(90)), outline=255, width=pen
        )
    elif kind == 2:
        draw.rounded_rectangle((1, side // 4, side - 2, side - 2), radius=side // 8, outline=255, width=pen)
        draw.ellipse((side // 3, side // 2 - side // 12, 2 * side // 3, side // 2 + side // 4), outline=255, width=pen)
    else:
        for at in range(0, side, max(3, side // int(random.integers(4, 7)))):
            draw.line((at, 0, side - at, side), fill=255, width=pen)
    return layer


def repeated_text(width: int, height: int, random: np.random.Generator) -> Image.Image:
    """One word again and again, slanted."""
    return _tiled(lettering(word(random), int(width * random.uniform(0.035, 0.09)), random), width, height, random)


def repeated_logo(width: int, height: int, random: np.random.Generator) -> Image.Image:
    """One sign again and again."""
    return _tiled(logo(int(width * random.uniform(0.06, 0.13)), random), width, height, random)


def grid(width: int, height: int, random: np.random.Generator) -> Image.Image:
    """A stock agency's lines across the picture, with its name where they cross."""
    layer = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(layer)
    step = width * random.uniform(0.25, 0.5)
    pen = int(random.choice([1, 1, 2]))
    slope = random.uniform(0.5, 1.4)
    for i in range(-8, 16):
        draw.line((i * step, 0, i * step + height / slope, height), fill=255, width=pen)
        draw.line((i * step, height, i * step + height / slope, 0), fill=255, width=pen)
    name = lettering(word(random), int(width * random.uniform(0.03, 0.06)), random)
    for y in range(int(step / 2), height, int(step)):
        for x in range(int(step / 3), width, int(step * 1.5)):
            layer.paste(255, (x, y), name)
    return layer


def across(width: int, height: int, random: np.random.Generator) -> Image.Image:
    """One large word over the middle, with or without a sign."""
    layer = Image.new("L", (width, height), 0)
    text = lettering(word(random), int(width * random.uniform(0.09, 0.16)), random)
    text = text.rotate(random.uniform(-35, 35), expand=True, resample=Image.Resampling.BILINEAR)
    if text.width > 0.95 * width:
        text = text.resize((int(0.95 * width), max(1, int(text.height * 0.95 * width / text.width))))
    x = int((width - text.width) * random.uniform(0.2, 0.8))
    y = int((height - text.height) * random.uniform(0.25, 0.75))
    layer.paste(text, (x, y))
    if random.random() < 0.4:
        sign = logo(int(width * random.uniform(0.12, 0.25)), random)
        layer.paste(255, (int(width * 0.4), max(0, y - sign.height)), sign)
    return layer


def corner(width: int, height: int, random: np.random.Generator) -> Image.Image:
    """A name or a sign in a corner, or a name along the lower edge."""
    layer = Image.new("L", (width, height), 0)
    small = (
        logo(int(width * random.uniform(0.08, 0.16)), random)
        if random.random() < 0.35
        else lettering(word(random), int(width * random.uniform(0.03, 0.06)), random)
    )
    if small.width > 0.6 * width:
        small = small.resize((int(0.6 * width), max(1, int(small.height * 0.6 * width / small.width))))
    edge = int(width * random.uniform(0.015, 0.05))
    x = [edge, width - small.width - edge, (width - small.width) // 2][int(random.integers(3))]
    y = height - small.height - edge if random.random() < 0.7 else edge
    layer.paste(small, (x, y))
    return layer


#: Learnt from.
KNOWN: dict[str, Mark] = {"repeated-text": repeated_text, "grid": grid, "across": across, "corner": corner}
#: Only measured on.
UNKNOWN: dict[str, Mark] = {"repeated-logo": repeated_logo}


def put(layer: Pixels, pixels: Pixels, random: np.random.Generator) -> Marked:
    """A mark's opacity [H, W] over a picture: translucent white, black or a pale colour, sometimes with a dark edge."""
    opacity = random.uniform(0.2, 0.75)
    level = 255.0 if random.random() < 0.75 else random.uniform(0, 40)
    colour = np.full(3, level) if random.random() < 0.85 else np.clip(level + random.uniform(-70, 0, 3), 0, 255)
    below = pixels.astype(np.float32)
    if random.random() < 0.4:
        shadow = Image.fromarray(layer).filter(ImageFilter.GaussianBlur(random.uniform(0.6, 1.6)))
        below = _blend(below, np.full(3, 255 - level), np.asarray(shadow, dtype=np.float32) / 255 * opacity * 0.7)
    after = _blend(below, colour, layer.astype(np.float32) / 255 * opacity)
    visible = np.abs(after - pixels).mean(axis=2) > VISIBLE
    return Marked(np.clip(after + 0.5, 0, 255).astype(np.uint8), visible)


def sign(pixels: Pixels, width: int, random: np.random.Generator) -> Pixels:
    """A board with lettering somewhere in the scene: opaque, lit as what it hides was. `width` is the whole picture's."""
    text = lettering(word(random), int(width * random.uniform(0.03, 0.09)), random)
    letters, board = (Image.new("L", (text.width + 16, text.height + 14), level) for level in (0, 255))
    letters.paste(text, (8, 7))
    angle, at = random.uniform(-12, 12), random.random(2)
    painted = pixels.astype(np.float32)
    cover = _placed(board, angle, at, pixels.shape)
    for layer in (cover, _placed(letters, angle, at, pixels.shape)):
        painted = _blend(painted, random.uniform(0, 255, 3), layer)
    return _lit(painted, pixels, cover)


def motif(pixels: Pixels, width: int, random: np.random.Generator) -> Pixels:
    """Lettering or a sign printed on what is seen: it takes on its light and its folds. `width` is the whole picture's."""
    small = (
        lettering(word(random), int(width * random.uniform(0.04, 0.12)), random)
        if random.random() < 0.7
        else logo(int(width * random.uniform(0.08, 0.2)), random)
    )
    letters = _placed(small, random.uniform(-10, 10), random.random(2), pixels.shape)
    return _lit(_blend(pixels.astype(np.float32), random.uniform(0, 255, 3), letters), pixels, letters)


def _placed(small: Image.Image, angle: float, at: npt.NDArray[np.float64], shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Opacity 0..1 of the small layer, turned, at a share of the room that is left; what stands over is cut off."""
    turned = small.rotate(angle, expand=True, resample=Image.Resampling.BILINEAR)
    layer = Image.new("L", (shape[1], shape[0]), 0)
    layer.paste(turned, (int((shape[1] - turned.width) * at[0]), int((shape[0] - turned.height) * at[1])))
    return np.asarray(np.asarray(layer) / 255, dtype=np.float32)


def _lit(painted: npt.NDArray[np.float32], pixels: Pixels, cover: npt.NDArray[np.float32]) -> Pixels:
    """Paint takes the light of what it covers: brightness follows the picture's own, smoothed."""
    grey = Image.fromarray(pixels).convert("L").filter(ImageFilter.GaussianBlur(1.2))
    light = np.asarray(grey, np.float32)
    share = light / max(1.0, float((light * cover).sum() / max(1.0, float(cover.sum()))))
    shaded = painted * (1 + cover[..., None] * (np.clip(share, 0.5, 1.6)[..., None] - 1))
    return np.asarray(np.clip(shaded + 0.5, 0, 255), dtype=np.uint8)


def _tiled(piece: Image.Image, width: int, height: int, random: np.random.Generator) -> Image.Image:
    side = math.ceil(math.hypot(width, height))
    layer = Image.new("L", (side, side), 0)
    across_, down = piece.width * random.uniform(1.25, 2.2), piece.height * random.uniform(2.2, 6)
    for row in range(math.ceil(side / down)):
        for column in range(-1, math.ceil(side / across_)):
            layer.paste(255, (int((column + row % 2 / 2) * across_), int(row * down)), piece)
    turned = layer.rotate(random.uniform(-45, 45), resample=Image.Resampling.BILINEAR)
    left, top = (side - width) // 2, (side - height) // 2
    return turned.crop((left, top, left + width, top + height))


def _blend(
    below: npt.NDArray[np.float32], colour: npt.NDArray[np.float64], opacity: npt.NDArray[np.floating[Any]]
) -> npt.NDArray[np.float32]:
    share = opacity[..., None]
    return (below * (1 - share) + colour.astype(np.float32) * share).astype(np.float32)
