"""The port of everything that answers questions about a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .feature_cache import Source
from .picture import Picture
from .protocol import Question


@dataclass(frozen=True)
class Identity:
    """Which model answers, as it is stored beside every answer. `tier`: paper, modern, embedded or none."""

    model: str
    version: str
    sha256: str
    tier: str
    trained: bool = True


@dataclass(frozen=True)
class Guess:
    """One answer: the option's index or -2 (not visible), its probability, and those of all options and "not visible"."""

    category: int
    option: int
    confidence: float
    probabilities: tuple[float, ...]


class Vlm(Protocol):
    """`encode` is the costly half: done once per picture, cached under `encoder`, shared by all of its questions."""

    identity: Identity
    encoder: str

    def encode(self, picture: Picture, key: str, source: Source | None = None) -> Any:
        """What `answer` needs of a picture; `key` names it (its asset id), `source` says where it lies, for a cache."""
        ...

    def answer(self, encoded: Sequence[Any], questions: Sequence[Sequence[Question]]) -> list[list[Guess]]:
        """Answers the i-th picture's questions; the answers of a picture don't depend on the others.

        Raises ValueError for a question that this model was not made for.
        """
        ...
