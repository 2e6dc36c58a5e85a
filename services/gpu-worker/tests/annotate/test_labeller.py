"""What every labeller keeps: legal answers, a batch that equals singles, a file that can't be altered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from anyone_gpu.annotate.asking import Asked, Asking, LabellerName
from anyone_gpu.annotate.checkpoint import BadCheckpoint, load_labeller, read_meta
from anyone_gpu.annotate.colours import to_lab
from anyone_gpu.annotate.feature_cache import FeatureCache
from anyone_gpu.annotate.features import measure
from anyone_gpu.annotate.labeller import decide, untrained
from anyone_gpu.annotate.learn import Learned
from anyone_gpu.annotate.picture import UnreadablePicture, read_picture
from anyone_gpu.annotate.protocol import Question, class_of, fingerprint, packed_of

from .figures import QUESTIONS, Figure, Folder, answered


def test_a_batch_equals_singles(learned: Learned, figures: list[Figure]) -> None:
    labeller = learned.labeller
    encoded = [labeller.encode(read_picture(f.image, f.parts), f.name) for f in figures[60:66]]
    together = labeller.answer(encoded, [QUESTIONS] * 6)
    alone = [labeller.answer([e], [[q]])[0][0] for e in encoded for q in QUESTIONS]
    assert [guess for row in together for guess in row] == alone


def test_answers_are_legal_and_probabilities_sum_to_one(learned: Learned, figures: list[Figure]) -> None:
    for labeller in (learned.labeller, untrained(QUESTIONS)):
        for figure in figures[60:70]:
            encoded = labeller.encode(read_picture(figure.image, figure.parts), figure.name)
            for question, guess in zip(QUESTIONS, labeller.answer([encoded], [QUESTIONS])[0], strict=True):
                assert guess.option in (-2, *range(len(question.options)))
                assert len(guess.probabilities) == len(question.options) + 1
                assert sum(guess.probabilities) == pytest.approx(1, abs=1e-4)
                said = guess.probabilities[guess.option] if guess.option >= 0 else guess.probabilities[-1]
                assert guess.confidence == pytest.approx(said)


def test_the_untrained_labeller_says_so(figures: list[Figure]) -> None:
    labeller = untrained(QUESTIONS)
    assert not labeller.identity.trained
    assert labeller.identity.sha256 == ""
    encoded = [labeller.encode(read_picture(f.image, f.parts), f.name) for f in figures[:40]]
    said = {row[0].option for row in labeller.answer(encoded, [[QUESTIONS[1]]] * 40)}
    assert said == set(range(5))  # a uniform prior, not one option for all


def test_the_file_gives_the_same_answers(learned: Learned, figures: list[Figure]) -> None:
    loaded = load_labeller(learned.data, learned.sha256)
    encoded = loaded.encode(read_picture(figures[70].image, figures[70].parts), "x")
    wanted = learned.labeller.answer([encoded], [QUESTIONS])[0]
    for got, want in zip(loaded.answer([encoded], [QUESTIONS])[0], wanted, strict=True):
        assert got.option == want.option
        assert got.confidence == pytest.approx(want.confidence, abs=2e-3)  # weights are stored as float16
    assert loaded.identity.version == "embedded-1"
    assert read_meta(learned.data)["facts"]["pictures"] == 60


def test_altered_and_foreign_files_are_refused(learned: Learned) -> None:
    altered = bytearray(learned.data)
    altered[-1] ^= 1
    with pytest.raises(BadCheckpoint, match="altered"):
        load_labeller(bytes(altered), learned.sha256)
    import hashlib

    for junk in (b"", b"junk", bytes(100)):
        with pytest.raises(BadCheckpoint):
            load_labeller(junk, hashlib.sha256(junk).hexdigest())


def test_a_question_it_was_not_made_for_is_refused(learned: Learned, figures: list[Figure]) -> None:
    encoded = learned.labeller.encode(read_picture(figures[0].image, figures[0].parts), "x")
    other = Question(25, "top.color", ("white", "black"), (4,))
    with pytest.raises(ValueError, match="not made for question 25"):
        learned.labeller.answer([encoded], [[other]])
    assert fingerprint(QUESTIONS) != fingerprint([other])


def test_existence_is_decided_before_the_kind() -> None:
    bag = Question(46, "bag.type", ("none", "tote", "clutch", "backpack"), (16,), absent=0)
    even, long_tailed = np.log(np.full(5, 0.2)), np.log([0.5, 0.4, 0.05, 0.04, 0.01])
    assert decide(bag, np.array([0.4, 0.25, 0.2, 0.15, 0.0]), even) == 1
    assert decide(bag, np.array([0.4, 0.25, 0.2, 0.15, 0.0]), long_tailed) == 2
    assert decide(bag, np.array([0.55, 0.25, 0.1, 0.1, 0.0]), long_tailed) == 0
    assert decide(bag, np.array([0.2, 0.1, 0.1, 0.0, 0.6]), even) == 4
    with pytest.raises(ValueError, match="none of its"):
        Question(46, "bag.type", ("none",), (16,), absent=3)


def test_packed_answers_and_classes() -> None:
    colour, kind = QUESTIONS[1], QUESTIONS[2]
    assert class_of(colour, 2 + 256 * 4) == 2  # red with a second colour
    assert class_of(kind, 7) == -1
    assert [class_of(kind, packed) for packed in (-1, -2, -3, -4)] == [-1, 3, -1, -1]
    assert [packed_of(kind, head_class) for head_class in range(4)] == [0, 1, 2, -2]


def test_broken_pictures_are_named(figures: list[Figure]) -> None:
    with pytest.raises(UnreadablePicture, match="image can't be decoded"):
        read_picture(figures[0].image[:100], figures[0].parts)
    with pytest.raises(UnreadablePicture, match="part map"):
        read_picture(figures[0].image, figures[0].image)


def test_lab_of_known_colours() -> None:
    """Reference: CIE L*a*b* (D65) of the sRGB primaries."""
    rgb = np.array([[255, 255, 255], [255, 0, 0], [0, 0, 255], [128, 128, 128], [0, 0, 0]], np.uint8)
    wanted = [[100, 0, 0], [53.24, 80.09, 67.2], [32.3, 79.19, -107.86], [53.59, 0, 0], [0, 0, 0]]
    assert np.abs(to_lab(rgb) - wanted).max() < 0.3


def test_what_was_measured_to_answer_is_not_measured_again_to_learn(
    folder: Folder, figures: list[Figure], tmp_path: Path
) -> None:
    picture = answered(figures[0])
    asked = Asked(picture.asset_id, picture.image_key, picture.parts_key, picture.box, tuple(QUESTIONS))
    asking = Asking(folder, cache_dir=tmp_path)
    asking.ask(LabellerName("embedded-0", "", ""), [asked], QUESTIONS, lambda: True)
    nothing = Folder()
    kept = FeatureCache(tmp_path).features(nothing, picture)
    assert np.array_equal(kept.vector, measure(read_picture(figures[0].image, figures[0].parts, picture.box)).vector)
