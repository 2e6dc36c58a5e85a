"""The labeller learns, deterministically, from partial and partly wrong answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from anyone_gpu.annotate.labeller import Labeller, untrained
from anyone_gpu.annotate.learn import Learned, learn
from anyone_gpu.annotate.picture import read_picture

from .figures import QUESTIONS, Figure, Folder, answered, draw


def accuracy(labeller: Labeller, figures: list[Figure]) -> float:
    hits = []
    for figure in figures:
        encoded = labeller.encode(read_picture(figure.image, figure.parts), figure.name)
        guesses = labeller.answer([encoded], [QUESTIONS])[0]
        hits += [guess.option == figure.answers[guess.category] for guess in guesses]
    return float(np.mean(hits))


def test_learns_from_sixty_pictures(learned: Learned, figures: list[Figure]) -> None:
    before, after = accuracy(untrained(QUESTIONS), figures[60:]), accuracy(learned.labeller, figures[60:])
    assert before < 0.55
    assert after > 0.9
    assert learned.facts["pictures"] == 60
    assert learned.facts["answers"] == 300


def test_same_answers_give_the_same_bytes(learned: Learned, figures: list[Figure], folder: Folder) -> None:
    again = learn(folder, [answered(f) for f in reversed(figures[:60])], QUESTIONS, version="embedded-1")
    assert again.sha256 == learned.sha256


def test_learns_from_partial_and_partly_wrong_answers(figures: list[Figure], folder: Folder) -> None:
    random = np.random.default_rng(3)
    pictures = []
    for figure in figures[:60]:
        kept = {c: a for c, a in figure.answers.items() if random.random() < 0.6}
        wrong = {c: int(random.integers(2)) if random.random() < 0.05 else a for c, a in kept.items()}
        pictures.append(answered(figure, wrong))
    assert accuracy(learn(folder, pictures, QUESTIONS, version="x").labeller, figures[60:]) > 0.8


def test_a_rare_colour_is_known_from_another_garment(figures: list[Figure], folder: Folder) -> None:
    """Nobody ever called a top green, but skirts and pants were: the naming is shared."""
    green = 4
    pictures = [answered(f, {c: a for c, a in f.answers.items() if (c, a) != (25, green)}) for f in figures[:60]]
    labeller = learn(folder, pictures, QUESTIONS, version="x").labeller
    tops = [f for f in figures[60:] if f.answers[25] == green]
    right = 0
    for figure in tops:
        encoded = labeller.encode(read_picture(figure.image, figure.parts), figure.name)
        right += labeller.answer([encoded], [[QUESTIONS[1]]])[0][0].option == green
    assert tops
    assert right / len(tops) > 0.7


def test_not_visible_is_learned(figures: list[Figure], folder: Folder) -> None:
    pictures = [answered(f, f.answers | {39: -2 if f.answers[34] == 2 else f.answers[39]}) for f in figures[:60]]
    labeller = learn(folder, pictures, QUESTIONS, version="x").labeller
    said = []
    for figure in figures[60:]:
        encoded = labeller.encode(read_picture(figure.image, figure.parts), figure.name)
        said.append((labeller.answer([encoded], [[QUESTIONS[3]]])[0][0].option == -2) == (figure.answers[34] == 2))
    assert np.mean(said) > 0.9


def test_unreadable_pictures_are_left_out_with_a_reason(figures: list[Figure]) -> None:
    folder = Folder(figures[:12])
    folder.items["figure-0.jpg"] = b"no image"
    del folder.items["figure-1.png"]
    facts = learn(folder, [answered(f) for f in figures[:12]], QUESTIONS, version="x").facts
    assert facts["pictures"] == 10
    assert [entry["assetId"] for entry in facts["leftOut"]] == ["figure-0", "figure-1"]


def test_features_are_cached(figures: list[Figure], folder: Folder, tmp_path: Path) -> None:
    pictures = [answered(f) for f in figures[:8]]
    first = learn(folder, pictures, QUESTIONS, version="x", cache_dir=tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 8
    files[0].write_bytes(b"broken")
    second = learn(folder, pictures, QUESTIONS, version="x", cache_dir=tmp_path)
    assert second.sha256 == first.sha256
    assert second.facts["cpuSeconds"]["measure"] < first.facts["cpuSeconds"]["measure"]


def test_too_little_is_refused_with_a_sentence(folder: Folder) -> None:
    with pytest.raises(ValueError, match="at least 4"):
        learn(folder, [answered(draw(0))], QUESTIONS, version="x")
    with pytest.raises(ValueError, match="effort is one of"):
        learn(folder, [], QUESTIONS, version="x", effort="much")
