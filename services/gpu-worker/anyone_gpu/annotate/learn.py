"""How the embedded labeller learns from people's answers.

Answers are partial (later iterations ask only what is undecided) and a few are wrong; neither needs care by the caller.
The same pictures, answers, effort and seed give the same bytes.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from anyone_gpu.objects import MissingObject, Objects

from .checkpoint import save_labeller
from .colour_naming import fit_colour_naming
from .feature_cache import FeatureCache
from .features import Features
from .fusion import calibration_error, fit_fusion
from .labeller import Fusion, Labeller, Parts
from .picture import UnreadablePicture
from .protocol import Question, class_of
from .regression import fit_regression
from .vocabulary import fit_shared_heads

EFFORTS = ("quick", "standard")
_HELD_OUT = 0.2  # share of the pictures that weighs the families; they train the final heads too
_FEWEST_HELD_OUT = 8
_FEWEST = 4  # pictures


@dataclass(frozen=True)
class Answered:
    """One picture with people's packed answers by category number (label protocol's packing); -1 or absent: none."""

    asset_id: str
    image_key: str
    parts_key: str
    box: tuple[float, float, float, float] | None
    answers: dict[int, int]


@dataclass(frozen=True)
class Learned:
    """The labeller's file with its hash, and facts for people: counts, seconds, calibration, what was left out."""

    data: bytes
    sha256: str
    labeller: Labeller
    facts: dict[str, Any]


def learn(
    objects: Objects,
    pictures: Sequence[Answered],
    questions: Sequence[Question],
    *,
    version: str,
    effort: str = "standard",
    seed: int = 0,
    cache_dir: Path | None = None,
    progress: Callable[[float], None] = lambda _share: None,
) -> Learned:
    """Trains a labeller named `version`.

    `effort`: "quick" takes the default weights of the families, "standard" fits them on pictures it holds out first,
    which doubles the time; either takes seconds. Raises ValueError when there is too little to learn from.
    """
    if effort not in EFFORTS:
        raise ValueError(f"effort is one of {', '.join(EFFORTS)}, not {effort!r}")
    begun = time.process_time()
    read, left_out = _measure(objects, pictures, FeatureCache(cache_dir), progress)
    if len(read) < _FEWEST:
        raise ValueError(f"{len(read)} readable pictures with answers: fine-tuning needs at least {_FEWEST}")
    order = list(questions)
    classes = np.array([[class_of(q, p.answers.get(q.category, -1)) for q in order] for p, _ in read])
    measured = time.process_time()
    learner = _Learner([f for _, f in read], classes, order)
    held_out = _held_out([p.asset_id for p, _ in read], seed)
    fusion, error = Fusion(), None
    with ThreadPoolExecutor(2) as threads:  # neither waits for the other: the weights are only needed to answer
        whole = threads.submit(learner.fit, np.ones(len(read), bool))
        if held_out.any() and effort != "quick":
            trial = Labeller(order, threads.submit(learner.fit, ~held_out).result(), version)
            families = [trial.log_probabilities(f, order) for f, out in zip(learner.features, held_out, strict=True) if out]
            fusion = fit_fusion(families, classes[held_out], order)
            error = calibration_error(families, classes[held_out], order, fusion)
            progress(0.7)
        final = Labeller(order, replace(whole.result(), fusion=fusion), version)
    facts = {
        "pictures": len(read),
        "answers": int((classes >= 0).sum()),
        "leftOut": left_out,
        "effort": effort,
        "seed": seed,
        "heldOut": int(held_out.sum()),
        "calibrationError": error,
        "fusion": asdict(fusion),
    }
    data = save_labeller(final, facts)
    seconds = {"measure": round(measured - begun, 2), "fit": round(time.process_time() - measured, 2)}
    progress(1.0)
    return Learned(data, hashlib.sha256(data).hexdigest(), final, facts | {"cpuSeconds": seconds})


class _Learner:
    """The training data, and how one labeller is made of a part of it."""

    def __init__(self, features: list[Features], classes: np.ndarray, questions: list[Question]) -> None:
        self.features, self.classes, self.questions = features, classes, questions
        self.vectors = np.stack([f.vector for f in features])
        self.colours = np.stack([f.colours for f in features])

    def fit(self, chosen: np.ndarray) -> Parts:
        vectors, classes = self.vectors[chosen], self.classes[chosen]
        return Parts(
            fit_regression(vectors, classes, self.questions),
            fit_colour_naming(self.colours[chosen], classes, self.questions),
            fit_shared_heads(vectors, classes, self.questions),
            {q.category: _log_prior(classes[:, i], len(q.options) + 1) for i, q in enumerate(self.questions)},
        )


def _measure(
    objects: Objects, pictures: Sequence[Answered], cache: FeatureCache, progress: Callable[[float], None]
) -> tuple[list[tuple[Answered, Features]], list[dict[str, str]]]:
    """Features of every readable picture, in the order of asset ids; the others with a reason."""
    read, left_out = [], []
    ordered = sorted(pictures, key=lambda p: p.asset_id)
    for i, picture in enumerate(ordered):
        try:
            read.append((picture, cache.features(objects, picture)))
        except (MissingObject, UnreadablePicture) as error:
            left_out.append({"assetId": picture.asset_id, "reason": str(error)})
        if i % 16 == 0:
            progress(0.5 * i / max(1, len(ordered)))
    return read, left_out


def _log_prior(answers: np.ndarray, count: int) -> np.ndarray:
    known = answers[answers >= 0]
    prior: np.ndarray = np.log((np.bincount(known, minlength=count) + 0.5) / (len(known) + 1)).astype(np.float32)
    return prior


def _held_out(asset_ids: list[str], seed: int) -> np.ndarray:
    """A fifth of the pictures, chosen by their names; none when there are too few."""
    rank = [hashlib.sha256(f"{seed}:{name}".encode()).digest() for name in asset_ids]
    count = int(_HELD_OUT * len(asset_ids))
    chosen = np.zeros(len(asset_ids), bool)
    if count >= _FEWEST_HELD_OUT:
        chosen[np.argsort(np.array(rank, dtype=object), kind="stable")[:count]] = True
    return chosen
