"""InstructBLIP through its real classes, processor and files, with small random weights: nothing here says how good it is."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from anyone_gpu.annotate.calibrate import FEWEST, fit_temperature, probabilities
from anyone_gpu.annotate.closed_reply import choices
from anyone_gpu.annotate.instructblip import InstructBlip, open_instructblip, option_ids, pixels_of, prompt_of
from anyone_gpu.annotate.look import PERSON, cut_view
from anyone_gpu.annotate.picture import read_picture
from anyone_gpu.annotate.protocol import Question
from anyone_gpu.annotate.vlm import Guess
from anyone_gpu.annotate.vlm_file import Surroundings, VlmFile, read_vlm_file
from anyone_gpu.annotate.weights import hashes_of
from anyone_gpu.objects import CorruptObject, MissingObject, sha256_hex

from .conformance.vlm import ASKED, HARMED, Make, ScoringConformance
from .figures import Figure
from .tiny_instructblip import save_tiny


@pytest.fixture(scope="module", params=["llama", "opt", "t5"])
def models(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models with one InstructBLIP in it, over one kind of language model."""
    folder = tmp_path_factory.mktemp("models")
    save_tiny(folder / "tiny", ASKED, request.param)
    return folder


def file_of(models: Path, **more: object) -> VlmFile:
    raw = {"format": 1, "adapter": "instructblip", "version": "tiny-1", "folder": "tiny", "tier": "embedded", **more}
    data = json.dumps({"files": hashes_of(models / "tiny"), **raw}).encode()
    return read_vlm_file(data, sha256_hex(data))


def load(models: Path, **more: object) -> InstructBlip:
    return open_instructblip(file_of(models, **more), Surroundings(models))


class TestInstructBlip(ScoringConformance):
    unaskable = Question(25, "top.color", ("white", "black"), (4,), "")

    @pytest.fixture
    def make(self, models: Path) -> Make:
        return lambda: load(models)

    @pytest.fixture
    def broken(self, models: Path) -> Make:
        def harm() -> InstructBlip:
            vlm = load(models)
            word = vlm.processor.qformer_tokenizer.convert_tokens_to_ids("lower")  # stands in the harmed question alone
            with torch.no_grad():
                vlm.model.qformer.embeddings.word_embeddings.weight[word] = torch.nan
            return vlm

        return harm


@pytest.fixture
def vlm(models: Path) -> InstructBlip:
    return load(models)


def test_the_score_is_the_models_own_likelihood_of_the_words(vlm: InstructBlip, figures: list[Figure]) -> None:
    """Against the class's own forward over the whole sequence, with the processor's own inputs, one option at a time."""
    picture = read_picture(figures[60].image, figures[60].parts)
    seen, question = vlm.encode(picture, "x"), ASKED[0]
    got = vlm.scores([(seen, question)])[0]
    for place, option in enumerate(choices(question.options)):
        prompt = prompt_of(question)
        inputs = vlm.processor(images=[cut_view(picture, PERSON)], text=[prompt], return_tensors="pt")
        ids = option_ids(vlm.processor.tokenizer, prompt, option)
        if vlm.model.language_model.config.is_encoder_decoder:
            with torch.no_grad():
                logits = vlm.model(**inputs, labels=torch.tensor([ids])).logits[0]
        else:
            inputs["input_ids"] = torch.cat([inputs["input_ids"], torch.tensor([ids])], 1)
            inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
            with torch.no_grad():
                logits = vlm.model(**inputs).logits[0, -len(ids) - 1 : -1]
        wanted = logits.log_softmax(-1)[range(len(ids)), ids].mean()
        assert got[place] == pytest.approx(float(wanted), abs=1e-4)


def test_the_vision_encoder_sees_a_picture_once_for_all_questions(vlm: InstructBlip, figures: list[Figure]) -> None:
    seen_count = []
    handle = vlm.model.vision_model.register_forward_hook(lambda *_: seen_count.append(1))
    seen = [vlm.encode(read_picture(f.image, f.parts), f.name) for f in figures[60:63]]
    vlm.answer(seen, [ASKED] * 3)
    handle.remove()
    assert len(seen_count) == 3


