"""Drawn people as training data of the parsing decoder: crops, targets and the frozen encoder's taps.

A folder holds, per person, what `anyone world draw` writes: `<seed>.jpg`, `<seed>.parts.png` (8-bit grey, a pixel is an
ATR-18 id; the picture's shape, smaller) and `<seed>.json`, whose `people[0].box` is [x0, y0, x1, y1] in picture pixels.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from PIL import Image

WIDTH, HEIGHT = 128, 256
#: The person's box is widened by this share of its size on every side.
MARGIN = 0.06
GREY = 114
#: Ids that change places when a picture is mirrored: shoes, legs, arms.
MIRRORED = {9: 10, 10: 9, 12: 13, 13: 12, 14: 15, 15: 14}

Floats = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]
Ids = npt.NDArray[np.uint8]


@dataclass
class Sample:
    """One crop: its pixels [256, 128, 3], the encoder's taps [C, H, W] by name, and the target ids [256, 128]."""

    rgb: Ids
    taps: dict[str, Halves]
    ids: Ids


def list_seeds(folder: Path) -> list[str]:
    """Names of the drawn people in the folder, in order of their seeds."""
    names = [path.stem for path in folder.glob("*.json")]
    return sorted(names, key=lambda name: (len(name), name))


def open_encoder(path: Path) -> ort.InferenceSession:
    """The frozen encoder on one thread."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def read_samples(
    folder: Path, seeds: list[str], encoder: ort.InferenceSession, *, variants: int, seed: int
) -> Iterator[Sample]:
    """Yields every person once as it is, then `variants` times with the box moved a little, every other one mirrored."""
    random = np.random.default_rng(seed)
    for name in seeds:
        picture = Image.open(folder / f"{name}.jpg").convert("RGB")
        ids = Image.open(folder / f"{name}.parts.png").convert("L").resize(picture.size, Image.Resampling.NEAREST)
        box = json.loads((folder / f"{name}.json").read_text())["people"][0]["box"]
        for variant in range(1 + variants):
            moved = box if variant == 0 else _jittered(box, random)
            crop, target = _letterboxed(picture, moved, GREY, smooth=True), _letterboxed(ids, moved, 0, smooth=False)
            if variant % 2 == 1:
                crop, target = crop[:, ::-1], mirrored_ids(target[:, ::-1])
            yield Sample(np.ascontiguousarray(crop), taps_of(encoder, crop), np.ascontiguousarray(target))


def taps_of(encoder: ort.InferenceSession, rgb: Ids) -> dict[str, Halves]:
    """The encoder's outputs for one crop [256, 128, 3], as 16-bit floats: a thousand people fit in memory."""
    names = [output.name for output in encoder.get_outputs()]
    values = encoder.run(names, {"input": np.ascontiguousarray(rgb, dtype=np.float32)[None]})
    return {name: np.asarray(value[0], dtype=np.float16) for name, value in zip(names, values, strict=True)}


def mirrored_ids(ids: Ids) -> Ids:
    """Left and right parts change names in a mirrored part map."""
    table = np.arange(256, dtype=np.uint8)
    for left, right in MIRRORED.items():
        table[left] = right
    return table[ids]


def _jittered(box: list[float], random: np.random.Generator) -> list[float]:
    x0, y0, x1, y1 = box
    shift = random.uniform(-0.05, 0.05, 4) * np.array([x1 - x0, y1 - y0, x1 - x0, y1 - y0])
    return [float(v) for v in np.array(box) + shift]


def _letterboxed(picture: Image.Image, box: list[float], fill: int, *, smooth: bool) -> Ids:
    """The widened box, its shape kept, at the top left of 128 x 256; the rest and what is outside the picture is `fill`."""
    x0, y0, x1, y1 = box
    dx, dy = MARGIN * (x1 - x0), MARGIN * (y1 - y0)
    left, top, right, bottom = int(x0 - dx), int(y0 - dy), int(x1 + dx) + 1, int(y1 + dy) + 1
    scale = min(WIDTH / (right - left), HEIGHT / (bottom - top))
    size = (
        max(1, min(WIDTH, round((right - left) * scale))),
        max(1, min(HEIGHT, round((bottom - top) * scale))),
    )
    padded = Image.new(picture.mode, (right - left, bottom - top), (fill,) * 3 if picture.mode == "RGB" else fill)
    padded.paste(picture, (-left, -top))
    resized = padded.resize(size, Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST)
    canvas = Image.new(picture.mode, (WIDTH, HEIGHT), (fill,) * 3 if picture.mode == "RGB" else fill)
    canvas.paste(resized, (0, 0))
    return np.asarray(canvas, dtype=np.uint8)
