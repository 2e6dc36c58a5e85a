"""What a surface looks like up close: statistics per region at octaves of a scale tied to the person's own size.

A weave has the same period on a portrait and on a full figure once both are brought to PIXELS_PER_FACE, so that a knit is a
knit in every framing. Per octave: strengths of differences in four directions and of colour, how sparse and how
one-sided they are, and histograms of local ternary patterns (Tan & Triggs 2010, rotation-invariant uniform bins).
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from .colours import to_lab

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
_FEWEST = 16  # pixels of an octave: below that its numbers are zero
_NEIGHBOURS = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))


def texture_statistics(rgb: np.ndarray, masks: dict[str, np.ndarray], scale: float) -> dict[str, np.ndarray]:
    """Per region [LENGTH] float32: weave and sheen.

    rgb [H, W, 3] uint8, cut to the person; masks bool [h, w] of any one size over the same cut; `scale` brings rgb to
    PIXELS_PER_FACE (never enlarged).
    """
    return _statistics(_at_scale(rgb, scale), masks, _TOLERANCE)


def print_statistics(rgb: np.ndarray, mask: np.ndarray, scale: float) -> np.ndarray:
    """[LENGTH] float32 of one region: its pattern, whatever its colours.

    Read on one channel, the direction in Lab along which the region's colours differ most, brought to one contrast.
    """
    nothing = np.zeros(LENGTH, np.float32)
    if np.count_nonzero(mask) < 4 * _FEWEST:
        return nothing
    ys, xs = np.nonzero(mask)
    unit = rgb.shape[0] / mask.shape[0]
    half = _WINDOW / 2 / min(1.0, scale) / unit  # of the window, in pixels of the mask
    y0, y1 = max(0, int(np.median(ys) - half)), int(np.median(ys) + half) + 1
    x0, x1 = max(0, int(np.median(xs) - half)), int(np.median(xs) + half) + 1
    lab = _at_scale(rgb[round(y0 * unit) : round(y1 * unit), round(x0 * unit) : round(x1 * unit)], scale)
    inside = _fit(mask[y0:y1, x0:x1], lab.shape[:2])
    if np.count_nonzero(inside) < 4 * _FEWEST:
        return nothing
    pixels = lab[inside]
    mean = pixels.mean(0)
    axis = np.linalg.eigh(np.cov((pixels - mean).T))[1][:, -1]
    channel = (lab - mean) @ axis.astype(np.float32)
    channel /= channel[inside].std() + _NO_CONTRAST
    if (channel[inside] ** 3).mean() < 0:  # the rarer colour is the bright one
        channel = -channel
    grey = np.zeros_like(lab)
    grey[..., 0] = np.where(inside, _CONTRAST * channel, 0)
    return _statistics(grey, {"": inside}, _PRINT_TOLERANCE)[""]


def _statistics(lab: np.ndarray, masks: dict[str, np.ndarray], tolerance: float) -> dict[str, np.ndarray]:
    out = {name: np.zeros(LENGTH, np.float32) for name in masks}
    for octave in range(OCTAVES):
        if octave:
            lab = _halved(lab)
        if min(lab.shape[:2]) < 8:
            break
        measured = _octave(lab)
        patterns = _patterns(lab[..., 0], tolerance) if octave < _PATTERN_OCTAVES else None
        for name, mask in masks.items():
            chosen = np.flatnonzero(_fit(mask, lab.shape[:2])[1:-1, 1:-1])
            if len(chosen) < _FEWEST:
                continue
            sample = chosen[:: max(1, len(chosen) // 6000)]
            out[name][octave * _PER_OCTAVE : (octave + 1) * _PER_OCTAVE] = _summary(measured, sample)
            if patterns is not None:
                at = OCTAVES * _PER_OCTAVE + octave * 2 * _BINS
                for half, pattern in enumerate(patterns):
                    share = np.bincount(pattern[sample], minlength=_BINS) / len(sample)
                    out[name][at + half * _BINS : at + (half + 1) * _BINS] = np.sqrt(share)
    return out


def _at_scale(rgb: np.ndarray, scale: float) -> np.ndarray:
    height, width = rgb.shape[:2]
    factor = min(1.0, scale)
    size = (max(8, round(width * factor)), max(8, round(height * factor)))
    image = Image.fromarray(rgb)
    return to_lab(np.asarray(image.resize(size, Image.Resampling.BOX) if size != (width, height) else image))


def _octave(lab: np.ndarray) -> np.ndarray:
    """[6, pixels without the rim]: |difference| across, down, both diagonals, of chroma; and the Laplacian (signed)."""
    light = lab[..., 0]
    inner = light[1:-1, 1:-1]
    across, down = np.abs(light[1:-1, 2:] - inner), np.abs(light[2:, 1:-1] - inner)
    falling, rising = np.abs(light[2:, 2:] - inner), np.abs(light[2:, :-2] - inner)
    tint = lab[..., 1:]
    chroma = np.abs(tint[1:-1, 2:] - tint[1:-1, 1:-1]).sum(-1) + np.abs(tint[2:, 1:-1] - tint[1:-1, 1:-1]).sum(-1)
    around = (light[1:-1, 2:] + light[1:-1, :-2] + light[2:, 1:-1] + light[:-2, 1:-1]) / 4
    return np.stack([across, down, falling, rising, chroma, inner - around]).reshape(6, -1)


def _summary(measured: np.ndarray, sample: np.ndarray) -> np.ndarray:
    rows = measured[:, sample]
    strengths = np.log1p(rows[:5].mean(1))
    bent = rows[5]
    size = np.abs(bent).mean() + 0.3
    sparse = np.sqrt((bent**2).mean()) / size  # lines and dots: high; noise: 1.25
    one_sided = np.cbrt((bent**3).mean()) / size  # bright on dark: positive
    steep = np.log((rows[0].mean() + 0.4) / (rows[1].mean() + 0.4))
    return np.array([*strengths, sparse, one_sided, steep], np.float32)


def _patterns(light: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Local ternary patterns as two binary ones, upper and lower; bins of every pixel but the rim."""
    inner = light[1:-1, 1:-1]
    height, width = light.shape
    upper, lower = [], []
    for dy, dx in _NEIGHBOURS:
        difference = light[1 + dy : height - 1 + dy, 1 + dx : width - 1 + dx] - inner
        upper.append(difference > tolerance)
        lower.append(difference < -tolerance)
    return _bins(upper), _bins(lower)


def _bins(bits: list[np.ndarray]) -> np.ndarray:
    count = np.zeros(bits[0].shape, np.int8)
    changes = np.zeros(bits[0].shape, np.int8)
    for i, bit in enumerate(bits):
        count += bit
        changes += bit != bits[i - 1]
    return np.where(changes <= 2, count, _BINS - 1).astype(np.int64).ravel()


def _halved(lab: np.ndarray) -> np.ndarray:
    height, width = lab.shape[0] // 2 * 2, lab.shape[1] // 2 * 2
    even, odd = lab[0:height:2], lab[1:height:2]  # four slices added are several times faster than a mean over two axes
    sums: np.ndarray = even[:, 0:width:2] + even[:, 1:width:2] + odd[:, 0:width:2] + odd[:, 1:width:2]
    return sums / np.float32(4)


def _fit(mask: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Nearest pixels of the mask on another grid."""
    y = (np.arange(shape[0]) + 0.5) * mask.shape[0] / shape[0]
    x = (np.arange(shape[1]) + 0.5) * mask.shape[1] / shape[1]
    return np.asarray(mask[y.astype(int)][:, x.astype(int)])  # rows first: contiguous copies
