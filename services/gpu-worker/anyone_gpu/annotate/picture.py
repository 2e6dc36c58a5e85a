"""From bytes to a Picture: the image and its part map on one pixel grid, decoded once for all questions."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

LONGEST_SIDE = 768  # pixels of the working grid; people fill most of the height, so a head is 40 px or more
FINE_SIDE = 1280  # pixels: a JPEG is decoded to the next power of two above it, for textures
MAX_PIXELS = 120_000_000  # larger files are refused before decoding
PARTS = 18

(HAT, HAIR, GLASSES, UPPER, SKIRT, PANTS, DRESS, BELT) = range(1, 9)
(LEFT_SHOE, RIGHT_SHOE, FACE, LEFT_LEG, RIGHT_LEG, LEFT_ARM, RIGHT_ARM, BAG, SCARF) = range(9, 18)


class UnreadablePicture(ValueError):
    """The bytes are no picture, or a picture over the limits."""


@dataclass(frozen=True)
class Picture:
    """rgb [H, W, 3] uint8, parts [H, W] uint8 (ATR-18 ids) on the same grid, box (x0, y0, x1, y1) of the person on it.

    fine: the same image [H', W', 3] uint8 with more pixels, where the file has them.
    shares: per ATR id its share of the part map's pixels; cut: the ids in the map's last row.
    """

    rgb: np.ndarray
    parts: np.ndarray
    box: tuple[int, int, int, int]
    fine: np.ndarray
    shares: tuple[float, ...] = ()
    cut: tuple[int, ...] = ()


def read_picture(
    image: bytes, part_map: bytes, box: tuple[float, float, float, float] | None = None, longest: int = LONGEST_SIDE
) -> Picture:
    """Decodes an image and its part map (8-bit greyscale PNG of ATR ids) to the working grid.

    `box` is in pixels of the stored image; without one the box of all person parts is taken. Raises UnreadablePicture.
    """
    fine, size = _read_image(image)
    return picture_of(fine, _read_part_map(part_map), box, size, longest)


def picture_of(
    fine: np.ndarray,
    stored: np.ndarray,
    box: tuple[float, float, float, float] | None,
    stored_size: tuple[int, int],
    longest: int = LONGEST_SIDE,
) -> Picture:
    """A decoded image [H', W', 3] uint8 and its part map [h, w] uint8 on the working grid.

    `box` and `stored_size` (width, height) are in pixels of the image as it is stored, which may have more than `fine`.
    """
    width, height = stored_size
    scale = min(1.0, longest / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    rgb = np.moveaxis(resized(np.moveaxis(fine, -1, 0), size), 0, -1)
    parts = np.asarray(Image.fromarray(stored).resize((rgb.shape[1], rgb.shape[0]), Image.Resampling.NEAREST))
    if box is not None:
        sx, sy = rgb.shape[1] / width, rgb.shape[0] / height
        scaled = (box[0] * sx, box[1] * sy, box[2] * sx, box[3] * sy)
    else:
        scaled = _box_of(parts > 0)
    counts = np.bincount(stored.ravel(), minlength=PARTS)
    shares = tuple(float(count) / stored.size for count in counts)
    cut = tuple(int(part) for part in np.unique(stored[-1]))
    return Picture(rgb, parts, _inside(scaled, rgb.shape[1], rgb.shape[0]), fine, shares, cut)


def resized(planes_CHW: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Planes uint8 [C, H, W] brought to `size` (width, height), smoothed as Pillow's BILINEAR does.

    PyTorch takes a quarter of Pillow's time, for up to four planes at once; one value in a thousand differs, by 1.
    """
    out = np.empty((len(planes_CHW), size[1], size[0]), np.uint8)
    for first in range(0, len(planes_CHW), 4):
        planes = torch.from_numpy(planes_CHW[first : first + 4])[None]
        resampled = torch.nn.functional.interpolate(planes, (size[1], size[0]), mode="bilinear", antialias=True)
        out[first : first + 4] = resampled[0].numpy()
    return out


def where_parts(parts_HW: np.ndarray, wanted: tuple[int, ...]) -> np.ndarray:
    """Mask [H, W] of the pixels of any of these ATR ids: a comparison per id is ten times as fast as a table of them."""
    mask: np.ndarray = parts_HW == wanted[0]
    for part in wanted[1:]:
        mask |= parts_HW == part
    return mask


def _read_image(data: bytes) -> tuple[np.ndarray, tuple[int, int]]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise UnreadablePicture(f"the image has {width}x{height} pixels, more than {MAX_PIXELS}")
            scale = min(1.0, FINE_SIDE / max(width, height))
            image.draft("RGB", (round(width * scale), round(height * scale)))  # a half, a quarter or an eighth at once
            image.load()
            # converting RGB to RGB would copy it, which takes as long as decoding
            rgb = image if image.mode == "RGB" else image.convert("RGB")
            if max(rgb.size) >= 2 * FINE_SIDE:  # not a JPEG
                rgb = rgb.reduce(max(rgb.size) // FINE_SIDE)
            return np.array(rgb), (width, height)  # a copy: PyTorch warns of memory that is read-only
    except UnreadablePicture:
        raise
    except Exception as error:  # Pillow raises many kinds for broken files
        raise UnreadablePicture(f"the image can't be decoded: {error}") from error


def _read_part_map(data: bytes) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.mode not in ("L", "P"):
                raise UnreadablePicture(f"a part map is 8-bit greyscale, this one is {image.mode}")
            parts = np.asarray(image)
    except UnreadablePicture:
        raise
    except Exception as error:
        raise UnreadablePicture(f"the part map can't be decoded: {error}") from error
    if parts.max(initial=0) >= PARTS:
        raise UnreadablePicture(f"the part map holds the value {int(parts.max())}, ATR ids end at {PARTS - 1}")
    return parts


def _box_of(mask: np.ndarray) -> tuple[float, float, float, float]:
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(ys):
        return (0.0, 0.0, float(mask.shape[1]), float(mask.shape[0]))
    return (float(xs[0]), float(ys[0]), float(xs[-1] + 1), float(ys[-1] + 1))


def _inside(box: tuple[float, float, float, float], width: int, height: int) -> tuple[int, int, int, int]:
    x0, y0 = max(0, min(width - 1, int(box[0]))), max(0, min(height - 1, int(box[1])))
    return (x0, y0, max(x0 + 1, min(width, round(box[2]))), max(y0 + 1, min(height, round(box[3]))))
