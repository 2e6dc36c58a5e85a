"""Fine-tuning a tiny InstructBLIP: the parameters a method names move and no other does, and the answers are learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from anyone_gpu.annotate.calibrate import FEWEST
from anyone_gpu.annotate.instructblip import InstructBlip
from anyone_gpu.annotate.picture import read_picture
from anyone_gpu.annotate.protocol import Question
from anyone_gpu.annotate.tuning import METHODS, Example, Tuning, calibrate, merge, prepare, tune

from .conformance.vlm import ASKED
from .figures import Figure
from .test_instructblip import load
from .tiny_instructblip import save_tiny

TOP = ASKED[1]
QUICK = Tuning(steps=40, batch=8, peak=5e-3, warm_up=4)


@pytest.fixture(scope="module", params=["llama", "t5"])
def models(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    save_tiny(folder / "tiny", ASKED, request.param)
    return folder


def examples_of(vlm: InstructBlip, figures: list[Figure], questions: list[Question]) -> list[Example]:
    seen = [(f, vlm.encode(read_picture(f.image, f.parts), f.name)) for f in figures]
    return [Example(s, q, f.answers[q.category]) for f, s in seen for q in questions]


@pytest.mark.parametrize("method", METHODS)
def test_a_method_moves_its_parameters_and_no_other(models: Path, figures: list[Figure], method: str) -> None:
    vlm = load(models)
    named = set(prepare(vlm, method))
    before = {name: parameter.detach().clone() for name, parameter in vlm.model.named_parameters()}
    parts = {name.split(".")[0] for name in named}
    if method == "full":
        assert named == set(before)
    elif method == "qformer":
        assert parts == {"qformer", "query_tokens", "language_projection"}
    else:
        assert parts == {"language_model", "language_projection"}
        assert all("lora_" in name for name in named if name.startswith("language_model."))
    tune(vlm, examples_of(vlm, figures[:4], ASKED), Tuning(method, steps=3, batch=8, peak=1e-2, warm_up=1))
    moved = {name for name, parameter in vlm.model.named_parameters() if not torch.equal(parameter, before[name])}
    assert moved <= named
    assert parts == {name.split(".")[0] for name in moved}
    if method == "full":
        assert any(name.startswith("vision_model.") for name in moved)


@pytest.mark.parametrize("method", METHODS)
def test_answers_become_likelier_and_the_same_seed_gives_the_same_weights(
    models: Path, figures: list[Figure], method: str
) -> None:
    def run() -> tuple[list[float], np.ndarray]:
        vlm = load(models)
        prepare(vlm, method)
        examples = examples_of(vlm, figures[:12], ASKED[2:])
        losses = tune(vlm, examples, QUICK)
        return losses, vlm.scores([(examples[0].seen, TOP)])[0]

    torch.manual_seed(3)
    losses, scores = run()
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:3])
    torch.manual_seed(3)
    again, same = run()
    assert again == losses
    assert np.array_equal(scores, same)


def test_merged_updates_answer_as_the_wrapped_ones_did(models: Path, figures: list[Figure]) -> None:
    vlm = load(models)
    prepare(vlm, "lora")
    examples = examples_of(vlm, figures[:6], ASKED)
    tune(vlm, examples, Tuning("lora", steps=5, batch=8, peak=1e-2, warm_up=1))
    pairs = [(one.seen, one.question) for one in examples[:5]]
    wrapped = vlm.scores(pairs)
    merge(vlm)
    assert not any("lora_" in name for name, _ in vlm.model.named_parameters())
    for one, other in zip(vlm.scores(pairs), wrapped, strict=True):
        assert one == pytest.approx(other, abs=1e-4)


def test_a_temperature_needs_answers_enough(models: Path, figures: list[Figure]) -> None:
    vlm = load(models)
    held_out = examples_of(vlm, figures[20:30], ASKED)
    assert calibrate(vlm, held_out[: FEWEST - 1]) is None
    fitted = calibrate(vlm, held_out)
    assert fitted is not None
    assert fitted > 0


def test_nothing_to_learn_from_and_no_such_method_are_said(models: Path) -> None:
    with pytest.raises(ValueError, match="nothing to fine-tune"):
        tune(load(models), [], QUICK)
    with pytest.raises(ValueError, match="a method is one of"):
        prepare(load(models), "some")
