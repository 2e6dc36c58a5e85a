"""Answers a chunk of pictures: loads the labeller that is asked for, encodes every picture once, keeps both for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anyone_gpu.objects import CorruptObject, MissingObject, ObjectRef, Objects, get_checked

from .checkpoint import load_labeller
from .feature_cache import FeatureCache
from .labeller import untrained
from .open_vlm import open_vlm
from .picture import UnreadablePicture, read_picture
from .protocol import Question
from .vlm import Guess, Identity, Unanswered, Vlm
from .vlm_file import Surroundings, is_vlm_file, read_vlm_file

TOGETHER = 8  # pictures whose questions are one batch; whether the caller still waits is looked at in between
LABELLERS_KEPT = 4
PICTURES_KEPT = 1024  # about 350 KB each; fewer than are answered again in one round would keep nothing of use


@dataclass(frozen=True)
class LabellerName:
    """Which labeller: an empty key means the untrained one."""

    id: str
    key: str
    sha256: str


@dataclass(frozen=True)
class Asked:
    """One picture and what it is asked."""

    asset_id: str
    image_key: str
    parts_key: str
    box: tuple[float, float, float, float] | None
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Failed:
    """Why one picture could not be read: code, one sentence, and whether asking again can help."""

    code: str
    message: str
    retry: bool


@dataclass(frozen=True)
class Answered:
    """One picture's answers in the order asked, and of its part map: share of pixels per ATR id, ids the border cuts."""

    guesses: list[Guess | Unanswered]
    shares: tuple[float, ...]
    cut: tuple[int, ...]


class Asking:
    """The inference service without its wire. Thread-safe; the caches are shared by all calls."""

    def __init__(
        self,
        objects: Objects,
        labellers: int = LABELLERS_KEPT,
        pictures: int = PICTURES_KEPT,
        cache_dir: Path | None = None,
        around: Surroundings | None = None,
    ) -> None:
        self._objects, self._around = objects, around or Surroundings()
        self._features = FeatureCache(cache_dir)
        self._labellers = _Kept(labellers)
        self._pictures = _Kept(pictures)

    def labeller(self, name: LabellerName, questions: Sequence[Question]) -> Vlm:
        """The named labeller. Raises MissingObject, CorruptObject, and ValueError for a file that is no labeller."""
        if not name.key:
            return untrained(questions, name.id, self._features)
        ref = ObjectRef(name.key, name.sha256)
        loaded: Vlm = self._labellers.get((name.key, name.sha256), lambda: self._load(ref))
        return loaded

    def _load(self, ref: ObjectRef) -> Vlm:
        data = get_checked(self._objects, ref)
        if is_vlm_file(data):
            return open_vlm(read_vlm_file(data, ref.sha256), self._around, self._objects)
        return load_labeller(data, ref.sha256, self._features)

    def ask(
        self, name: LabellerName, asked: Sequence[Asked], questions: Sequence[Question], go_on: Callable[[], bool]
    ) -> tuple[Identity, list[Answered | Failed]]:
        """Answers in the order asked; `go_on` is looked at before every picture, and false ends the call early.

        Raises what `labeller` raises, and ValueError for a question that the labeller was not made for.
        """
        labeller = self.labeller(name, questions)
        out: list[Answered | Failed] = []
        for first in range(0, len(asked), TOGETHER):
            if not go_on():
                break
            out += self._ask_some(labeller, asked[first : first + TOGETHER], go_on)
        return labeller.identity, out

    def _ask_some(self, labeller: Vlm, asked: Sequence[Asked], go_on: Callable[[], bool]) -> list[Answered | Failed]:
        """Pictures whose questions go to the model together; those that can't be read are set apart before."""
        read = [self._read(labeller, one) for one in asked if go_on()]
        able = [(one, what) for one, what in zip(asked, read, strict=False) if not isinstance(what, Failed)]
        answers = iter(labeller.answer([encoded for _, (encoded, _, _) in able], [one.questions for one, _ in able]))
        return [what if isinstance(what, Failed) else Answered(next(answers), what[1], what[2]) for what in read]

    def _read(self, labeller: Vlm, asked: Asked) -> tuple[Any, tuple[float, ...], tuple[int, ...]] | Failed:
        key = (labeller.encoder, asked.asset_id, asked.parts_key, asked.box)
        try:
            encoded: tuple[Any, tuple[float, ...], tuple[int, ...]] = self._pictures.get(
                key, lambda: self._encode(labeller, asked)
            )
            return encoded
        except MissingObject as error:
            return Failed("missing-object", str(error), True)
        except CorruptObject as error:
            return Failed("altered-object", str(error), False)
        except UnreadablePicture as error:
            return Failed("unreadable-image", str(error), False)

    def _encode(self, labeller: Vlm, asked: Asked) -> tuple[Any, tuple[float, ...], tuple[int, ...]]:
        image, parts = self._objects.get(asked.image_key), self._objects.get(asked.parts_key)
        picture = read_picture(image, parts, asked.box)
        return labeller.encode(picture, asked.asset_id, asked), picture.shares, picture.cut


class _Kept:
    """The last `limit` things by key. Two threads that miss the same key make it twice, which only costs time."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key]
        made = make()
        with self._lock:
            self._items[key] = made
            while len(self._items) > self._limit:
                self._items.popitem(last=False)
        return made
