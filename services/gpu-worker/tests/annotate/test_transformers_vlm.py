"""Open vision-language models through transformers' own classes, by a small LLaVA of random weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from anyone_gpu.annotate.closed_reply import choices
from anyone_gpu.annotate.look import PERSON
from anyone_gpu.annotate.open_vlm import open_weights
from anyone_gpu.annotate.picture import read_picture
from anyone_gpu.annotate.protocol import Question
from anyone_gpu.annotate.transformers_vlm import TransformersVlm
from anyone_gpu.annotate.tuning import Example, Tuning, prepare, tune
from anyone_gpu.annotate.vlm_file import Surroundings, read_vlm_file
from anyone_gpu.annotate.weights import hashes_of
from anyone_gpu.objects import sha256_hex

from .conformance.vlm import ASKED, Make, ScoringConformance
from .figures import Figure
from .tiny_llava import save_llava


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    save_llava(folder / "tiny", ASKED)
    return folder


def load(models: Path) -> TransformersVlm:
    raw = {"format": 1, "adapter": "transformers", "version": "llava-0", "folder": "tiny", "tier": "embedded"}
    data = json.dumps({**raw, "files": hashes_of(models / "tiny")}).encode()
    vlm = open_weights(read_vlm_file(data, sha256_hex(data)), Surroundings(models))
    assert isinstance(vlm, TransformersVlm)
    return vlm


class TestTransformers(ScoringConformance):
    unaskable = Question(25, "top.color", ("white", "black"), (4,), "")

    @pytest.fixture
    def make(self, models: Path) -> Make:
        return lambda: load(models)

    @pytest.fixture
    def broken(self, models: Path) -> Make:
        def harm() -> TransformersVlm:
            vlm = load(models)
            word = vlm.processor.tokenizer.convert_tokens_to_ids("lower")  # stands in the harmed question alone
            with torch.no_grad():
                vlm.model.get_input_embeddings().weight[word] = torch.nan
            return vlm

        return harm


def test_the_score_is_the_models_own_likelihood_of_the_words(models: Path, figures: list[Figure]) -> None:
    """Against the class's own forward over the whole chat, one option at a time."""
    vlm = load(models)
    seen, question = vlm.encode(read_picture(figures[60].image, figures[60].parts), "x"), ASKED[0]
    got = vlm.scores([(seen, question)])[0]
    with torch.no_grad():
        for place in range(len(choices(question.options))):
            assert got[place] == pytest.approx(float(vlm.log_likelihood([Example(seen, question, place)])), abs=1e-4)


def test_a_picture_is_read_once_for_all_of_its_questions(models: Path, figures: list[Figure]) -> None:
    vlm, count = load(models), []
    vlm.model.model.vision_tower.register_forward_hook(lambda *_: count.append(1))
    seen = [vlm.encode(read_picture(f.image, f.parts), f.name) for f in figures[60:63]]
    vlm.answer(seen, [ASKED] * 3)
    vlm.answer(seen, [ASKED[:2]] * 3)
    assert len(count) == 3
    assert all(PERSON in one.views for one in seen)


def test_low_rank_updates_make_peoples_answers_likelier(models: Path, figures: list[Figure]) -> None:
    vlm = load(models)
    assert all("lora_" in name and "language_model" in name for name in prepare(vlm, "lora"))
    seen = [(f, vlm.encode(read_picture(f.image, f.parts), f.name)) for f in figures[:6]]
    examples = [Example(s, q, f.answers[q.category]) for f, s in seen for q in ASKED[2:]]
    losses = tune(vlm, examples, Tuning("lora", steps=20, batch=6, peak=2e-2, warm_up=2))
    assert sum(losses[-4:]) < 0.9 * sum(losses[:4])


def test_what_it_does_not_have_is_not_tuned(models: Path) -> None:
    with pytest.raises(ValueError, match="choose lora or full"):
        prepare(load(models), "qformer")
