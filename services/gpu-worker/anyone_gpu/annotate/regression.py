"""L2 logistic regression heads over all questions, from few and partial answers.

With a few hundred pictures and thousands of features the weights lie in the span of the pictures, so every head is
fitted in that span: no feature is thrown away and a head costs milliseconds. A question sees the blocks of its own
evidence at full weight and the others faintly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .features import BLOCKS
from .protocol import Question

_RANK = 512  # at most this many directions of the span are kept
_OUTSIDE = 0.35  # weight of blocks without the question's evidence
_MINIMUM_SPREAD = 1e-3


@dataclass
class Regression:
    """mean, scale [D]; weights per category: [classes, D] and bias [classes] in the raw feature space."""

    mean: np.ndarray
    scale: np.ndarray
    weights: dict[int, np.ndarray]
    biases: dict[int, np.ndarray]

    def of_scaled(self, scaled_D: np.ndarray, category: int) -> np.ndarray:
        """Log-probabilities [classes] of one standardised picture."""
        return log_softmax(self.weights[category] @ scaled_D + self.biases[category])


def fit_regression(
    vectors_ND: np.ndarray,
    classes_NQ: np.ndarray,
    questions: list[Question],
    *,
    penalty: float = 0.02,
    smoothing: float = 0.05,
    balance: float = 0.3,
) -> Regression:
    """Fits one head per question to `classes_NQ` (-1: no answer). Questions with one known answer keep a constant."""
    mean = vectors_ND.mean(0)
    spread = vectors_ND.std(0)
    scale = np.where(spread > _MINIMUM_SPREAD, 1 / np.maximum(spread, _MINIMUM_SPREAD), 0).astype(np.float32)
    for block in BLOCKS:  # a block counts as one voice, however many numbers it holds
        scale[block.start : block.end] /= np.sqrt(block.end - block.start)
    scaled = standardise(vectors_ND, mean, scale)
    spans: dict[tuple[int, ...], tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    weights, biases = {}, {}
    for column, question in enumerate(questions):
        if question.parts not in spans:
            spans[question.parts] = _span(scaled, question.parts)
        weigh, basis, points = spans[question.parts]
        known = np.flatnonzero(classes_NQ[:, column] >= 0)
        head, bias = _fit_head(points[known], classes_NQ[known, column], len(question.options) + 1, penalty, smoothing, balance)
        weights[question.category] = ((head @ basis) * weigh).astype(np.float32)
        biases[question.category] = bias
    return Regression(mean.astype(np.float32), scale, weights, biases)


def standardise(vectors_ND: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Centred and scaled, the last axis being the features."""
    scaled: np.ndarray = ((vectors_ND - mean) * scale).astype(np.float32)
    return scaled


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    shifted: np.ndarray = logits - logits.max(-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(-1, keepdims=True))
    return shifted


def _span(scaled: np.ndarray, parts: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Block weights [D], an orthonormal basis [R, D] of the weighted pictures, and the pictures in it [N, R]."""
    weigh = np.ones(scaled.shape[1], np.float32)
    for block in BLOCKS:
        if block.name != "geometry" and not set(block.parts) & set(parts):
            weigh[block.start : block.end] = _OUTSIDE
    weighted = scaled * weigh
    values, vectors = np.linalg.eigh((weighted @ weighted.T).astype(np.float64))
    keep = [i for i in np.argsort(-values)[:_RANK] if values[i] > 1e-6 * values[-1]]
    roots = np.sqrt(values[keep])
    basis = ((vectors[:, keep] / roots).T @ weighted).astype(np.float32)
    return weigh, basis, (vectors[:, keep] * roots).astype(np.float32)


def _fit_head(
    points_NR: np.ndarray, classes_N: np.ndarray, count: int, penalty: float, smoothing: float, balance: float
) -> tuple[np.ndarray, np.ndarray]:
    """One multinomial head on the classes that occur; the others get the bias of half an answer."""
    bias = np.full(count, np.log(0.5 / (len(classes_N) + 1)), np.float32)
    head = np.zeros((count, points_NR.shape[1]), np.float32)
    present, index = np.unique(classes_N, return_inverse=True)
    if len(present) == 1:
        bias[present[0]] = 0
    if len(present) < 2:
        return head, bias
    frequency = np.bincount(index) / len(index)
    weight = torch.from_numpy((frequency ** (-balance))[index])
    weight = weight / weight.mean()
    x = torch.from_numpy(points_NR.astype(np.float64))
    target = torch.full((len(index), len(present)), smoothing / len(present), dtype=torch.float64)
    target[torch.arange(len(index)), torch.from_numpy(index)] += 1 - smoothing
    w = torch.zeros(len(present), x.shape[1], dtype=torch.float64, requires_grad=True)
    b = torch.tensor(np.log(frequency), requires_grad=True)
    optimiser = torch.optim.LBFGS([w, b], max_iter=60, history_size=8, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        log_p = torch.log_softmax(x @ w.T + b, 1)
        value = -(weight * (target * log_p).sum(1)).sum() / len(index) + penalty / 2 * (w**2).sum()
        torch.autograd.backward(value)
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    head[present] = w.detach().numpy()
    bias[present] = b.detach().numpy()
    return head, bias
