"""One temperature for a model's scores (Guo et al. 2017, eq. 9), fitted on answers that are not the evaluation set's.

The evaluation set says how good a labeller is; a temperature fitted on it would make its confidences look right there alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize_scalar

FEWEST = 40  # answers: fewer would move every confidence by chance
_LOWEST, _HIGHEST = 0.02, 50.0


def probabilities(scores: np.ndarray, temperature: float | None) -> np.ndarray:
    """Log-probabilities [classes] of scores [classes] at a temperature; None leaves them as they are."""
    scaled = scores / (temperature or 1.0)
    scaled = scaled - scaled.max()
    result: np.ndarray = scaled - np.log(np.exp(scaled).sum())
    return result


def fit_temperature(scores: Sequence[np.ndarray], classes: Sequence[int]) -> float | None:
    """The temperature under which people's `classes` are likeliest; None where fewer than FEWEST are known."""
    known = [(row, place) for row, place in zip(scores, classes, strict=True) if place >= 0]
    if len(known) < FEWEST:
        return None

    def loss(log_temperature: float) -> float:
        return -float(np.mean([probabilities(row, float(np.exp(log_temperature)))[place] for row, place in known]))

    found = minimize_scalar(loss, bounds=(np.log(_LOWEST), np.log(_HIGHEST)), method="bounded")
    return round(float(np.exp(found.x)), 4)
