"""Attribute accuracy: does a labeller, asked about a generated picture, give the answers its caption was written from?

Only what the caption says is asked. The same questions about the real pictures, at the
same size and through the same parser, tell how much of the rest is the judge's own error.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anyone_gpu.annotate.checkpoint import BadCheckpoint, load_labeller
from anyone_gpu.annotate.open_vlm import open_vlm
from anyone_gpu.annotate.picture import picture_of
from anyone_gpu.annotate.protocol import NOT_ASKED, Question, class_of
from anyone_gpu.annotate.vlm import Guess, Vlm
from anyone_gpu.annotate.vlm_file import Surroundings, is_vlm_file, read_vlm_file
from anyone_gpu.evaluate.metric import Identity, Tier
from anyone_gpu.evaluate.models import Network, Unavailable, open_network
from anyone_gpu.objects import CorruptObject, MissingObject, ObjectRef, Objects, get_checked
from anyone_gpu.train.caption import CaptionGroup
from anyone_gpu.train.dataset import Item

CROP = (128, 256)
"""Width and height of the parser's input."""
GREY = 114
ENLARGED = 512
"""Longest side at which a small generated picture is shown to the labeller: its textures are measured in pixels."""


class Judge(Protocol):
    """Answers questions about a picture. `answers` gives an option's text per category, None for "not visible"."""

    @property
    def identity(self) -> Identity: ...
    def knows(self, category: str) -> bool: ...
    def answers(self, picture: Image.Image, key: str, categories: Sequence[str]) -> dict[str, str | None]: ...


@dataclass(frozen=True)
class Verdicts:
    """Per picture the share of right answers, and the counts per category as (right, asked)."""

    shares: tuple[float, ...]
    by_category: Mapping[str, tuple[int, int]]

    @property
    def asked(self) -> int:
        return sum(asked for _, asked in self.by_category.values())


def judge_pictures(judge: Judge, items: Sequence[Item], pictures: Mapping[str, Image.Image]) -> Verdicts:
    """Items without a question the judge knows have no share."""
    shares: list[float] = []
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for item in items:
        wanted = {name: option for name, option in said_answers(item).items() if judge.knows(name)}
        if not wanted:
            continue
        given = judge.answers(pictures[item.asset_id], item.asset_id, list(wanted))
        right = [given[name] == option for name, option in wanted.items()]
        for name, hit in zip(wanted, right, strict=True):
            counts[name][0] += hit
            counts[name][1] += 1
        shares.append(sum(right) / len(right))
    return Verdicts(tuple(shares), {name: (right, asked) for name, (right, asked) in sorted(counts.items())})


def said_answers(item: Item) -> dict[str, str]:
    """The answers that the caption says: what it keeps silent about, no picture can be held against."""
    groups = {group.name: group for group in item.groups}
    return {name: option for name, option in item.answers.items() if _says(groups.get(name.split(".")[0]), name, option)}


def _says(group: CaptionGroup | None, category: str, option: str) -> bool:
    if group is None:
        return False
    if group.name == "frame" or category.endswith(".wears"):  # written as a phrase of its own, and by the noun
        return True
    return option == group.noun or any(word == option or word.startswith(f"{option} and ") for word in group.words)


@lru_cache(maxsize=2)
def open_judge(
    objects: Objects, labeller: ObjectRef, models_dir: Path, questions: tuple[Question, ...], around: Surroundings
) -> Judge:
    """The labeller of an object, behind the embedded parser; the same for all checkpoints of a version. Raises Unavailable.

    `questions` are what a large model is asked: its file holds none, other than a trained labeller's.
    """
    encoder, decoder = open_network(models_dir, "encoder"), open_network(models_dir, "parsing")
    try:
        data = get_checked(objects, labeller)
        if is_vlm_file(data):
            vlm = open_vlm(read_vlm_file(data, labeller.sha256), around, objects)
            return LabellerJudge(vlm, [q for q in questions if q.text], encoder, decoder)
        trained = load_labeller(data, labeller.sha256)
        return LabellerJudge(trained, trained.order, encoder, decoder)
    except (MissingObject, CorruptObject, BadCheckpoint, ValueError) as broken:
        raise Unavailable(f"the labeller {labeller.key} can't be used: {broken}") from broken


class LabellerJudge:
    """A generated picture has no part map of its own: the embedded parser makes one of the whole picture."""

    def __init__(self, labeller: Vlm, questions: Sequence[Question], encoder: Network, decoder: Network) -> None:
        self._labeller, self._encoder, self._decoder = labeller, encoder, decoder
        self._seen = lru_cache(maxsize=256)(self._look)  # by the pixels: real pictures come again with every checkpoint
        self._questions: dict[str, Question] = {q.id: q for q in questions if not q.open}

    @property
    def identity(self) -> Identity:
        own = self._labeller.identity
        return Identity("vlm", own.model, own.version, own.sha256, cast(Tier, own.tier))

    def knows(self, category: str) -> bool:
        return category in self._questions

    def answers(self, picture: Image.Image, key: str, categories: Sequence[str]) -> dict[str, str | None]:
        seen = self._seen(key, picture.size, picture.convert("RGB").tobytes())
        asked = [self._questions[name] for name in categories]
        guesses = self._labeller.answer([seen], [asked])[0]
        classes = [
            class_of(question, guess.option if isinstance(guess, Guess) else NOT_ASKED)
            for question, guess in zip(asked, guesses, strict=True)
        ]
        return {
            question.id: question.options[place] if 0 <= place < len(question.options) else None
            for question, place in zip(asked, classes, strict=True)
        }

    def _look(self, key: str, size: tuple[int, int], rgb: bytes) -> Any:
        scale = ENLARGED / max(size)
        large = Image.frombytes("RGB", size, rgb).resize(
            (round(size[0] * scale), round(size[1] * scale)), Image.Resampling.BICUBIC
        )
        part_map = parse_parts(self._encoder, self._decoder, large)
        return self._labeller.encode(picture_of(np.array(large), part_map, None, large.size), key)


def parse_parts(encoder: Network, decoder: Network, picture: Image.Image) -> NDArray[np.uint8]:
    """ATR-18 ids [height, width] of a picture that one person fills: fitted into the parser's input at the top left."""
    scale = min(CROP[0] / picture.width, CROP[1] / picture.height)
    inner = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    canvas = Image.new("RGB", CROP, (GREY, GREY, GREY))
    canvas.paste(picture.convert("RGB").resize(inner, Image.Resampling.BICUBIC))
    pixels = np.asarray(canvas, dtype=np.float32)[None]
    taps = encoder.run({"input": pixels})
    ids = decoder.run({"rgb": pixels, **taps})["logits"][0].argmax(0).astype(np.uint8)[: inner[1], : inner[0]]
    return np.asarray(Image.fromarray(ids).resize(picture.size, Image.Resampling.NEAREST))
