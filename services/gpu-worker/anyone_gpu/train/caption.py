"""A sample's caption groups to one caption with token spans, anew each epoch.

The rules are those of the released training code: shot, person, body and scene first, the other groups in random order;
words of a group shuffled, its noun last, the person led by "a"; groups kept with their own probability, then each dropped
with .1 (text and mask together); whole caption empty with .1; whole groups removed from the end until the text fits.
Spans are written down while the ids are written: nothing is searched, so no span is lost or found twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from anyone_gpu.train.tokenizer import Tokenizer

FIRST = ("g00", "g01", "g02", "g03")
"""Groups whose place is fixed: frame, person, body, scene."""
KEPT_HALF = ("g15", "g16", "g17", "g18", "g19", "g20")
"""Overall style and the rare accessories: kept with .5 unless the record says otherwise."""


@dataclass(frozen=True)
class CaptionGroup:
    """One phrase about one region. `mask` lists ATR-18 parts; empty = a phrase without a region."""

    group: str
    name: str
    words: tuple[str, ...]
    noun: str | None
    mask: tuple[int, ...]
    mask_else: tuple[int, ...] = ()
    """Used when no pixel has a part of `mask` (a jumpsuit that the parser split into upper and lower)."""
    keep: float = 1.0
    article: bool = False
    """Whether "a" is written first."""


@dataclass(frozen=True)
class Span:
    """Tokens [start, end) of a caption, and the group they say."""

    start: int
    end: int
    group: CaptionGroup


@dataclass(frozen=True)
class Caption:
    ids: tuple[int, ...]
    """Exactly `tokenizer.length` ids."""
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class CaptionConfig:
    drop_group: float = 0.1
    drop_caption: float = 0.1


def read_group(raw: Mapping[str, Any]) -> CaptionGroup:
    """One entry of a record's `caption_groups`. Raises ValueError for one that says nothing."""
    words, noun = tuple(raw["words"]), raw.get("noun") or None
    if not words and not noun:
        raise ValueError(f"caption group {raw.get('group')} has neither words nor a noun")
    keep = 0.5 if raw["group"] in KEPT_HALF else 1.0
    mask = () if raw.get("set") == "C_other" else tuple(int(part) for part in raw.get("mask") or ())
    return CaptionGroup(
        group=raw["group"],
        name=raw["name"],
        words=words,
        noun=noun,
        mask=mask,
        mask_else=tuple(int(part) for part in raw.get("mask_else") or ()),
        keep=float(raw.get("keep", keep)),
        article=bool(raw.get("article", raw["group"] == "g01")),
    )


def write_caption(
    groups: tuple[CaptionGroup, ...], tokenizer: Tokenizer, rng: np.random.Generator, config: CaptionConfig
) -> Caption:
    """One epoch's caption of a sample; the same generator state gives the same caption."""
    empty = rng.random() < config.drop_caption
    kept = [group for group in groups if rng.random() < group.keep and rng.random() >= config.drop_group]
    fixed = sorted((group for group in kept if group.group in FIRST), key=lambda group: group.group)
    free = [group for group in kept if group.group not in FIRST]
    ordered = [*fixed, *(free[place] for place in rng.permutation(len(free)))]
    phrases = [(group, _phrase(group, rng)) for group in ordered]
    return join_phrases([] if empty else phrases, tokenizer)


def plain_caption(groups: tuple[CaptionGroup, ...], tokenizer: Tokenizer) -> Caption:
    """Everything in the record's order and nothing dropped: for validation and sampling."""
    return join_phrases([(group, _phrase(group, None)) for group in groups], tokenizer)


def join_phrases(phrases: list[tuple[CaptionGroup, str]], tokenizer: Tokenizer) -> Caption:
    """Joins phrases by ", " and notes each one's span; phrases that do not fit are left off from the end."""
    comma = tokenizer.encode(",")
    ids, spans = [tokenizer.begin], list[Span]()
    texts: list[str] = []
    for group, phrase in phrases:
        before = comma if texts else []
        said = tokenizer.encode(phrase)
        if len(ids) + len(before) + len(said) + 1 > tokenizer.length:
            break
        start = len(ids) + len(before)
        ids += [*before, *said]
        spans.append(Span(start, start + len(said), group))
        texts.append(phrase)
    ids.append(tokenizer.end)
    ids += [tokenizer.pad] * (tokenizer.length - len(ids))
    return Caption(tuple(ids), ", ".join(texts), tuple(spans))


def _phrase(group: CaptionGroup, rng: np.random.Generator | None) -> str:
    words = list(group.words)
    if rng is not None:
        words = [words[place] for place in rng.permutation(len(words))]
    article = ["a"] if group.article else []
    return " ".join([*article, *words, *([group.noun] if group.noun else [])])
