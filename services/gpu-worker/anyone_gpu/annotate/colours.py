"""What colours a region has: Lab values and a few clusters with their shares."""

from __future__ import annotations

import numpy as np

CLUSTERS = 3
_SAMPLE = 1200  # pixels per region that are clustered
_ROUNDS = 6
_LIGHTNESS = 0.6  # shading changes lightness more than hue: it counts less in a distance

_GAMMA = np.where(
    np.arange(256) / 255 <= 0.04045, np.arange(256) / 255 / 12.92, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4
).astype(np.float32)
# sRGB -> XYZ (D65), rows divided by the white point
_XYZ = (
    np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])
    / np.array([[0.95047], [1.0], [1.08883]])
).astype(np.float32)
_ROOT_STEPS = 4096
_t = np.linspace(0, 1.02, _ROOT_STEPS + 1)
_ROOT = np.where(_t > 216 / 24389, np.cbrt(_t), (24389 / 27 * _t + 16) / 116).astype(np.float32)


def to_lab(rgb_HW3: np.ndarray) -> np.ndarray:
    """sRGB uint8 [..., 3] -> CIE L*a*b* float32 (D65), L 0..100; table lookups, error below .15."""
    xyz = _GAMMA[rgb_HW3] @ _XYZ.T
    f = _ROOT[(xyz * (_ROOT_STEPS / 1.02) + 0.5).astype(np.int32).clip(0, _ROOT_STEPS)]
    out: np.ndarray = np.empty_like(f)
    out[..., 0] = 116 * f[..., 1] - 16
    out[..., 1] = 500 * (f[..., 0] - f[..., 1])
    out[..., 2] = 200 * (f[..., 1] - f[..., 2])
    return out


def cluster(lab_N3: np.ndarray) -> np.ndarray:
    """Pixels of a region -> [CLUSTERS, 4] of (share, L, a, b), largest first; zeros without pixels. Deterministic."""
    out = np.zeros((CLUSTERS, 4), np.float32)
    if not len(lab_N3):
        return out
    step = max(1, len(lab_N3) // _SAMPLE)
    pixels = lab_N3[::step]
    scaled = pixels * np.array([_LIGHTNESS, 1, 1], np.float32)
    centres = _far_apart(scaled)
    for _ in range(_ROUNDS):
        nearest = _nearest(scaled, centres)
        for k in range(CLUSTERS):
            if (nearest == k).any():
                centres[k] = scaled[nearest == k].mean(0)
    nearest = _nearest(scaled, centres)
    for k in range(CLUSTERS):
        mine = pixels[nearest == k]
        if len(mine):
            out[k] = [len(mine) / len(pixels), *np.median(mine, 0)]
    return out[np.argsort(-out[:, 0], kind="stable")]


def _far_apart(pixels: np.ndarray) -> np.ndarray:
    """Start centres: the median, then twice the pixel at the 95th percentile of the distance to those chosen."""
    centres = [np.median(pixels, 0)]
    for _ in range(CLUSTERS - 1):
        distance = np.min([((pixels - c) ** 2).sum(1) for c in centres], 0)
        order = np.argsort(distance, kind="stable")
        centres.append(pixels[order[int(0.95 * (len(order) - 1))]])
    return np.array(centres, np.float32)


def _nearest(pixels: np.ndarray, centres: np.ndarray) -> np.ndarray:
    nearest: np.ndarray = ((pixels[:, None] - centres[None]) ** 2).sum(2).argmin(1)
    return nearest
