"""How much each family is trusted: a few weights fitted on pictures held out of the training answers.

The weights scale log-probabilities, so they are the temperature too: trusting both families at .5 is their mean.
"""

from __future__ import annotations

import numpy as np
import torch

from .labeller import SHARED, Fusion, fuse
from .minimise import minimise
from .protocol import Question
from .vocabulary import vocabulary_of

_STEPS = 60
_PULL = 6.0  # answers' worth of belief in the default weights
_LIGHT = 1.0  # of a vocabulary: surfaces say everything about a pattern and nothing about a collar


def fit_fusion(families: list[list[dict[str, np.ndarray]]], classes_NQ: np.ndarray, questions: list[Question]) -> Fusion:
    """families[n][q]: log-probabilities by family. Minimises the negative log-likelihood, pulled to the defaults."""
    default = Fusion()
    colour = _fit(
        [_stack(families, classes_NQ, q, ("regression", "colour")) for q in range(len(questions))],
        default.colour,
    )
    columns: dict[str, list[int]] = {}
    for q, question in enumerate(questions):
        columns.setdefault(vocabulary_of(question), []).append(q)
    shared = {
        vocabulary: _fit([_stack(families, classes_NQ, q, ("regression", "shared")) for q in own], SHARED, _LIGHT)
        for vocabulary, own in columns.items()
        if "shared" in families[0][own[0]]
    }
    other = _fit([_stack(families, classes_NQ, q, ("regression",)) for q in range(len(questions))], default.other)
    return Fusion(colour, shared, other)


def calibration_error(
    families: list[list[dict[str, np.ndarray]]],
    classes_NQ: np.ndarray,
    questions: list[Question],
    fusion: Fusion,
    bins: int = 10,
) -> float | None:
    """Expected calibration error over all answers: mean |confidence - accuracy| over bins of equal width."""
    confidence, right = [], []
    for n, row in enumerate(families):
        for q, question in enumerate(questions):
            if classes_NQ[n, q] >= 0:
                p = np.exp(fuse(fusion, question, row[q]))
                confidence.append(p.max())
                right.append(p.argmax() == classes_NQ[n, q])
    if not right:
        return None
    c, r = np.array(confidence), np.array(right, float)
    index = np.minimum((c * bins).astype(int), bins - 1)
    gaps = [abs(c[index == b].mean() - r[index == b].mean()) * (index == b).mean() for b in range(bins) if (index == b).any()]
    return round(float(sum(gaps)), 4)


def _stack(
    families: list[list[dict[str, np.ndarray]]], classes_NQ: np.ndarray, q: int, names: tuple[str, ...]
) -> tuple[torch.Tensor, torch.Tensor] | None:
    """Log-probabilities [N, families, classes] and answers [N] of one question, or None where it has other families."""
    classes = len(families[0][q].get("colour", families[0][q]["regression"]))  # colours: without "not visible"
    known = np.flatnonzero((classes_NQ[:, q] >= 0) & (classes_NQ[:, q] < classes))
    if not len(known) or any((kind in names) != (kind in families[0][q]) for kind in ("colour", "shared")):
        return None
    zeros = np.zeros(classes)
    rows = [[families[n][q].get(name, zeros)[:classes] for name in names] for n in known]
    return torch.tensor(np.array(rows)), torch.from_numpy(classes_NQ[known, q])


def _fit(
    stacks: list[tuple[torch.Tensor, torch.Tensor] | None], default: tuple[float, ...], pull: float = _PULL
) -> tuple[float, ...]:
    kept = [s for s in stacks if s is not None]
    if not kept:
        return default
    start = torch.tensor(default).log()
    w = start.clone().requires_grad_()

    def loss() -> torch.Tensor:
        value = pull * ((w - start) ** 2).sum()
        for x, y in kept:
            log_p = (x * w.exp()[:, None]).sum(1).log_softmax(1)
            value = value - log_p.gather(1, y[:, None]).sum()
        return value

    minimise([w], loss, _STEPS)
    return tuple(round(float(v), 4) for v in w.detach().exp())
