"""An evaluation job on a debug checkpoint: every number named, paired, repeatable; absent models stay absent."""

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper
from PIL import Image

from anyone_gpu.annotate.learn import Answered, learn
from anyone_gpu.annotate.protocol import Question, question_to_json
from anyone_gpu.annotate.store_vlm import store_vlm
from anyone_gpu.annotate.vlm_file import Surroundings
from anyone_gpu.config import Config, load_config
from anyone_gpu.evaluate.evaluation import read_settings, run_evaluation
from anyone_gpu.evaluate.frechet import NAME, frechet_metric
from anyone_gpu.evaluate.judge import judge_pictures, parse_parts, said_answers
from anyone_gpu.evaluate.metric import Identity
from anyone_gpu.evaluate.models import Network, open_network
from anyone_gpu.evaluate.sampling import SamplerConfig, generate, png_bytes
from anyone_gpu.evaluate.validation import validate
from anyone_gpu.objects import FileObjects, ObjectRef, get_checked, put_object, sha256_hex
from anyone_gpu.train.attention import supervise
from anyone_gpu.train.checkpoint import load_checkpoint
from anyone_gpu.train.dataset import Dataset, open_dataset
from anyone_gpu.train.model import load_model
from anyone_gpu.train.recipes import debug, read_recipe, recipe_json
from anyone_gpu.train.trainer import Run, train
from anyone_gpu.work import Cancelled, Job
from tests.annotate.tiny_instructblip import save_tiny
from tests.train.drawn import COLOURS, draw_figure, write_version
from tests.train.told import Told

SMALL = {"n_validation": 4, "n_images": 4, "sampler_steps": 3}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluate")


@pytest.fixture(scope="module")
def config(home: Path) -> Config:
    env = {
        "OBJECTS_URL": (home / "objects").as_uri(),
        "SERVICE_TOKEN": "x",
        "ANYONE_HOME": str(home),
        "MODELS_DIR": str(home / "none"),
    }
    return load_config(env)


@pytest.fixture(scope="module")
def objects(home: Path) -> FileObjects:
    return FileObjects(home / "objects")


@pytest.fixture(scope="module")
def release(objects: FileObjects) -> ObjectRef:
    return write_version(objects, 16)


@pytest.fixture(scope="module")
def dataset(objects: FileObjects, release: ObjectRef, config: Config) -> Dataset:
    return open_dataset(objects, release, config.cache_dir)


@pytest.fixture(scope="module")
def checkpoint(objects: FileObjects, dataset: Dataset) -> ObjectRef:
    told = Told()
    train(Run("run-1", 1, "run/run-1/attempt-1", debug(), 0), dataset, objects, told)
    return told.checkpoints[-1][1]


def a_job(release: ObjectRef, checkpoint: ObjectRef, **more: Any) -> Job:
    refs = {"dataset": release, "checkpoint": checkpoint}
    named = {name: {"key": ref.key, "sha256": ref.sha256} for name, ref in refs.items()}
    return Job("evaluation-1", "evaluation", 1, "run/evaluation-1/attempt-1", {**named, **SMALL, **more})


@pytest.fixture(scope="module")
def result(objects: FileObjects, release: ObjectRef, checkpoint: ObjectRef, config: Config) -> dict[str, Any]:
    return run_evaluation(a_job(release, checkpoint), objects, Told(), config)


def test_every_number_carries_method_model_tier_n_and_seed(result: dict[str, Any], checkpoint: ObjectRef) -> None:
    metrics = {metric["name"]: metric for metric in result["metrics"]}
    for name in ("loss_validation", "in_mask_share", "in_mask_attention"):
        metric = metrics[name]
        assert metric["state"] == "measured" and metric["low"] <= metric["value"] <= metric["high"]
        assert metric["n"] == 4 and metric["seed"] == 0 and metric["method"]
        assert metric["model"] == {
            "slot": "diffusion", "model": "debug", "version": "run-1@12", "sha256": checkpoint.sha256, "tier": "embedded"
        }  # fmt: skip
    assert json.loads(json.dumps(result)) == json.loads(json.dumps(result, allow_nan=False))


