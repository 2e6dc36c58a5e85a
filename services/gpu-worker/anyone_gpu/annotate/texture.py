"""What a surface looks like up close: statistics per region at octaves of a scale tied to the person's own size.

A weave has the same period on a portrait and on a full figure once both are brought to PIXELS_PER_FACE, so that a knit is a
knit in every framing. Per octave: strengths of differences in four directions and of colour, how sparse and how
one-sided they are, and histograms of local ternary patterns (Tan & Triggs 2010, rotation-invariant uniform bins).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from .colours import lab_planes, thinned

PIXELS_PER_FACE = 112  # width of the face on the finest octave
OCTAVES = 5
_PATTERN_OCTAVES = 4
_TOLERANCE = 2.0  # Lab lightness that noise may differ by
_WINDOW = 192  # pixels of the finest octave that a print is read on
_CONTRAST = 12.0  # what one standard deviation of a print's channel becomes
_PRINT_TOLERANCE = 5.0
_NO_CONTRAST = 1.5  # Lab units: a plain surface stays faint
_BINS = 10  # 0..8 neighbours set in one run, 9: several runs
_PER_OCTAVE = 8
LENGTH = OCTAVES * _PER_OCTAVE + _PATTERN_OCTAVES * 2 * _BINS
_SAMPLE = 6000  # pixels of a region that an octave is measured at
_FEWEST = 16  # pixels of an octave: below that its numbers are zero
_NEIGHBOURS = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))  # in a ring
_BEFORE = np.arange(-1, len(_NEIGHBOURS) - 1)  # of each neighbour, the one before it in the ring


def texture_statistics(rgb: np.ndarray, masks: dict[str, np.ndarray], scale: float) -> dict[str, np.ndarray]:
    """Per region [LENGTH] float32: weave and sheen.

    rgb [H, W, 3] uint8, cut to the person; masks bool [h, w] of any one size over the same cut; `scale` brings rgb to
    PIXELS_PER_FACE (never enlarged).
    """
    return _statistics(lab_planes(_at_scale(rgb, scale)), masks, _TOLERANCE)


def print_statistics(rgb: np.ndarray, mask: np.ndarray, scale: float) -> np.ndarray:
    """[LENGTH] float32 of one region: its pattern, whatever its colours. Arguments as of `texture_statistics`.

    Read on one channel, the direction in Lab along which the region's colours differ most, brought to one contrast.
    """
    nothing = np.zeros(LENGTH, np.float32)
    if np.count_nonzero(mask) < 4 * _FEWEST:
        return nothing
    unit = rgb.shape[0] / mask.shape[0]
    y0, y1 = _window(mask.sum(1, dtype=np.int32), unit * min(1.0, scale))
    x0, x1 = _window(mask.sum(0, dtype=np.int32), unit * min(1.0, scale))
    window = _at_scale(rgb[round(y0 * unit) : round(y1 * unit), round(x0 * unit) : round(x1 * unit)], scale)
    inside = _fit(mask[y0:y1, x0:x1], window.shape[:2])
    chosen = np.flatnonzero(inside)
    if len(chosen) < 4 * _FEWEST:
        return nothing
    pixels = lab_planes(window.reshape(-1, 3).take(chosen, axis=0))
    pixels -= pixels.mean(1, keepdims=True)
    axis = np.linalg.eigh(np.cov(pixels))[1][:, -1]
    channel = axis.astype(np.float32) @ pixels
    channel /= channel.std() + _NO_CONTRAST
    if (channel * channel * channel).mean() < 0:  # the rarer colour is the bright one
        channel = -channel
    grey = np.zeros((1, *inside.shape), np.float32)
    grey.ravel()[chosen] = _CONTRAST * channel
    return _statistics(grey, {"": inside}, _PRINT_TOLERANCE)[""]


def _window(counts: np.ndarray, unit: float) -> tuple[int, int]:
    """First and last + 1 of the mask's rows (or columns) that are read: _WINDOW pixels around the median of the region.

    counts: the region's pixels per row (or column) of the mask; unit: pixels of the finest octave per pixel of the mask.
    """
    reached, total = counts.cumsum(), counts.sum()
    middle = np.searchsorted(reached, [(total - 1) // 2, total // 2], "right").mean()
    half = _WINDOW / 2 / unit
    return max(0, int(middle - half)), int(middle + half) + 1


def _at_scale(rgb: np.ndarray, scale: float) -> np.ndarray:
    height, width = rgb.shape[:2]
    factor = min(1.0, scale)
    size = (max(8, round(width * factor)), max(8, round(height * factor)))
    image = Image.fromarray(rgb)
    return np.asarray(image.resize(size, Image.Resampling.BOX) if size != (width, height) else image)


def _statistics(planes: np.ndarray, masks: dict[str, np.ndarray], tolerance: float) -> dict[str, np.ndarray]:
    """planes [C, H, W]: lightness, and the two of chroma where colour counts.

    Everything is measured at the sampled pixels alone: they are a few thousand per region, whatever the person's size.
    """
    out = {name: np.zeros(LENGTH, np.float32) for name in masks}
    regions = {name: _Region.of(mask) for name, mask in masks.items() if mask.any()}
    for octave in range(OCTAVES):
        if octave:
            planes = _halved(planes)
        if min(planes.shape[1:]) < 8:
            break
        flat, width = planes.reshape(len(planes), -1), planes.shape[2]
        for name, region in regions.items():
            chosen = region.on_grid(planes.shape[1:])
            if len(chosen) < _FEWEST:
                continue
            sample = thinned(chosen, _SAMPLE)
            around = np.array([[dy * width + dx] for dy, dx in _NEIGHBOURS])
            steps = flat[0].take(sample + around) - flat[0].take(sample)
            out[name][octave * _PER_OCTAVE : (octave + 1) * _PER_OCTAVE] = _summary(steps, _chroma(flat[1:], sample, width))
            if octave < _PATTERN_OCTAVES:
                at = OCTAVES * _PER_OCTAVE + octave * 2 * _BINS
                out[name][at : at + 2 * _BINS] = np.sqrt(_patterns(steps, tolerance))
    return out


@dataclass(frozen=True)
class _Region:
    """A mask of size `shape`, cut at (top, left) to its own rows and columns: what lies outside of them costs nothing."""

    mask: np.ndarray
    top: int
    left: int
    shape: tuple[int, ...]

    @staticmethod
    def of(mask: np.ndarray) -> _Region:
        """The mask must not be empty."""
        ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        return _Region(mask[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1], int(ys[0]), int(xs[0]), mask.shape)

    def on_grid(self, shape: tuple[int, ...]) -> np.ndarray:
        """Flat indices, in order, of the region's pixels on another grid, without those on the grid's rim."""
        y, x = _nearest(self.shape[0], shape[0])[1:-1] - self.top, _nearest(self.shape[1], shape[1])[1:-1] - self.left
        y0, y1 = np.searchsorted(y, (0, self.mask.shape[0]))
        x0, x1 = np.searchsorted(x, (0, self.mask.shape[1]))
        inside = np.flatnonzero(self.mask.take(y[y0:y1], axis=0).take(x[x0:x1], axis=1))
        down, across = np.divmod(inside, max(1, x1 - x0))
        flat: np.ndarray = (down + (y0 + 1)) * shape[1] + across + (x0 + 1)
        return flat


def _chroma(tint: np.ndarray, sample: np.ndarray, width: int) -> float:
    """Mean |difference| across and down of the chroma planes [2, pixels]; zero without them."""
    if not len(tint):
        return 0.0
    here = tint.take(sample, axis=1)
    across, down = tint.take(sample + 1, axis=1) - here, tint.take(sample + width, axis=1) - here
    return float((np.abs(across).mean(1) + np.abs(down).mean(1)).sum())


def _summary(steps: np.ndarray, chroma: float) -> np.ndarray:
    """[_PER_OCTAVE] of the differences [8, n] to the neighbours: strengths, and how the Laplacian is spread."""
    across, falling, down, rising = np.abs(steps[3:7]).mean(1)  # the right and the lower half of the ring
    bent = steps[1::2].sum(0) / -4  # the pixel less the mean of the four beside it
    squared, count = bent * bent, len(bent)
    size = np.abs(bent).mean() + 0.3
    sparse = np.sqrt(squared.sum() / count) / size  # lines and dots: high; noise: 1.25
    one_sided = np.cbrt((squared @ bent) / count) / size  # bright on dark: positive
    steep = np.log((across + 0.4) / (down + 0.4))
    return np.array([*np.log1p([across, down, falling, rising, chroma]), sparse, one_sided, steep], np.float32)


def _patterns(steps: np.ndarray, tolerance: float) -> np.ndarray:
    """Local ternary patterns as two binary ones, upper and lower: share of the pixels in each bin, [2 * _BINS]."""
    return np.concatenate([_bins(steps > tolerance), _bins(steps < -tolerance)])


def _bins(bits: np.ndarray) -> np.ndarray:
    """bits bool [8, n], around each pixel in order."""
    small = bits.view(np.int8)  # sums of booleans would be made in 64 bits
    count = np.add.reduce(small, axis=0, dtype=np.int8)
    changes = np.add.reduce(small ^ small[_BEFORE], axis=0, dtype=np.int8)
    shares: np.ndarray = np.bincount(np.where(changes <= 2, count, _BINS - 1), minlength=_BINS) / bits.shape[1]
    return shares


def _halved(planes: np.ndarray) -> np.ndarray:
    height, width = planes.shape[1] // 2 * 2, planes.shape[2] // 2 * 2
    rows = planes[:, 0:height:2] + planes[:, 1:height:2]  # slices added are several times faster than a mean over two axes
    sums: np.ndarray = rows[..., 0:width:2] + rows[..., 1:width:2]
    return sums / np.float32(4)


def _fit(mask: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Nearest pixels of the mask on another grid."""
    return mask.take(_nearest(mask.shape[0], shape[0]), axis=0).take(_nearest(mask.shape[1], shape[1]), axis=1)


def _nearest(length: int, wanted: int) -> np.ndarray:
    """Per pixel of a line of `wanted` pixels the nearest one of a line of `length`."""
    nearest: np.ndarray = ((np.arange(wanted) + 0.5) * length / wanted).astype(np.intp)
    return nearest
