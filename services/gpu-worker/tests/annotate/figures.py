"""Tiny figures for tests: a few rectangles whose answers are known, in the shape of photographs and part maps."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from anyone_gpu.annotate.learn import Answered
from anyone_gpu.annotate.protocol import Question
from anyone_gpu.objects import MissingObject

COLOURS = {"white": (235, 235, 232), "black": (34, 34, 38), "red": (178, 40, 44), "blue": (46, 92, 178), "green": (58, 126, 72)}
NAMES = tuple(COLOURS)
PATTERNS = ("solid color", "striped")
BOTTOMS = ("none", "pants", "skirt")
QUESTIONS = [
    Question(20, "top.pattern", PATTERNS, (4,), "What surface pattern does the top have?"),
    Question(25, "top.color", NAMES, (4,), "What is the main colour of the top?"),
    Question(34, "bottom.type", BOTTOMS, (5, 6), "Which?"),
    Question(39, "bottom.color", NAMES, (5, 6), "What is the main colour of the lower garment?"),
    Question(48, "hat.type", ("none", "hat"), (1,), "Is there a hat?"),
]
WIDTH, HEIGHT = 160, 320


@dataclass(frozen=True)
class Figure:
    """One figure: its bytes and its packed answers by category."""

    name: str
    image: bytes
    parts: bytes
    answers: dict[int, int]


def draw(seed: int) -> Figure:
    """A person of rectangles; the same seed gives the same bytes."""
    random = np.random.default_rng(seed)
    top, low = random.integers(len(NAMES)), random.integers(len(NAMES))
    striped, hat, bottom = random.random() < 0.4, random.random() < 0.4, int(random.integers(1, 3))
    rgb = np.full((HEIGHT, WIDTH, 3), random.integers(90, 200, 3), np.float64)
    ids = np.zeros((HEIGHT, WIDTH), np.uint8)
    dx, dy = random.integers(-12, 12), random.integers(-8, 8)

    def paint(part: int, colour: Any, x0: int, y0: int, x1: int, y1: int) -> None:
        rgb[y0 + dy : y1 + dy, x0 + dx : x1 + dx] = colour
        ids[y0 + dy : y1 + dy, x0 + dx : x1 + dx] = part

    paint(2, (60, 40, 30), 62, 20, 98, 60)
    paint(11, (220, 170, 140), 66, 30, 94, 66)
    if hat:
        paint(1, (120, 60, 130), 60, 14, 100, 30)
    paint(4, COLOURS[NAMES[top]], 46, 70, 114, 160)
    if striped:
        contrast = COLOURS["black" if NAMES[top] == "white" else "white"]
        for y in range(72, 158, 12):
            paint(4, contrast, 46, y, 114, y + 4)
    if bottom == 1:
        paint(6, COLOURS[NAMES[low]], 50, 160, 78, 280)
        paint(6, COLOURS[NAMES[low]], 82, 160, 110, 280)
    else:
        paint(5, COLOURS[NAMES[low]], 44, 160, 116, 230)
        paint(12, (220, 170, 140), 56, 230, 76, 280)
        paint(13, (220, 170, 140), 84, 230, 104, 280)
    rgb += random.normal(0, 5, rgb.shape) + random.normal(0, 6)
    answers = {20: int(striped), 25: int(top), 34: bottom, 39: int(low), 48: int(hat)}
    image = Image.fromarray(rgb.clip(0, 255).astype(np.uint8))
    return Figure(f"figure-{seed}", _bytes(image, "JPEG"), _bytes(Image.fromarray(ids), "PNG"), answers)


def answered(figure: Figure, answers: dict[int, int] | None = None) -> Answered:
    """The figure as a picture of a labeller job."""
    return Answered(
        figure.name, f"{figure.name}.jpg", f"{figure.name}.png", None, figure.answers if answers is None else answers
    )


class Folder:
    """An object store in memory."""

    def __init__(self, figures: list[Figure] | None = None) -> None:
        self.items: dict[str, bytes] = {}
        for figure in figures or []:
            self.items[f"{figure.name}.jpg"] = figure.image
            self.items[f"{figure.name}.png"] = figure.parts

    def put(self, key: str, data: bytes) -> None:
        self.items[key] = data

    def get(self, key: str) -> bytes:
        if key not in self.items:
            raise MissingObject(f"no object under {key}")
        return self.items[key]

    def has(self, key: str) -> bool:
        return key in self.items

    def list(self, prefix: str) -> Any:
        return iter(sorted(key for key in self.items if key.startswith(prefix)))


def _bytes(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, quality=92)
    return out.getvalue()
