"""What everything that answers questions keeps: one suite, run over every adapter of the Vlm port.

An adapter's test module derives a class from `VlmConformance` and gives it the fixtures `make` (a fresh, equal adapter at
every call) and `broken` (the same one, but its model fails at question 39 alone), and sets `unaskable`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anyone_gpu.annotate.picture import read_picture
from anyone_gpu.annotate.protocol import Question
from anyone_gpu.annotate.vlm import Guess, Unanswered, Vlm

from ..figures import QUESTIONS, Figure

HARMED = 39
ASKED = [replace(q, absent=0) if q.options[0] == "none" else q for q in QUESTIONS]
CODES = {"refused", "not-an-option", "not-finite", "cut-off", "bad-reply", "host-failed"}
_SOME = st.lists(st.sampled_from(ASKED), unique_by=lambda q: q.category)

Make = Callable[[], Vlm]


class Pictures:
    """A model and pictures that it encoded; no dataclass, whose tensors would bury an error's text."""

    def __init__(self, vlm: Vlm, encoded: list[object]) -> None:
        self.vlm, self.encoded = vlm, encoded


class VlmConformance:
    """The suite; see the module's docstring."""

    unaskable: Question

    @pytest.fixture
    def pictures(self, make: Make, figures: list[Figure]) -> Pictures:
        vlm = make()
        return Pictures(vlm, [vlm.encode(read_picture(f.image, f.parts), f.name) for f in figures[60:64]])

    def test_every_answer_is_one_of_the_options(self, pictures: Pictures) -> None:
        vlm, encoded = pictures.vlm, pictures.encoded
        for row in vlm.answer(encoded, [ASKED] * 4):
            for question, guess in zip(ASKED, row, strict=True):
                assert isinstance(guess, Guess)
                assert guess.option in (-2, *range(len(question.options)))
                assert len(guess.probabilities) == len(question.options) + 1
                assert min(guess.probabilities) >= 0
                assert sum(guess.probabilities) == pytest.approx(1, abs=1e-4)
                said = guess.probabilities[guess.option] if guess.option >= 0 else guess.probabilities[-1]
                assert guess.confidence == pytest.approx(said)

    @settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(lists=st.tuples(_SOME, _SOME))
    def test_a_batch_equals_singles_in_any_order(
        self, pictures: Pictures, lists: tuple[list[Question], list[Question]]
    ) -> None:
        vlm, encoded = pictures.vlm, pictures.encoded
        together = vlm.answer(encoded[:2], lists)
        assert [[guess.category for guess in row] for row in together] == [[q.category for q in asked] for asked in lists]
        for one, asked, row in zip(encoded, lists, together, strict=False):
            for question, guess in zip(asked, row, strict=True):
                _same(guess, vlm.answer([one], [[question]])[0][0])

    def test_the_same_seed_gives_the_same_answers(self, make: Make, figures: list[Figure]) -> None:
        picture = read_picture(figures[65].image, figures[65].parts)
        one, other = make(), make()
        assert one.identity == other.identity
        first, again = (vlm.answer([vlm.encode(picture, "x")], [ASKED])[0] for vlm in (one, other))
        assert first == again

    def test_nothing_asked_is_nothing_answered(self, pictures: Pictures) -> None:
        vlm, encoded = pictures.vlm, pictures.encoded
        assert vlm.answer(encoded[:2], [[], []]) == [[], []]
        assert vlm.answer([], []) == []

    def test_a_question_that_fails_fails_alone_and_with_its_type(self, make: Make, broken: Make, figures: list[Figure]) -> None:
        picture = read_picture(figures[66].image, figures[66].parts)
        sound, harmed = make(), broken()
        wanted = sound.answer([sound.encode(picture, "x")], [ASKED])[0]
        got = harmed.answer([harmed.encode(picture, "x")], [ASKED])[0]
        for want, have in zip(wanted, got, strict=True):
            if want.category == HARMED:
                assert isinstance(have, Unanswered)
                assert have.category == HARMED
                assert have.code in CODES
                assert have.message
            else:
                _same(have, want)

    def test_a_question_it_cannot_be_asked_is_refused(self, pictures: Pictures) -> None:
        vlm, encoded = pictures.vlm, pictures.encoded
        with pytest.raises(ValueError, match=str(self.unaskable.category)):
            vlm.answer(encoded[:1], [[self.unaskable]])

    def test_says_which_model_it_is(self, make: Make) -> None:
        identity = make().identity
        assert identity.model
        assert identity.version
        assert identity.tier in ("paper", "modern", "embedded")
        assert len(identity.sha256) in (0, 64)
        assert make().encoder


class ScoringConformance(VlmConformance):
    """For adapters that give every option a probability of its own."""

    def test_existence_is_decided_before_the_kind(self, pictures: Pictures) -> None:
        vlm, encoded = pictures.vlm, pictures.encoded
        asked = [q for q in ASKED if q.absent is not None]
        for row in vlm.answer(encoded, [asked] * len(encoded)):
            for guess in row:
                assert isinstance(guess, Guess)
                hidden = guess.probabilities[-1]
                gone = guess.probabilities[0] >= 0.5 * sum(guess.probabilities[:-1])
                assert (guess.option == -2) == (hidden >= 0.5)
                assert hidden >= 0.5 or (guess.option == 0) == gone


def _same(got: Guess | Unanswered, want: Guess | Unanswered) -> None:
    """Equal answers; sums of another order may differ in their last bits."""
    assert isinstance(got, Guess)
    assert isinstance(want, Guess)
    assert (got.category, got.option) == (want.category, want.option)
    assert got.probabilities == pytest.approx(want.probabilities, abs=2e-5)
