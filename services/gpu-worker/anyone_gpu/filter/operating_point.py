"""How well a score tells two groups apart: rates with intervals, the area under the curve, and a threshold chosen on it."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rate:
    """So many of so many, with Wilson's 95 % interval (Wilson 1927)."""

    hits: int
    count: int

    @property
    def value(self) -> float:
        return self.hits / self.count if self.count else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        if self.count == 0:
            return math.nan, math.nan
        z, n, p = 1.959964, self.count, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        if self.count == 0:
            return "none"
        low, high = self.interval
        return f"{self.value:.3f} ({low:.3f} to {high:.3f}; {self.hits} of {self.count})"


def above(scores: Scores, threshold: float) -> Rate:
    """How many scores lie above the threshold."""
    return Rate(int((scores > threshold).sum()), len(scores))


def accuracy(negatives: Scores, positives: Scores, threshold: float) -> Rate:
    """How many of both groups lie on their side of the threshold."""
    hits = int((negatives <= threshold).sum() + (positives > threshold).sum())
    return Rate(hits, len(negatives) + len(positives))


def area_under_curve(negatives: Scores, positives: Scores) -> float:
    """The chance that a positive scores above a negative, ties counting half (Mann and Whitney 1947)."""
    wins = (positives[:, None] > negatives[None, :]).mean() + 0.5 * (positives[:, None] == negatives[None, :]).mean()
    return float(wins)


def curve(negatives: Scores, positives: Scores, thresholds: list[float]) -> list[tuple[float, Rate, Rate]]:
    """Per threshold: negatives wrongly above it, and positives above it."""
    return [(t, above(negatives, t), above(positives, t)) for t in thresholds]


def choose_threshold(negatives: Scores, positives: Scores) -> float:
    """The threshold, in hundredths, with the largest share of positives above minus negatives above (Youden 1950).

    Of equally good ones the middle: a threshold at the edge of a gap falls on the wrong side of it on other pictures.
    """
    thresholds = [round(i / 100, 2) for i in range(1, 100)]
    gains = [above(positives, t).value - above(negatives, t).value for t in thresholds]
    best = [t for t, gain in zip(thresholds, gains, strict=True) if gain >= max(gains) - 1e-12]
    return best[len(best) // 2]


def curve_table(negatives: Scores, positives: Scores, chosen: float, names: tuple[str, str]) -> str:
    """The curve in Markdown, the chosen threshold among its rows."""
    thresholds = sorted({0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, chosen})
    rows = [
        f"| {'**' if t == chosen else ''}{t:.2f}{'**' if t == chosen else ''} | {false} | {true} |"
        for t, false, true in curve(negatives, positives, thresholds)
    ]
    head = f"| threshold | {names[0]} above | {names[1]} above |\n|---|---|---|"
    return "\n".join([head, *rows])
