"""Pictures that no camera made, out of ones that could be photographs: what the fake-people classifier learns from.

Every style takes and gives RGB [H, W, 3] in 0..255. `pencil` is never learnt from: it tells how the classifier does on a style
that it does not know.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter, ImageOps

Pixels = npt.NDArray[np.uint8]
Style = Callable[[Image.Image, np.random.Generator], Image.Image]


def poster(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """Few flat colours with hard edges."""
    smooth = picture.filter(ImageFilter.ModeFilter(int(random.choice([5, 7, 9]))))
    return smooth.quantize(int(random.integers(6, 20)), dither=Image.Dither.NONE).convert("RGB")


def oil(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """Brush strokes: the commonest level around each pixel."""
    return picture.filter(ImageFilter.ModeFilter(int(random.choice([7, 9, 11]))))


def comic(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """Flat colours with dark outlines."""
    flat = picture.filter(ImageFilter.MedianFilter(5)).quantize(int(random.integers(8, 24)), dither=Image.Dither.NONE)
    edges = ImageOps.invert(picture.convert("L").filter(ImageFilter.GaussianBlur(1.5)).filter(ImageFilter.FIND_EDGES))
    lines = edges.point([0 if level < 255 - int(random.integers(18, 40)) else 255 for level in range(256)])
    return ImageChops.multiply(flat.convert("RGB"), lines.convert("RGB"))


def airbrush(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """A rendering's skin and cloth: texture gone, edges kept, contrast up."""
    smooth = picture
    for _ in range(int(random.integers(3, 6))):
        smooth = smooth.filter(ImageFilter.MedianFilter(5))
    return ImageOps.autocontrast(smooth, cutoff=1).filter(ImageFilter.UnsharpMask(2, 80, 2))


def print_dots(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """A coarse print: few levels a channel, dithered."""
    side = int(random.choice([2, 3]))
    small = picture.resize((picture.width // side, picture.height // side), Image.Resampling.BOX)
    dotted = small.quantize(int(random.integers(6, 16)), dither=Image.Dither.FLOYDSTEINBERG).convert("RGB")
    return dotted.resize(picture.size, Image.Resampling.NEAREST)


def pencil(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """A pencil drawing: brightness divided by its own blur."""
    grey = np.asarray(picture.convert("L"), dtype=np.float32)
    blurred = np.asarray(picture.convert("L").filter(ImageFilter.GaussianBlur(float(random.uniform(3, 7)))), dtype=np.float32)
    lines = np.clip(255 * grey / np.maximum(blurred, 1), 0, 255).astype(np.uint8)
    return Image.fromarray(lines).convert("RGB")


#: Learnt from.
KNOWN: dict[str, Style] = {"poster": poster, "oil": oil, "comic": comic, "airbrush": airbrush, "print": print_dots}
#: Only measured on.
UNKNOWN: dict[str, Style] = {"pencil": pencil}


def apply(style: Style, pixels: Pixels, random: np.random.Generator) -> Pixels:
    """The picture in that style."""
    return np.asarray(style(Image.fromarray(pixels), random).convert("RGB"), dtype=np.uint8)
