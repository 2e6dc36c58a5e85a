"""From a draft and a folder of weights to a labeller that answers by its key and hash."""

from __future__ import annotations

from pathlib import Path

import pytest

from anyone_gpu.annotate.asking import Answered, Asked, Asking, LabellerName
from anyone_gpu.annotate.store_vlm import store_vlm
from anyone_gpu.annotate.vlm import Guess
from anyone_gpu.annotate.vlm_file import Surroundings
from anyone_gpu.objects import MissingObject

from .conformance.vlm import ASKED
from .figures import Figure, Folder
from .tiny_instructblip import save_tiny

DRAFT = {"format": 1, "adapter": "instructblip", "version": "tiny-1", "folder": "tiny", "tier": "embedded"}


def test_a_stored_model_answers_a_chunk(figures: list[Figure], tmp_path: Path) -> None:
    save_tiny(tmp_path / "tiny", ASKED)
    store, around = Folder(figures[60:63]), Surroundings(tmp_path)
    stored = store_vlm(DRAFT, store, around)
    assert store_vlm(DRAFT, store, around) == stored
    assert (stored["id"], stored["model"], stored["tier"], stored["calibrated"]) == (
        "tiny-1",
        "instructblip",
        "embedded",
        False,
    )
    asked = [Asked(f.name, f"{f.name}.jpg", f"{f.name}.png", None, tuple(ASKED)) for f in figures[60:63]]
    name = LabellerName(stored["id"], stored["key"], stored["sha256"])
    identity, results = Asking(store, around=around).ask(name, asked, ASKED, lambda: True)
    assert identity.sha256 == stored["sha256"]
    for one in results:
        assert isinstance(one, Answered)
        assert [guess.category for guess in one.guesses if isinstance(guess, Guess)] == [q.category for q in ASKED]


def test_a_model_that_cannot_be_opened_is_not_stored(tmp_path: Path) -> None:
    store = Folder()
    with pytest.raises((MissingObject, ValueError)):
        store_vlm(DRAFT, store, Surroundings(tmp_path))
    with pytest.raises(ValueError, match="set VLM_URL"):
        store_vlm({"format": 1, "adapter": "openai", "version": "a", "model": "m"}, store, Surroundings())
    assert store.items == {}