def test_answers_depend_on_the_picture_and_on_the_crop(models: Path, vlm: InstructBlip, figures: list[Figure]) -> None:
    one, other = (vlm.encode(read_picture(f.image, f.parts), f.name) for f in figures[60:62])
    hat = next(q for q in ASKED if q.id == "hat.type")
    assert not np.allclose(vlm.scores([(one, hat)])[0], vlm.scores([(other, hat)])[0], atol=1e-5)
    cropping = load(models, crops=True)
    picture = read_picture(figures[60].image, figures[60].parts)
    cropped = cropping.scores([(cropping.encode(picture, "x"), hat)])[0]
    assert not np.allclose(vlm.scores([(one, hat)])[0], cropped, atol=1e-5)


def test_a_temperature_flattens_and_says_that_it_was_fitted(models: Path, figures: list[Figure]) -> None:
    plain, flat = load(models), load(models, temperature=20)
    assert (plain.identity.calibrated, flat.identity.calibrated) == (False, True)
    picture = read_picture(figures[60].image, figures[60].parts)
    for one, other in zip(*(v.answer([v.encode(picture, "x")], [ASKED])[0] for v in (plain, flat)), strict=True):
        assert isinstance(one, Guess)
        assert isinstance(other, Guess)
        assert np.std(other.probabilities) < np.std(one.probabilities)


def test_a_fitted_temperature_is_the_one_the_answers_were_drawn_at() -> None:
    random = np.random.default_rng(0)
    scores = [random.normal(0, 3, 5) for _ in range(4000)]
    drawn = [int(random.choice(5, p=np.exp(probabilities(row, 2.5)))) for row in scores]
    assert fit_temperature(scores, drawn) == pytest.approx(2.5, rel=0.1)
    assert fit_temperature(scores[: FEWEST - 1], drawn[: FEWEST - 1]) is None
    assert fit_temperature(scores, [-1] * 4000) is None


def test_weights_are_what_their_file_says_or_are_refused(models: Path, tmp_path: Path) -> None:
    file = file_of(models)
    shutil.copytree(models, tmp_path, dirs_exist_ok=True)
    around, weights = Surroundings(tmp_path), tmp_path / "tiny" / "model.safetensors"
    for harmful in ("../tiny", "/etc", ".", ""):
        with pytest.raises(ValueError, match="no folder under"):
            open_instructblip(replace(file, folder=harmful), around)
    with pytest.raises(MissingObject, match="put the model's files there"):
        open_instructblip(replace(file, folder="other"), around)
    with pytest.raises(MissingObject, match="MODELS_DIR"):
        open_instructblip(file, Surroundings())
    with pytest.raises(ValueError, match=r"no \.safetensors"):
        open_instructblip(replace(file, files={"model.bin": "0"}), around)
    (tmp_path / "tiny" / "extra.json").write_text("{}")
    with pytest.raises(CorruptObject, match=r"extra\.json"):
        open_instructblip(file, around)
    (tmp_path / "tiny" / "extra.json").unlink()
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(CorruptObject, match="was changed"):
        open_instructblip(file, around)
    weights.write_bytes(b"nonsense")
    with pytest.raises(ValueError, match="can't be loaded"):
        open_instructblip(replace(file, files=hashes_of(tmp_path / "tiny")), around)


def test_pixels_are_those_of_the_published_preprocessing(vlm: InstructBlip, figures: list[Figure]) -> None:
    """CLIP's mean and deviation of RGB (OpenAI 2021), after a resize that keeps no aspect."""
    picture = read_picture(figures[60].image, figures[60].parts)
    flat = cut_view(picture, PERSON).resize((30, 90))
    flat.paste((128, 64, 32), (0, 0, 30, 90))
    pixels = pixels_of(vlm.processor, [flat])[0, :, 5, 5].numpy()
    mean, std = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
    assert pixels == pytest.approx([(v / 255 - m) / s for v, m, s in zip((128, 64, 32), mean, std, strict=True)], abs=1e-5)


def test_the_harmed_question_is_the_only_one_with_its_word() -> None:
    assert [q.category for q in ASKED if "lower" in q.text] == [HARMED]
