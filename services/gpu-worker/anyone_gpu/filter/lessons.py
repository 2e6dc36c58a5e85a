"""What small models of the filter learn from: crops that the filter's own code cut (`cut-lessons.ts`), as arrays."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance, ImageFilter

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Lesson:
    name: str
    pixels: Pixels


def read_lessons(folder: Path, mode: str) -> list[Lesson]:
    """Every PNG of the folder in the order of their names; `mode` is Pillow's: RGB, or L for brightness.

    Raises ValueError when there is none.
    """
    paths = sorted(folder.glob("*.png"))
    if not paths:
        raise ValueError(f"{folder} holds no PNG: cut the lessons first")
    return [Lesson(path.stem, np.asarray(Image.open(path).convert(mode), dtype=np.uint8)) for path in paths]


def hold_out(lessons: list[Lesson], count: int) -> tuple[list[Lesson], list[Lesson]]:
    """The first ones to learn from, and the last `count` to measure on."""
    if len(lessons) <= count:
        raise ValueError(f"{len(lessons)} lessons are too few: {count} of them are held out")
    return lessons[:-count], lessons[-count:]


def handled(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """What may happen to any picture on its way here: brightened, blurred a little, enlarged, compressed again.

    Every pixel stays in its place.
    """
    picture = Image.fromarray(pixels)
    picture = ImageEnhance.Brightness(picture).enhance(random.uniform(0.75, 1.25))
    picture = ImageEnhance.Contrast(picture).enhance(random.uniform(0.8, 1.2))
    if picture.mode == "RGB":
        picture = ImageEnhance.Color(picture).enhance(random.uniform(0.4, 1.3))
    if random.random() < 0.4:
        picture = picture.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 1.2)))
    if random.random() < 0.3:
        share = random.uniform(0.5, 0.9)
        small = picture.resize((int(picture.width * share), int(picture.height * share)), Image.Resampling.LANCZOS)
        picture = small.resize((pixels.shape[1], pixels.shape[0]), Image.Resampling.BICUBIC)
    if random.random() < 0.6:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=int(random.integers(45, 95)))
        picture = Image.open(buffer).convert(picture.mode)
    return np.asarray(picture, dtype=np.uint8)
