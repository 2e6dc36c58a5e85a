"""The questions of a label protocol, as the labeller sees them.

The protocol is data of the caller: every Ask and every fine-tuning job carries its questions, so this
package holds no copy of the protocol file that could drift from the one people answer.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

NOT_ASKED = -1  # not asked, or not applicable
NOT_VISIBLE = -2
SECOND_COLOUR = 256  # packed colour = main + 256 * (second + 1)


@dataclass(frozen=True)
class Question:
    """One category: what is asked, the legal answers in order, and the ATR parts that show it."""

    category: int  # number from 1, the position in the packed arrays
    id: str  # "<group>.<key>", e.g. "top.color"
    options: tuple[str, ...]
    parts: tuple[int, ...]  # ATR-18 ids of the evidence
    text: str = ""
    open: bool = False  # open text: the options are the usual phrases
    absent: int | None = None  # the option that says the thing is not there: existence is decided before its kind

    @property
    def is_colour(self) -> bool:
        """True for `*.color`, whose packed answer may hold a second colour."""
        return self.id.endswith(".color")

    def __post_init__(self) -> None:
        if self.category < 1:
            raise ValueError(f"category numbers start at 1, got {self.category}")
        if not self.options:
            raise ValueError(f"{self.id}: a question needs at least one option")
        if self.absent is not None and not 0 <= self.absent < len(self.options):
            raise ValueError(f"{self.id}: option {self.absent} is none of its {len(self.options)}")


def question_from_json(raw: dict[str, Any]) -> Question:
    """Reads one question of a job payload or of a checkpoint's meta data."""
    return Question(
        category=int(raw["category"]),
        id=str(raw["id"]),
        options=tuple(str(option) for option in raw["options"]),
        parts=tuple(int(part) for part in raw["parts"]),
        text=str(raw.get("text", "")),
        open=bool(raw.get("open", False)),
        absent=None if raw.get("absent") is None else int(raw["absent"]),
    )


def question_to_json(question: Question) -> dict[str, Any]:
    """The inverse of `question_from_json`."""
    return {
        "category": question.category,
        "id": question.id,
        "options": list(question.options),
        "parts": list(question.parts),
        "text": question.text,
        "open": question.open,
        "absent": question.absent,
    }


def class_of(question: Question, packed: int) -> int:
    """Packed answer -> class of the question's head: an option, the last class for "not visible", or -1.

    -1 stands for everything a head can't learn: not asked, unsure, other text, and values outside the options.
    """
    if packed == NOT_VISIBLE:
        return len(question.options)
    if packed < 0:
        return -1
    main = packed % SECOND_COLOUR if question.is_colour else packed
    return main if main < len(question.options) else -1


def packed_of(question: Question, head_class: int) -> int:
    """Class of a question's head -> packed answer; the inverse of `class_of` for a main colour alone."""
    return NOT_VISIBLE if head_class == len(question.options) else head_class


def fingerprint(questions: list[Question]) -> str:
    """Identity of what a labeller was made for: numbers, ids and options, not the wording."""
    plain = [[q.category, q.id, list(q.options)] for q in sorted(questions, key=lambda q: q.category)]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()
