"""The numbers a picture is judged by: statistics per part, shapes and gradients per view, colours per region.

A feature vector is cut into blocks; a block knows the ATR parts it describes, so that a question can weigh
the blocks of its own evidence higher.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .colours import CLUSTERED, cluster, lab_planes, percentiles, thinned
from .picture import FACE, PARTS, Picture, where_parts
from .texture import LENGTH as TEXTURE_LENGTH
from .texture import PIXELS_PER_FACE, print_statistics, texture_statistics
from .views import SIZE, VIEWS, crop_views

VERSION = "part-features-6"  # part of every cache key: a change of the numbers changes it

# region -> ATR parts; the last six are pieces: of the upper garment (an open coat shows the top in the middle, a tie hangs
# there), and of the legs where socks are
REGIONS: dict[str, tuple[int, ...]] = {
    "background": (0,),
    "hat": (1,),
    "hair": (2,),
    "glasses": (3,),
    "upper": (4,),
    "skirt": (5,),
    "pants": (6,),
    "dress": (7,),
    "belt": (8,),
    "shoes": (9, 10),
    "face": (11,),
    "legs": (12, 13),
    "arms": (14, 15),
    "bag": (16,),
    "scarf": (17,),
    "lower": (5, 6),
    "garment": (4, 7),
    "garment_middle": (4, 7),
    "garment_sides": (4, 7),
    "garment_top": (4, 7),
    "garment_hem": (4, 7),
    "tie": (4, 7),
    "ankles": (12, 13),
}
# what is one cloth or bare skin is told by how alike two regions are: a dress, a sleeve, a tie, a pair of socks
CONTRASTS = (
    ("tie", "garment_sides"), ("garment_middle", "garment_sides"), ("garment_top", "garment_hem"), ("garment", "lower"),
    ("dress", "lower"), ("garment", "arms"), ("arms", "face"), ("legs", "face"), ("ankles", "legs"), ("ankles", "shoes"),
    ("lower", "legs"), ("hat", "hair"), ("scarf", "garment"), ("belt", "lower"),
)  # fmt: skip
TEXTURED = (
    "hat", "hair", "dress", "belt", "shoes", "bag", "scarf", "lower", "garment", "garment_middle", "garment_sides",
    "tie", "ankles",
)  # fmt: skip
PRINTED = ("garment", "garment_middle", "garment_sides", "lower", "dress", "scarf", "hat", "shoes", "tie", "ankles")
_SCALES = (1, 2, 4)
_PERCENTILES = (5, 25, 50, 75, 95)
_STATS = 3 + 3 + 3 + 3 * len(_PERCENTILES) + 8 + 3 * len(_SCALES) + 2
_FEWEST = 12  # pixels of a region: below that it counts as not seen
_CONTRAST = 7 * len(CONTRASTS)
_CELLS, _ANGLES = 8, 8
_SHAPE_CHANNELS, _SHAPE_CELLS = 4, 8
_GEOMETRY = 8 + 2 * PARTS


@dataclass(frozen=True)
class Block:
    """A slice of the feature vector and the parts it describes."""

    name: str
    parts: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Features:
    """vector [D] float32; colours [R, CLUSTERS, 4] of (share, L, a, b) per region."""

    vector: np.ndarray
    colours: np.ndarray


def _blocks() -> list[Block]:
    sizes = [("geometry", tuple(range(PARTS)), _GEOMETRY), ("contrast", tuple(range(PARTS)), _CONTRAST)]
    sizes += [(f"stats:{name}", parts, _STATS) for name, parts in REGIONS.items()]
    sizes += [(f"texture:{name}", REGIONS[name], TEXTURE_LENGTH) for name in TEXTURED]
    sizes += [(f"print:{name}", REGIONS[name], TEXTURE_LENGTH) for name in PRINTED]
    sizes += [(f"edges:{name}", parts, _CELLS * _CELLS * _ANGLES) for name, parts in VIEWS.items()]
    sizes += [(f"shape:{name}", parts, _SHAPE_CHANNELS * _SHAPE_CELLS**2) for name, parts in VIEWS.items()]
    out, at = [], 0
    for name, parts, size in sizes:
        out.append(Block(name, parts, at, at + size))
        at += size
    return out


BLOCKS = _blocks()
LENGTH = BLOCKS[-1].end


def measure(picture: Picture) -> Features:
    """All numbers of one picture. Same bytes, same numbers."""
    lab = lab_planes(picture.rgb)
    crops = crop_views(picture)
    masks = _region_masks(picture)
    chosen = {name: np.flatnonzero(masks[name]) for name in REGIONS}
    stats = [_region_stats(picture, masks[name], chosen[name], lab) for name in REGIONS]
    pixels = lab.reshape(3, -1)
    colours = [cluster(pixels.take(thinned(chosen[name], CLUSTERED), axis=1)) for name in REGIONS]
    textures = _textures(picture, masks)
    parts = [_geometry(picture), _contrasts(pixels, chosen), *stats, *textures, _edges(crops), _shape(crops)]
    vector = np.concatenate(parts).astype(np.float32)
    assert vector.shape == (LENGTH,)
    return Features(vector, np.stack(colours))


def _region_masks(picture: Picture) -> dict[str, np.ndarray]:
    out = {name: where_parts(picture.parts, parts) for name, parts in REGIONS.items()}
    legs = out["legs"]
    reach = np.flatnonzero(legs.any(1))
    if len(reach):
        out["ankles"] = legs & (np.arange(len(legs)) > reach[0] + 0.6 * (reach[-1] - reach[0]))[:, None]
    garment = out["garment"]
    rows, columns = np.flatnonzero(garment.any(1)), np.flatnonzero(garment.any(0))
    if not len(rows):
        return out
    face = np.flatnonzero(out["face"].any(0))
    centre = (face[0] + face[-1]) / 2 if len(face) else (columns[0] + columns[-1]) / 2
    shoulder = garment[rows[0] : rows[0] + max(4, len(rows) // 4)].any(0).sum()
    x = np.abs(np.arange(garment.shape[1]) - centre)[None]
    y = ((np.arange(garment.shape[0]) - rows[0]) / max(1, rows[-1] - rows[0]))[:, None]
    out["garment_middle"] = garment & (x < 0.12 * shoulder)
    out["garment_sides"] = garment & (x > 0.22 * shoulder)
    out["garment_top"] = garment & (y < 0.22)
    out["garment_hem"] = garment & (y > 0.85)
    out["tie"] = garment & (x < 0.05 * shoulder) & (y < 0.7)
    return out


def _contrasts(pixels: np.ndarray, chosen: dict[str, np.ndarray]) -> np.ndarray:
    """Per pair of regions: whether both are seen, then how far their mean colours and their spreads lie apart.

    pixels [3, H * W] in Lab; chosen: per region the indices of its own.
    """
    looks: dict[str, tuple[np.ndarray, np.ndarray] | None] = {}
    for name in {region for pair in CONTRASTS for region in pair}:
        sample = pixels.take(thinned(chosen[name], 2000), axis=1)
        looks[name] = (sample.mean(1), sample.std(1)) if len(chosen[name]) >= _FEWEST else None
    out = np.zeros((len(CONTRASTS), 7), np.float32)
    for row, (one, other) in zip(out, CONTRASTS, strict=True):
        a, b = looks[one], looks[other]
        if a is not None and b is not None:
            row[:] = [1, *np.log1p(np.abs(a[0] - b[0])), *np.log1p(np.abs(a[1] - b[1]))]
    return out.ravel()


def _textures(picture: Picture, masks: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Textures (TEXTURED) and prints (PRINTED) at a scale given by the face, or by the box where none is seen."""
    x0, y0, x1, y1 = picture.box
    ratio = picture.fine.shape[0] / picture.rgb.shape[0]
    fx0, fy0, fx1, fy1 = (round(v * ratio) for v in picture.box)
    columns = np.flatnonzero((picture.parts == FACE).any(0))
    face = columns[-1] - columns[0] + 1 if len(columns) >= 6 else (x1 - x0) / 4
    cut = {name: masks[name][y0:y1, x0:x1] for name in (*TEXTURED, *PRINTED)}
    person, scale = picture.fine[fy0:fy1, fx0:fx1], PIXELS_PER_FACE / (face * ratio)
    found = texture_statistics(person, {name: cut[name] for name in TEXTURED}, scale)
    return [found[name] for name in TEXTURED] + [print_statistics(person, cut[name], scale) for name in PRINTED]


