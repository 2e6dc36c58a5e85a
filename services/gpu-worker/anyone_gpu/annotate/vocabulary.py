"""One head for all questions with the same options: a lace scarf teaches what a lace top is.

A question is judged by the surface of its own region (texture, statistics); which garment it is only shifts the
odds. This is what brings the rare patterns and materials up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .colour_naming import is_colour_question
from .features import BLOCKS, REGIONS
from .protocol import Question
from .regression import alignments, fit_head, log_softmax, scale_of, standardise

_GARMENT = 0.3  # weight of "which question it is" beside the surface

# group of a question -> region of its surface; coat and top share a part, so the map alone can't tell
_REGION = {
    "top": "garment_middle",
    "coat": "garment_sides",
    "special": "garment",
    "one_piece": "dress",
    "bottom": "lower",
    "headband": "hat",
    "headscarf": "scarf",
    "veil": "hat",
    "socks": "ankles",
    "tie": "tie",
}
_BLOCK = {b.name: b for b in BLOCKS}
_SIZES = tuple(_BLOCK[f"{kind}:garment"].end - _BLOCK[f"{kind}:garment"].start for kind in ("texture", "print", "stats"))


@dataclass
class SharedHead:
    """mean, scale [d] of the surface; weights [classes, d + questions], bias [classes]; categories in column order."""

    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    categories: list[int]

    def log_probabilities(self, vector_D: np.ndarray, question: Question) -> np.ndarray:
        """[classes] of one picture."""
        return log_softmax(self.weights @ _points(vector_D[None], question, self)[0] + self.bias)


def vocabulary_of(question: Question) -> str:
    """Questions with the same options share a head."""
    return "|".join(question.options)


def fit_shared_heads(vectors_ND: np.ndarray, classes_NQ: np.ndarray, questions: list[Question]) -> dict[str, SharedHead]:
    """A head for every option list of at least four options that two or more questions share (colours have their own)."""
    groups: dict[str, list[int]] = {}
    for column, question in enumerate(questions):
        if len(question.options) >= 4 and not is_colour_question(question):
            groups.setdefault(vocabulary_of(question), []).append(column)
    heads = {}
    for vocabulary, columns in groups.items():
        known = {c: np.flatnonzero(classes_NQ[:, c] >= 0) for c in columns}
        if len(columns) >= 2 and sum(len(k) for k in known.values()) >= 4:
            heads[vocabulary] = _fit(vectors_ND, classes_NQ, [questions[c] for c in columns], columns, known)
    return heads


def _fit(
    vectors: np.ndarray, classes: np.ndarray, questions: list[Question], columns: list[int], known: dict[int, np.ndarray]
) -> SharedHead:
    surfaces = np.concatenate([_surface(vectors[known[c]], q) for c, q in zip(columns, questions, strict=True)])
    answers = np.concatenate([classes[known[c], c] for c in columns])
    width = surfaces.shape[1]
    head = SharedHead(
        surfaces.mean(0).astype(np.float32),
        scale_of(surfaces, np.full(width, width, np.float32)),
        np.zeros(0),
        np.zeros(0),
        [q.category for q in questions],
    )
    points = np.concatenate([_points(vectors[known[c]], q, head) for c, q in zip(columns, questions, strict=True)])
    weigh = _block_weights(points, answers)
    head.weights, head.bias = fit_head(points, weigh, answers, len(questions[0].options) + 1)
    return head


def _block_weights(points: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Per column: texture, print and statistics count by how well they agree with the answers."""
    blocks = np.split(points, np.cumsum(_SIZES), 1)[:-1]
    similar = np.stack([block @ block.T for block in blocks])
    aligned = np.maximum(alignments(similar, answers) / [np.linalg.norm(k) + 1e-9 for k in similar], 1e-6)
    share = (aligned / aligned.max()) ** 2 + 0.05
    return np.concatenate(
        [*(np.full(n, w) for n, w in zip(_SIZES, share, strict=True)), np.ones(points.shape[1] - sum(_SIZES))]
    ).astype(np.float32)


def _surface(vectors: np.ndarray, question: Question) -> np.ndarray:
    """[N, d]: texture and statistics of the question's region."""
    region = _region_of(question)
    textured = region if f"texture:{region}" in _BLOCK else "garment"
    printed = region if f"print:{region}" in _BLOCK else "garment"
    blocks = [_BLOCK[f"texture:{textured}"], _BLOCK[f"print:{printed}"], _BLOCK[f"stats:{region}"]]
    return np.concatenate([vectors[:, b.start : b.end] for b in blocks], 1)


def _points(vectors: np.ndarray, question: Question, head: SharedHead) -> np.ndarray:
    width = len(head.mean)
    scaled = standardise(_surface(vectors, question), head.mean, head.scale, np.full(width, width, np.float32))
    which = np.zeros((len(vectors), len(head.categories)), np.float32)
    which[:, head.categories.index(question.category)] = np.sqrt(_GARMENT)
    return np.concatenate([scaled, which], 1)


def _region_of(question: Question) -> str:
    named = _REGION.get(question.id.split(".")[0])
    if named:
        return named
    inside = [name for name, parts in REGIONS.items() if set(parts) <= set(question.parts)]
    return inside[0] if inside else "garment"