def test_what_has_no_model_is_unavailable_with_its_reason(result: dict[str, Any]) -> None:
    metrics = {metric["name"]: metric for metric in result["metrics"]}
    assert "manifest.json is missing" in metrics[NAME]["reason"]
    assert "no labeller was named" in metrics["attribute_accuracy"]["reason"]
    for name in (NAME, "attribute_accuracy", "attribute_accuracy_real"):
        assert metrics[name]["state"] == "unavailable" and metrics[name]["value"] is None
    assert not [name for name in metrics if "fid" in name.lower()]


def test_the_same_evaluation_gives_the_same_numbers_and_pictures(
    result: dict[str, Any], objects: FileObjects, release: ObjectRef, checkpoint: ObjectRef, config: Config
) -> None:
    again = run_evaluation(a_job(release, checkpoint), objects, Told(), config)
    assert again == result
    grid = Image.open(io.BytesIO(get_checked(objects, ObjectRef(**result["grid"]))))
    assert grid.format == "PNG" and grid.width > 200


def test_validation_is_paired_by_sample_and_independent_of_the_batch(
    dataset: Dataset, objects: FileObjects, checkpoint: ObjectRef
) -> None:
    model, recipe = load_model(load_checkpoint(objects, checkpoint))
    guide = supervise(model.unet, recipe.hola.layers, mode="released", beta=0.0)
    items = dataset.split("validation")
    whole = validate(model, guide, items, recipe, seed=1)
    single = validate(model, guide, items[::-1], recipe, seed=1, batch=1)
    np.testing.assert_allclose(whole.loss, single.loss[::-1], rtol=1e-4)
    np.testing.assert_allclose(whole.share, single.share[::-1], rtol=1e-4)
    assert validate(model, guide, items, recipe, seed=2).loss != whole.loss


def test_a_checkpoint_is_evaluated_with_its_averages_and_its_own_recipe(objects: FileObjects, checkpoint: ObjectRef) -> None:
    loaded = load_checkpoint(objects, checkpoint)
    model, recipe = load_model(loaded)
    assert recipe == read_recipe(json.loads(json.dumps(recipe_json(debug()))))
    average = loaded.tensors("ema.safetensors")
    assert all(torch.equal(average[f"unet.{name}"], value) for name, value in model.unet.state_dict().items())


def test_pictures_have_their_buckets_size_and_their_seeds_noise(
    dataset: Dataset, objects: FileObjects, checkpoint: ObjectRef
) -> None:
    model, recipe = load_model(load_checkpoint(objects, checkpoint))
    items = dataset.split("test")
    first = generate(model, recipe, items, SamplerConfig(steps=2), seed=0)
    assert {picture.size for picture in first.values()} == {(32, 32), (24, 48)}
    other = generate(model, recipe, items, SamplerConfig(steps=2), seed=1)
    assert all(first[i].tobytes() != other[i].tobytes() for i in first)


class Oracle:
    """A judge that answers with the truth of the drawings, or with nothing seen."""

    identity = Identity("vlm", "oracle", "1", "", "none")

    def __init__(self, truth: dict[str, dict[str, str]], blind_to: str = "") -> None:
        self._truth, self._blind_to = truth, blind_to

    def knows(self, category: str) -> bool:
        return category != "hair.color"

    def answers(self, picture: Image.Image, key: str, categories: Sequence[str]) -> dict[str, str | None]:
        return {name: None if name == self._blind_to else self._truth[key][name] for name in categories}


def test_accuracy_counts_what_the_caption_says_and_the_judge_knows(dataset: Dataset) -> None:
    items = dataset.split("test")
    truth = {item.asset_id: dict(item.answers) for item in items}
    pictures = {item.asset_id: Image.new("RGB", (8, 8)) for item in items}
    perfect = judge_pictures(Oracle(truth), items, pictures)
    assert set(perfect.shares) == {1.0} and perfect.asked == 3 * len(items)
    blind = judge_pictures(Oracle(truth, blind_to="top.color"), items, pictures)
    assert blind.shares == (pytest.approx(2 / 3),) * len(items)
    assert blind.by_category["top.color"] == (0, len(items))
    assert "hair.color" in said_answers(items[0])