def _region_stats(picture: Picture, mask: np.ndarray, chosen: np.ndarray, lab: np.ndarray) -> np.ndarray:
    """[_STATS] of one region: its size and place, its colours, how they change from pixel to pixel.

    mask bool [H, W]; chosen: the flat indices of its pixels; lab [3, H, W].
    """
    out = np.zeros(_STATS, np.float32)
    if len(chosen) < _FEWEST:
        return out
    sample = thinned(chosen, 4000)
    pixels = lab.reshape(3, -1).take(sample, axis=1)
    changes = np.stack([_changes(lab, sample, pixels, scale) for scale in _SCALES])
    across, down, _chroma = changes[1]
    x0, y0, x1, y1 = picture.box
    area = max(1, (x1 - x0) * (y1 - y0))
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    extent = [(xs[0] - x0) / (x1 - x0), (ys[0] - y0) / (y1 - y0), (xs[-1] - x0) / (x1 - x0), (ys[-1] - y0) / (y1 - y0)]
    height, width = (ys[-1] - ys[0] + 1), (xs[-1] - xs[0] + 1)
    parts = [
        [1.0, np.sqrt(len(chosen) / area), np.log(len(chosen) / area + 1e-4)],
        pixels.mean(1) / 50,
        percentiles(pixels, _PERCENTILES) / 50,
        [*extent, height / (y1 - y0), width / (x1 - x0), len(chosen) / (height * width), np.log(height / width)],
        np.log1p(changes),
        [np.log((across + 0.5) / (down + 0.5)), float(mask[-2:].any())],
        pixels.std(1) / 20,
    ]
    out[:] = np.concatenate([np.asarray(p, np.float32).ravel() for p in parts])
    return out


