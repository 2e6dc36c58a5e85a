"""L2 logistic regression heads over all questions, from few and partial answers.

With a few hundred pictures and thousands of features the weights lie in the span of the pictures, so every head is fitted
there. Which features a question looks at is learned: each block of features counts by how well its similarities agree with
the answers (centred kernel alignment, Cortes et al. 2012), blocks without the question's evidence count less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from .features import BLOCKS
from .minimise import OPTIONS
from .protocol import Question

PENALTY = 3e-4
SMOOTHING = 0.05
BALANCE = 0.6  # weight of an answer: its frequency to the power of minus this
_OUTSIDE = 0.12  # weight of blocks without the question's evidence
_FLOOR = 0.01  # weight of a block that agrees with nothing
_TRUST = 20  # answers from which on alignments count more than evenly spread weights
_MOST_ALIGNED = 400  # pictures that alignments are measured on
_MOST_COMPARED = 1200  # pictures whose similarities are kept block by block: .5 GB
_STEPS = 40
_SMALLEST = 1e-5  # eigenvalues of a kernel below this share of its largest are rounding
_CUT = 4.0  # standard deviations a feature may be away from its mean
_MINIMUM_SPREAD = 1e-3

_SIZES = np.concatenate([np.full(b.end - b.start, b.end - b.start) for b in BLOCKS]).astype(np.float32)


@dataclass
class Regression:
    """mean, scale [D]; weights per category: [classes, D] over standardised features, bias [classes]."""

    mean: np.ndarray
    scale: np.ndarray
    weights: dict[int, np.ndarray]
    biases: dict[int, np.ndarray]

    def of_scaled(self, scaled_D: np.ndarray, category: int) -> np.ndarray:
        """Log-probabilities [classes] of one standardised picture."""
        return log_softmax(self.weights[category] @ scaled_D + self.biases[category])


def fit_regression(vectors_ND: np.ndarray, classes_NQ: np.ndarray, questions: list[Question]) -> Regression:
    """Fits one head per question to `classes_NQ` (-1: no answer). Questions with one known answer keep a constant."""
    mean, scale = vectors_ND.mean(0), scale_of(vectors_ND)
    scaled = standardise(vectors_ND, mean, scale)
    compared = len(scaled) <= _MOST_COMPARED
    sample = scaled if compared else scaled[:_MOST_ALIGNED]
    similar = np.stack([sample[:, b.start : b.end] @ sample[:, b.start : b.end].T for b in BLOCKS])
    norms = np.array([np.linalg.norm(_centred(block[:_MOST_ALIGNED, :_MOST_ALIGNED])) for block in similar])
    weights, biases = {}, {}
    for column, question in enumerate(questions):
        known = np.flatnonzero(classes_NQ[:, column] >= 0)
        answers = classes_NQ[known, column]
        near = known[known < _MOST_ALIGNED]
        share = _block_weights(similar[:, near[:, None], near[None]], norms, classes_NQ[near, column], question)
        weigh = np.concatenate([np.full(b.end - b.start, w) for b, w in zip(BLOCKS, share, strict=True)])
        kernel = np.tensordot(share.astype(np.float32), similar, 1)[known[:, None], known[None]] if compared else None
        weights[question.category], biases[question.category] = fit_head(
            scaled[known], weigh.astype(np.float32), answers, len(question.options) + 1, kernel
        )
    return Regression(mean.astype(np.float32), scale, weights, biases)


def scale_of(vectors: np.ndarray, sizes: np.ndarray = _SIZES) -> np.ndarray:
    """Factor per feature: one over its deviation, so that a block has the length of one whatever its size."""
    spread = vectors.std(0)
    scale: np.ndarray = np.where(spread > _MINIMUM_SPREAD, 1 / np.maximum(spread, _MINIMUM_SPREAD), 0) / np.sqrt(sizes)
    return scale.astype(np.float32)


def standardise(vectors: np.ndarray, mean: np.ndarray, scale: np.ndarray, sizes: np.ndarray = _SIZES) -> np.ndarray:
    """Centred, scaled and cut at _CUT deviations; the last axis being the features."""
    limit = _CUT / np.sqrt(sizes)
    scaled: np.ndarray = np.clip((vectors - mean) * scale, -limit, limit).astype(np.float32)
    return scaled


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    shifted: np.ndarray = logits - logits.max(-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(-1, keepdims=True))
    return shifted


def fit_head(
    scaled_ND: np.ndarray, weigh_D: np.ndarray, answers_N: np.ndarray, count: int, kernel_NN: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """One multinomial head [count, D], [count] on the classes that occur; the others get the bias of half an answer.

    `kernel_NN`: the weighted inner products of the pictures, where the caller has them already.
    """
    head = np.zeros((count, scaled_ND.shape[1]), np.float32)
    bias = np.full(count, np.log(0.5 / (len(answers_N) + 1)), np.float32)
    present, index = np.unique(answers_N, return_inverse=True)
    if len(present) == 1:
        bias[present[0]] = 0
    if len(present) < 2:
        return head, bias
    kernel = (scaled_ND * weigh_D) @ scaled_ND.T if kernel_NN is None else kernel_NN
    size = np.trace(kernel) / len(kernel) + 1e-9
    values, vectors = np.linalg.eigh(kernel / size)
    kept = values > _SMALLEST * values[-1]
    values, vectors = values[kept], vectors[:, kept]
    roots = np.sqrt(values)
    w, b = _descend(vectors * roots, index, len(present))
    dual = ((vectors / roots) @ w.T).T / size  # [classes, N]
    head[present] = (dual.astype(np.float32) @ scaled_ND) * weigh_D
    bias[present] = b
    return head, bias


def _block_weights(blocks: np.ndarray, norms: np.ndarray, answers: np.ndarray, question: Question) -> np.ndarray:
    """blocks [B, N, N]: similarities of the pictures with an answer; norms [B]: of the blocks over all pictures, centred."""
    evidence = [b.name == "geometry" or bool(set(b.parts) & set(question.parts)) for b in BLOCKS]
    route = np.where(evidence, 1.0, _OUTSIDE)
    even = np.full(len(BLOCKS), 0.3)
    if len(np.unique(answers)) < 2:
        even_weights: np.ndarray = route * even
        return even_weights
    aligned = np.maximum(alignments(blocks, answers) / (norms + 1e-9), 0)
    best = aligned.max()
    trust = len(answers) / (len(answers) + _TRUST)
    learned: np.ndarray = (aligned / best) ** 2 if best > 0 else even
    return route * (trust * learned + (1 - trust) * even + _FLOOR)


def alignments(blocks: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """[B]: inner products with the centred kernel of the answers, every class counting alike."""
    rarity = 1 / np.sqrt(np.bincount(answers))[answers]
    same = _centred((answers[:, None] == answers[None]) * rarity[:, None] * rarity[None])
    products: np.ndarray = blocks.reshape(len(blocks), -1) @ same.ravel().astype(blocks.dtype)
    return products


def _centred(kernel: np.ndarray) -> np.ndarray:
    centred: np.ndarray = kernel - kernel.mean(0) - kernel.mean(1)[:, None] + kernel.mean()
    return centred


def _descend(points: np.ndarray, index: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Minimises the weighted, smoothed, penalised cross entropy: weights [count, R] and biases [count]."""
    total, rank = points.shape
    frequency = np.bincount(index) / total
    weight = frequency[index] ** -BALANCE
    weight = (weight / weight.sum()).astype(np.float32)[:, None]
    target = np.full((total, count), SMOOTHING / count, np.float32)
    target[np.arange(total), index] += 1 - SMOOTHING
    target *= weight

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w, b = flat[:-count].reshape(count, rank).astype(np.float32), flat[-count:].astype(np.float32)
        log_p = log_softmax(points @ w.T + b)
        error = weight * np.exp(log_p) - target
        value = PENALTY / 2 * np.vdot(w, w) - np.vdot(target, log_p)
        slope = np.concatenate([(error.T @ points + PENALTY * w).ravel(), error.sum(0)])
        return float(value), slope.astype(np.float64)

    start = np.concatenate([np.zeros(count * rank), np.log(frequency)])
    found: np.ndarray = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS, **OPTIONS}).x
    return found[:-count].reshape(count, rank), found[-count:]
