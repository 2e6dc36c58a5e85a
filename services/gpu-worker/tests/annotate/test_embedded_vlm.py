"""The embedded labeller keeps what every adapter of the Vlm port keeps."""

from __future__ import annotations

import pytest

from anyone_gpu.annotate.checkpoint import load_labeller
from anyone_gpu.annotate.labeller import Labeller, untrained
from anyone_gpu.annotate.learn import Learned
from anyone_gpu.annotate.protocol import Question

from .conformance.vlm import ASKED, HARMED, Make, ScoringConformance


class TestEmbedded(ScoringConformance):
    unaskable = Question(25, "top.color", ("white", "black"), (4,))

    @pytest.fixture
    def make(self, learned: Learned) -> Make:
        return lambda: load_labeller(learned.data, learned.sha256)

    @pytest.fixture
    def broken(self, learned: Learned) -> Make:
        def harm() -> Labeller:
            labeller = load_labeller(learned.data, learned.sha256)
            assert labeller.parts is not None
            labeller.parts.regression.biases[HARMED] = labeller.parts.regression.biases[HARMED] * float("nan")
            return labeller

        return harm


def test_an_untrained_one_says_that_its_confidence_was_never_compared(learned: Learned) -> None:
    assert not untrained(ASKED).identity.calibrated
    assert learned.labeller.identity.calibrated