def _changes(lab: np.ndarray, sample: np.ndarray, pixels: np.ndarray, scale: int) -> tuple[float, float, float]:
    """Mean absolute difference of lightness to the pixel `scale` to the right, to that below, and of chroma to both.

    pixels [3, n]: those of the flat indices in `sample`. Over the picture's edge nothing changes.
    """
    _, height, width = lab.shape
    planes = lab.reshape(3, -1)
    right = np.where(sample % width < width - scale, sample + scale, sample)
    below = np.where(sample < (height - scale) * width, sample + scale * width, sample)
    dx = np.abs(planes.take(right, axis=1) - pixels).mean(1)
    dy = np.abs(planes.take(below, axis=1) - pixels).mean(1)
    return dx[0], dy[0], dx[1] + dx[2] + dy[1] + dy[2]


def _edges(crops: np.ndarray) -> np.ndarray:
    """Per view a histogram of gradient angles per cell of 8x8 pixels, normalised over the view (square root of shares)."""
    grey = crops[:, :3].astype(np.float32).mean(1)
    gx, gy = np.zeros_like(grey), np.zeros_like(grey)
    gx[:, :, 1:-1], gy[:, 1:-1] = grey[:, :, 2:] - grey[:, :, :-2], grey[:, 2:] - grey[:, :-2]
    strength = np.hypot(gx, gy)
    angle = ((np.arctan2(gy, gx) % np.pi) * (_ANGLES / np.pi)).astype(np.intp) % _ANGLES
    cell = np.arange(SIZE) // (SIZE // _CELLS)
    at = (np.arange(len(crops))[:, None, None] * _CELLS + cell[:, None]) * _CELLS + cell
    shape = (len(crops), _CELLS * _CELLS, _ANGLES)
    bins = np.bincount((at * _ANGLES + angle).ravel(), strength.ravel(), math.prod(shape)).reshape(shape)
    local = bins / (bins.sum(2, keepdims=True) + 0.02 * bins.sum((1, 2), keepdims=True) + 1e-3)
    return np.asarray(np.sqrt(local)).ravel()


def _shape(crops: np.ndarray) -> np.ndarray:
    """Per view the mask channels as small thumbnails: where hair, skin and garments lie in the view."""
    side = SIZE // _SHAPE_CELLS
    masks = crops[:, 3:].reshape(-1, _SHAPE_CHANNELS, _SHAPE_CELLS, side, _SHAPE_CELLS, side)
    return np.asarray(masks.mean((3, 5), dtype=np.float32)).ravel() / 255


def _geometry(picture: Picture) -> np.ndarray:
    """The box in the picture, and per part its share of the picture (root) and of the lower border."""
    height, width = picture.parts.shape
    x0, y0, x1, y1 = picture.box
    counts = np.bincount(picture.parts.ravel(), minlength=PARTS)[:PARTS]
    low = np.bincount(picture.parts[-2:].ravel(), minlength=PARTS)[:PARTS]
    box = [x0 / width, y0 / height, x1 / width, y1 / height, (x1 - x0) / width, (y1 - y0) / height]
    shape = [np.log((y1 - y0) / (x1 - x0)), np.log(height / width)]
    return np.concatenate([box, shape, np.sqrt(counts / picture.parts.size), np.sqrt(low / (2 * width))])
