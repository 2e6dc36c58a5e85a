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
    calibrated: bool = True  # false: its probabilities were never compared with people's answers


@dataclass(frozen=True)
class Guess:
    """One answer: the option's index or -2 (not visible), its probability, and those of all options and "not visible"."""

    category: int
    option: int
    confidence: float
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Unanswered:
    """Why one question has no answer; the picture's others keep theirs. It goes to people and is never stored as a label.

    code     means                                                        retry
    refused        the model would not answer, or its host's filter stopped it   no
    not-an-option  it said something that is none of the options                 no
    not-finite     NaN or infinity among its scores                              no
    cut-off        its reply ended before it was whole                           yes
    bad-reply      its host answered in no form that we know                     yes
    host-failed    its host said 429 or 5xx, or nothing in time, on every try    yes
    """

    category: int
    code: str
    message: str
    retry: bool


class VlmUnavailable(Exception):
    """Nobody answers for the model: nothing is known of any question, and the whole call is worth another try."""


class Vlm(Protocol):
    """`encode` is the costly half: done once per picture, cached under `encoder`, shared by all of its questions."""

    identity: Identity
    encoder: str

    def encode(self, picture: Picture, key: str, source: Source | None = None) -> Any:
        """What `answer` needs of a picture; `key` names it (its asset id), `source` says where it lies, for a cache."""
        ...

    def answer(self, encoded: Sequence[Any], questions: Sequence[Sequence[Question]]) -> list[list[Guess | Unanswered]]:
        """Answers the i-th picture's questions in their order; no answer depends on what else is asked with it.

        Raises ValueError for a question that this model was not made for, and VlmUnavailable.
        """
        ...
