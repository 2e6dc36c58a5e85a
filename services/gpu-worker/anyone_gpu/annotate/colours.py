"""What colours a region has: Lab values and a few clusters with their shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

CLUSTERS = 3
CLUSTERED = 1200  # pixels of a region that are enough to cluster
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
_RGB_TO_STEPS = _XYZ * np.float32(_ROOT_STEPS / 1.02)  # linear RGB -> steps of _ROOT
_STRETCH = 16384  # pixels converted at once: what is in between then stays in the processor's cache, twice as fast


def lab_planes(rgb_HW3: np.ndarray) -> np.ndarray:
    """sRGB uint8 [..., 3] -> planes L, a, b of CIE L*a*b* [3, ...] float32 (D65), L 0..100; by tables, error below .15."""
    rgb = np.moveaxis(rgb_HW3, -1, 0).reshape(3, -1)
    out = np.empty(rgb.shape, np.float32)
    for start in range(0, rgb.shape[1], _STRETCH):
        steps = _RGB_TO_STEPS @ _GAMMA.take(rgb[:, start : start + _STRETCH])
        steps += 0.5  # white is 1 of the 1.02 that the table reaches to, so rounding stays inside of it
        x, y, z = _ROOT.take(steps.astype(np.intp))
        lab = out[:, start : start + _STRETCH]
        lab[0] = 116 * y - 16
        lab[1] = 500 * (x - y)
        lab[2] = 200 * (y - z)
    return out.reshape(3, *rgb_HW3.shape[:-1])


def to_lab(rgb_N3: np.ndarray) -> np.ndarray:
    """As `lab_planes`, but colour by colour: [..., 3] -> [..., 3]."""
    return np.ascontiguousarray(np.moveaxis(lab_planes(rgb_N3), 0, -1))


def thinned(indices: np.ndarray, wanted: int) -> np.ndarray:
    """Every n-th: at least `wanted` of them, where there are as many, and fewer than twice that."""
    return indices[:: max(1, len(indices) // wanted)]


def percentiles(values_CN: np.ndarray, wanted: Sequence[float]) -> np.ndarray:
    """[wanted, C]: what np.percentile says of every row, in a fraction of its time (sorting float32 is vectorised)."""
    ordered = np.sort(values_CN, axis=1)
    at = np.asarray(wanted) / 100 * (ordered.shape[1] - 1)
    low = at.astype(np.intp)
    below, above = ordered[:, low], ordered[:, np.minimum(low + 1, ordered.shape[1] - 1)]
    between: np.ndarray = (below + (at - low) * (above - below)).T
    return between


def cluster(lab_3N: np.ndarray) -> np.ndarray:
    """[CLUSTERS, 4] of (share, L, a, b), largest first; zeros without pixels. Deterministic.

    lab_3N: the pixels of a region, or CLUSTERED of them.
    """
    out = np.zeros((CLUSTERS, 4), np.float32)
    count = lab_3N.shape[1]
    if not count:
        return out
    scaled = lab_3N * np.array([[_LIGHTNESS], [1], [1]], np.float32)
    centres = _far_apart(scaled)
    nearest = _nearest(scaled, centres)
    for _ in range(_ROUNDS):
        for k in range(CLUSTERS):
            mine = nearest == k
            members = np.count_nonzero(mine)
            if members:
                centres[k] = scaled @ mine.astype(np.float32) / members
        before, nearest = nearest, _nearest(scaled, centres)
        if np.array_equal(before, nearest):  # further rounds would change nothing
            break
    for k in range(CLUSTERS):
        own = lab_3N[:, nearest == k]
        if own.shape[1]:
            out[k] = [own.shape[1] / count, *percentiles(own, (50,))[0]]
    return out[np.argsort(-out[:, 0], kind="stable")]


def _far_apart(pixels_3N: np.ndarray) -> np.ndarray:
    """Start centres [CLUSTERS, 3]: median, then twice the pixel at the 95th percentile of the distance to those chosen."""
    centres = [percentiles(pixels_3N, (50,))[0].astype(np.float32)]
    distance = _squared_distance(pixels_3N, centres[0])
    for _ in range(CLUSTERS - 1):
        centres.append(pixels_3N[:, _at_rank(distance, int(0.95 * (len(distance) - 1)))])
        distance = np.minimum(distance, _squared_distance(pixels_3N, centres[-1]))
    return np.array(centres)


def _at_rank(values: np.ndarray, rank: int) -> int:
    """Where the value lies that a stable sort would put at this rank, without sorting."""
    value = np.partition(values, rank)[rank]
    equal = np.flatnonzero(values == value)
    return int(equal[rank - np.count_nonzero(values < value)])


def _nearest(pixels_3N: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Number of each pixel's nearest centre, the first of equals."""
    best = _squared_distance(pixels_3N, centres[0])
    nearest = np.zeros(len(best), np.int8)
    for k in range(1, len(centres)):
        distance = _squared_distance(pixels_3N, centres[k])
        nearest[distance < best] = k
        best = np.minimum(best, distance)
    return nearest


def _squared_distance(pixels_3N: np.ndarray, centre_3: np.ndarray) -> np.ndarray:
    away = pixels_3N - centre_3[:, None]
    away *= away
    squared: np.ndarray = away[0] + away[1] + away[2]
    return squared
