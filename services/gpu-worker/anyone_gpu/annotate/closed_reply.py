"""From what a model said to one of a question's options, or to nothing: closed answers stay legal whatever it says.

A reply counts only where it is an option, alone or as the `answer` of a JSON object. An option found inside a sentence does
not: "it is not red", a refusal that repeats the options, and text that the picture dictated all hold one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence

HIDDEN = "not visible"
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"^```(?:json)?\s*(.*?)\s*```$", re.DOTALL)
_PREFIX = re.compile(r"^(?:short )?answer\s*[:=]\s*", re.IGNORECASE)


def choices(options: Sequence[str]) -> list[str]:
    """What may be said: the options, then "not visible"."""
    return [*options, HIDDEN]


def chosen(reply: str, options: Sequence[str]) -> tuple[int, str] | None:
    """The class that a reply names, and the words by which; `len(options)` stands for "not visible".

    None for everything else, options that differ by case or spaces alone included.
    """
    said = _said(_THOUGHT.sub("", reply).strip())
    if said is None:
        return None
    plain = [_plain(option) for option in choices(options)]
    places = [place for place, option in enumerate(plain) if option == _plain(said)]
    return (places[0], said) if len(places) == 1 else None


def _said(text: str) -> str | None:
    fenced = _FENCE.match(text)
    text = fenced[1] if fenced else text
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return _PREFIX.sub("", text)
    if isinstance(parsed, dict):
        parsed = parsed.get("answer")
    return parsed if isinstance(parsed, str) else None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("_", " ")
    return " ".join(folded.split()).strip(" .!\"'`*")
