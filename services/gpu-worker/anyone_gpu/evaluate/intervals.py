"""Intervals: the bootstrap over samples of one checkpoint, Student's t over the seeds of an arm."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

RESAMPLES = 1000


def bootstrap_mean(values: Sequence[float], seed: int, *, level: float = 0.95) -> tuple[float, float]:
    """Percentile bootstrap of a mean. Fewer than two values have no interval (nan, nan)."""
    if len(values) < 2:
        return math.nan, math.nan
    data = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(seed).integers(0, len(data), (RESAMPLES, len(data)))
    low, high = np.quantile(data[picks].mean(1), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def bootstrap_spread(
    statistic: Callable[[NDArray[np.intp], NDArray[np.intp]], float], sizes: tuple[int, int], seed: int, resamples: int = 200
) -> float:
    """Standard deviation of a two-sample statistic over resamples of both samples' indices."""
    rng = np.random.default_rng(seed)
    draws = [statistic(rng.integers(0, sizes[0], sizes[0]), rng.integers(0, sizes[1], sizes[1])) for _ in range(resamples)]
    return float(np.std(draws, ddof=1))


def interval_over_seeds(differences: Sequence[float], *, level: float = 0.95) -> tuple[float, float, float]:
    """Mean difference of two arms run on the same seeds, with Student's interval. Needs at least two seeds."""
    if len(differences) < 2:
        raise ValueError("an interval over seeds needs at least two of them")
    data = np.asarray(differences, dtype=np.float64)
    half = float(student.ppf((1 + level) / 2, len(data) - 1)) * float(data.std(ddof=1)) / math.sqrt(len(data))
    mean = float(data.mean())
    return mean, mean - half, mean + half