def some_pictures(seed: int, count: int) -> list[Image.Image]:
    rng = np.random.default_rng(seed)
    return [Image.fromarray(rng.integers(0, 256, (12, 8, 3), dtype=np.uint8)) for _ in range(count)]


def a_network(folder: Path, name: str, node: Any, inputs: dict[str, Any], outputs: dict[str, Any]) -> Network:
    """A tiny ONNX model listed in a manifest: exercises the real loading and running code."""
    typed = [
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in side.items()] for side in (inputs, outputs)
    ]
    model = helper.make_model(helper.make_graph(node, name, *typed), opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    data = model.SerializeToString()
    (folder / f"{name}.onnx").write_bytes(data)
    entry = {
        "slot": name,
        "model": "tiny",
        "version": "1",
        "file": f"{name}.onnx",
        "sha256": sha256_hex(data),
        "tier": "embedded",
    }
    path = folder / "manifest.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**known, name: entry}))
    return open_network(folder, name)


MODELS = Path(__file__).parents[4] / ".anyone/models"


def tiny_inception(folder: Path) -> Network:
    """Mean colours instead of 2048 features."""
    mean = [helper.make_node("ReduceMean", ["input"], ["features"], axes=[1, 2], keepdims=0)]
    return a_network(folder, "inception", mean, {"input": ["n", 299, 299, 3]}, {"features": ["n", 3]})


def tiny_parser(folder: Path) -> tuple[Network, Network]:
    """Part 1 where red is above 150, background elsewhere."""
    taps = [helper.make_node("Identity", ["input"], ["stride_2"])]
    encoder = a_network(folder, "encoder", taps, {"input": [1, 256, 128, 3]}, {"stride_2": [1, 256, 128, 3]})

    def constant(name: str, kind: int, shape: list[int], value: float) -> Any:
        return helper.make_node("Constant", [], [name], value=helper.make_tensor(name, kind, shape, [value]))

    nodes = [
        helper.make_node("Transpose", ["stride_2"], ["planes"], perm=[0, 3, 1, 2]),
        *(constant(name, TensorProto.INT64, [1], value) for name, value in (("start", 0), ("end", 1), ("axis", 1))),
        helper.make_node("Slice", ["planes", "start", "end", "axis"], ["red"]),
        constant("level", TensorProto.FLOAT, [1, 1, 1, 1], 150.0),
        helper.make_node("Shape", ["red"], ["shape"]),
        helper.make_node("Expand", ["level", "shape"], ["flat"]),
        helper.make_node("Concat", ["flat", "red"], ["logits"], axis=1),
    ]
    shape = [1, 256, 128, 3]
    return encoder, a_network(folder, "parsing", nodes, {"rgb": shape, "stride_2": shape}, {"logits": [1, 2, 256, 128]})


def test_with_its_models_built_every_metric_is_measured(
    objects: FileObjects, release: ObjectRef, checkpoint: ObjectRef, config: Config, tmp_path: Path
) -> None:
    tiny_inception(tmp_path), tiny_parser(tmp_path)
    labeller = a_labeller(objects)
    named = {"key": labeller.key, "sha256": labeller.sha256, "id": "embedded-1"}
    found = run_evaluation(a_job(release, checkpoint, labeller=named), objects, Told(), replace(config, models_dir=tmp_path))
    metrics = {metric["name"]: metric for metric in found["metrics"]}
    assert {metric["state"] for metric in metrics.values()} == {"measured"}
    for name in ("attribute_accuracy", "attribute_accuracy_real"):
        assert metrics[name]["model"]["sha256"] == labeller.sha256 and metrics[name]["n"] == 4
        assert 0 <= metrics[name]["value"] <= 1
    assert set(found["by_category"]) == {"top.color", "bottom.color"}
    assert sum(asked for _, asked in found["by_category"].values()) == 8
    assert metrics[NAME]["model"]["model"] == "tiny"


def test_a_large_model_judges_by_the_protocols_questions(
    objects: FileObjects, release: ObjectRef, checkpoint: ObjectRef, config: Config, tmp_path: Path
) -> None:
    tiny_parser(tmp_path)
    options = tuple(COLOURS)
    questions = [
        Question(n, f"{part}.color", options, ids, f"Which colour is the {part}?")
        for n, part, ids in ((1, "top", (4,)), (2, "bottom", (6,)))
    ]
    save_tiny(tmp_path / "vlm" / "tiny", questions)
    draft = {"format": 1, "adapter": "instructblip", "version": "tiny-0", "folder": "tiny", "tier": "embedded"}
    labeller = store_vlm(draft, objects, Surroundings(tmp_path / "vlm"))
    named = {name: labeller[name] for name in ("id", "key", "sha256")}
    asked = {**named, "questions": [question_to_json(q) for q in questions]}
    found = run_evaluation(a_job(release, checkpoint, labeller=asked), objects, Told(), replace(config, models_dir=tmp_path))
    metrics = {metric["name"]: metric for metric in found["metrics"]}
    for name in ("attribute_accuracy", "attribute_accuracy_real"):
        assert metrics[name]["state"] == "measured", metrics[name]["reason"]
        assert metrics[name]["model"]["sha256"] == labeller["sha256"] and metrics[name]["n"] == 4
    assert sum(asked for _, asked in found["by_category"].values()) == 8


def a_labeller(objects: FileObjects) -> ObjectRef:
    """The embedded labeller, fine-tuned on drawn figures with their true part maps."""
    options = tuple(COLOURS)
    questions = [Question(n, f"{part}.color", options, ids) for n, part, ids in ((1, "top", (4,)), (2, "bottom", (6,)))]
    pictures = []
    for seed in range(40):
        image, parts, record = draw_figure(seed)
        for key, picture in ((f"asset/{seed}.png", image), (f"part-map/{seed}.png", parts)):
            objects.put(key, png_bytes(picture))
        answers = {q.category: options.index(record["answers"][q.id]) for q in questions}
        pictures.append(Answered(str(seed), f"asset/{seed}.png", f"part-map/{seed}.png", None, answers))
    learned = learn(objects, pictures, questions, version="embedded-1", effort="quick")
    return put_object(objects, "labeller/embedded-1.safetensors", learned.data)


def test_the_frechet_metric_names_its_network_and_grows_with_the_difference(tmp_path: Path) -> None:
    network = tiny_inception(tmp_path)
    near = frechet_metric(network, some_pictures(0, 8), some_pictures(1, 8), seed=0)
    dark = [picture.point(lambda v: v // 3) for picture in some_pictures(1, 8)]
    far = frechet_metric(network, some_pictures(0, 8), dark, seed=0)
    assert near.name == "frechet-nsfwjs-inception" and near.model == network.identity and near.n == 8
    assert near.value is not None and far.value is not None and far.value > 10 * near.value
    assert far.low is not None and far.high is not None and far.low < far.value < far.high


def test_a_generated_picture_is_parsed_in_its_own_shape(tmp_path: Path) -> None:
    encoder, decoder = tiny_parser(tmp_path)
    picture = Image.new("RGB", (60, 80), (20, 20, 20))
    picture.paste((250, 20, 20), (0, 40, 60, 80))
    parts = parse_parts(encoder, decoder, picture)
    assert parts.shape == (80, 60) and parts.dtype == np.uint8
    assert parts[:38].max() == 0 and parts[42:].min() == 1


def test_the_parser_that_the_platform_builds_takes_what_the_judge_gives_it() -> None:
    encoder, decoder = (open_network(MODELS, name) for name in ("encoder", "parsing"))
    parts = parse_parts(encoder, decoder, Image.new("RGB", (60, 80), (120, 160, 200)))
    assert parts.shape == (80, 60) and (parts == 0).mean() > 0.5


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"checkpoint": None}, "lacks or mistypes"),
        ({"n_images": 1}, "at least 2"),
        ({"seed": "a"}, "seed must be a whole number"),
    ],
)
def test_a_wrong_configuration_is_named(release: ObjectRef, checkpoint: ObjectRef, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_settings({**a_job(release, checkpoint).config, **wrong})


def test_a_cancelled_evaluation_stops(objects: FileObjects, release: ObjectRef, checkpoint: ObjectRef, config: Config) -> None:
    with pytest.raises(Cancelled):
        run_evaluation(a_job(release, checkpoint), objects, Told(stop="cancel"), config)
