"""Fréchet distance between two sets of pictures, on the pooled features of an embedded Inception network.

Its name is "frechet-nsfwjs-inception": the network was trained for another task than the one FID's is defined on, so the
numbers compare checkpoints measured here, and nothing else.

Shape suffixes: N pictures, D features.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anyone_gpu.evaluate.intervals import bootstrap_spread
from anyone_gpu.evaluate.metric import Metric, measured
from anyone_gpu.evaluate.models import Network

NAME = "frechet-nsfwjs-inception"
SIDE = 299
METHOD = (
    "Fréchet distance of Gaussians fitted to 2048 pooled Inception-v3 features (nsfwjs weights); pictures at the size they "
    "were generated at, then bicubic to 299x299, RGB in 0..1; biased upwards at small n: compare equal n only; "
    "95 % = value ± 1.96 bootstrap standard deviations"
)

Features = NDArray[np.float64]


def frechet_metric(network: Network, real: Sequence[Image.Image], generated: Sequence[Image.Image], seed: int) -> Metric:
    first_ND, second_ND = features(network, real), features(network, generated)
    value = frechet_distance(first_ND, second_ND)
    spread = bootstrap_spread(
        lambda a, b: frechet_distance(first_ND[a], second_ND[b]), (len(first_ND), len(second_ND)), seed, resamples=100
    )
    n = min(len(real), len(generated))
    bounds = (max(0.0, value - 1.96 * spread), value + 1.96 * spread)
    return measured(NAME, METHOD, network.identity, seed, n, value, bounds)


def features(network: Network, pictures: Sequence[Image.Image]) -> Features:
    """One row per picture; one picture at a time, so a batch's size changes nothing."""
    return np.asarray([_row(network, p.size, p.convert("RGB").tobytes()) for p in pictures], dtype=np.float64)


@lru_cache(maxsize=256)
def _row(network: Network, size: tuple[int, int], rgb: bytes) -> NDArray[np.float32]:
    """Kept by the pixels: the real pictures are the same for every checkpoint of a version."""
    resized = Image.frombytes("RGB", size, rgb).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    pixels = np.asarray(resized, dtype=np.float32)[None] / np.float32(255)
    row: NDArray[np.float32] = network.run({"input": pixels})["features"][0]
    return row


def frechet_distance(first_ND: Features, second_ND: Features) -> float:
    """|m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)) with S = X^T X / (n - 1) of centred rows X.

    The trace of the root is the sum of the singular values of X1 X2^T / sqrt((n1 - 1)(n2 - 1)): no root of a D x D matrix,
    which at n < D would be singular, is ever taken.
    """
    if len(first_ND) < 2 or len(second_ND) < 2:
        raise ValueError("a Fréchet distance needs at least two pictures on each side")
    means = [rows.mean(0) for rows in (first_ND, second_ND)]
    factors = [_factor((rows - mean) / np.sqrt(len(rows) - 1)) for rows, mean in zip((first_ND, second_ND), means, strict=True)]
    traces = sum(float(np.square(factor).sum()) for factor in factors)
    root = float(np.linalg.svd(factors[0] @ factors[1].T, compute_uv=False).sum())
    return max(0.0, float(np.square(means[0] - means[1]).sum()) + traces - 2 * root)


def _factor(rows_ND: Features) -> Features:
    """A matrix with the same X^T X and at most D rows."""
    if len(rows_ND) <= rows_ND.shape[1]:
        return rows_ND
    return np.asarray(np.linalg.qr(rows_ND, mode="r"))
