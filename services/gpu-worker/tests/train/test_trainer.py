"""The loop: same bits after kill -9, torn checkpoints refused, stops that commit, files that open elsewhere."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diffusers import UNet2DConditionModel
from transformers import CLIPTextModel

from anyone_gpu.objects import FileObjects, ObjectRef, get_checked
from anyone_gpu.train.checkpoint import load_checkpoint
from anyone_gpu.train.dataset import Dataset, open_dataset
from anyone_gpu.train.recipes import build_recipe, debug
from anyone_gpu.train.trainer import Run, train
from anyone_gpu.work import Cancelled, Preempted
from tests.train.drawn import write_version
from tests.train.told import Told

WORKER = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ObjectRef]:
    folder = tmp_path_factory.mktemp("run")
    return folder, write_version(FileObjects(folder / "objects"), 8)


@pytest.fixture(scope="module")
def dataset(release: tuple[Path, ObjectRef]) -> Dataset:
    return open_dataset(FileObjects(release[0] / "objects"), release[1], release[0] / "cache")


@pytest.fixture(scope="module")
def whole(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[FileObjects, Told]:
    """The debug recipe with seed 3, never interrupted."""
    objects, told = FileObjects(tmp_path_factory.mktemp("whole")), Told()
    result = train(Run("run-1", 1, "run/run-1/attempt-1", debug(), 3), dataset, objects, told)
    assert result["step"] == 12 and [step for step, _ in told.checkpoints] == [4, 8, 12]
    return objects, told


def test_a_killed_run_goes_on_by_itself_with_the_same_losses_to_the_bit(
    release: tuple[Path, ObjectRef], whole: tuple[FileObjects, Told]
) -> None:
    folder, ref = release
    first, second = folder / "1.rows", folder / "2.rows"
    process = start(folder, ref, 1, first)
    wait_for_step(first, 6, process)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    killed_at = max(step for step, _ in rows(first))
    assert 6 <= killed_at < 12

    assert start(folder, ref, 2, second).wait() == 0
    resumed_from = min(step for step, _ in rows(second)) - 1
    assert resumed_from in (4, 8)
    assert {**rows(first), **rows(second)} == whole[1].rows
    assert rows(first).items() <= whole[1].rows.items()


def test_after_the_kill_every_saved_byte_is_that_of_an_uninterrupted_run(
    release: tuple[Path, ObjectRef], whole: tuple[FileObjects, Told]
) -> None:
    """Runs after the kill above; weights, averages, moments, cursor: equal hashes."""
    objects = FileObjects(release[0] / "objects")
    resumed = json.loads(objects.get("run/run-1/attempt-2/step-00000012/manifest.json"))
    straight = json.loads(whole[0].get("run/run-1/attempt-1/step-00000012/manifest.json"))
    assert {k: v["sha256"] for k, v in resumed["files"].items()} == {k: v["sha256"] for k, v in straight["files"].items()}


@pytest.mark.parametrize("harm", ["torn", "altered", "missing", "manifest"])
def test_a_bad_checkpoint_is_refused_and_the_last_good_one_used(
    harm: str, dataset: Dataset, whole: tuple[FileObjects, Told], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    objects = FileObjects(tmp_path)
    for key in whole[0].list("run/"):
        objects.put(key, whole[0].get(key))
    refs = [ref for step, ref in reversed(whole[1].checkpoints) if step < 12]
    weights = refs[0].key.replace("manifest.json", "unet/diffusion_pytorch_model.safetensors")
    data = bytearray(objects.get(weights))
    if harm == "torn":
        objects.put(weights, bytes(data[: len(data) // 2]))
    elif harm == "altered":
        data[-3] ^= 1
        objects.put(weights, bytes(data))
    elif harm == "missing":
        (tmp_path / weights).unlink()
    else:
        objects.put(refs[0].key, objects.get(refs[0].key).replace(b'"seed":3', b'"seed":4'))
    told = Told()
    train(Run("run-1", 2, "run/run-1/attempt-2", debug(), 3, refs), dataset, objects, told)
    assert min(step for step, _ in told.rows) == 5, "went on from step 4, not from the harmed step 8"
    assert told.rows.items() <= whole[1].rows.items()
    assert "checkpoint refused" in caplog.text


def test_a_checkpoint_of_another_recipe_seed_or_run_is_not_gone_on_from(
    dataset: Dataset, whole: tuple[FileObjects, Told]
) -> None:
    ref = whole[1].checkpoints[-1][1]
    short = build_recipe("debug", {"steps": 1})
    for run in (
        Run("run-1", 2, "run/run-1/attempt-2", short, 3, [ref]),
        Run("run-1", 2, "run/run-1/attempt-2", replace(debug(), steps=1), 4, [ref]),
    ):
        told = Told()
        train(run, dataset, whole[0], told)
        assert told.step == 1


def test_a_preempted_run_commits_its_step_and_goes_on_from_there(
    dataset: Dataset, whole: tuple[FileObjects, Told], tmp_path: Path
) -> None:
    objects, told = FileObjects(tmp_path), Told(stop="preempt", stop_at=6)
    with pytest.raises(Preempted, match="step 6"):
        train(Run("run-1", 1, "run/run-1/attempt-1", debug(), 3), dataset, objects, told)
    assert [step for step, _ in told.checkpoints] == [4, 6]
    after = Told()
    train(
        Run("run-1", 2, "run/run-1/attempt-2", debug(), 3, [ref for _, ref in reversed(told.checkpoints)]),
        dataset,
        objects,
        after,
    )
    assert {**told.rows, **after.rows} == whole[1].rows


def test_a_cancelled_run_stops_and_commits_nothing(dataset: Dataset, tmp_path: Path) -> None:
    told = Told(stop="cancel", stop_at=2)
    with pytest.raises(Cancelled):
        train(Run("run-1", 1, "run/run-1/attempt-1", debug(), 3), dataset, FileObjects(tmp_path), told)
    assert told.checkpoints == [] and told.step == 2


def test_a_checkpoint_opens_in_any_diffusers_and_transformers(whole: tuple[FileObjects, Told], tmp_path: Path) -> None:
    checkpoint = load_checkpoint(whole[0], whole[1].checkpoints[-1][1])
    for path, data in checkpoint.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    unet = UNet2DConditionModel.from_pretrained(tmp_path / "unet")
    stock = UNet2DConditionModel(**debug().model.unet)
    assert unet.state_dict().keys() == stock.state_dict().keys()
    saved = checkpoint.tensors("unet/diffusion_pytorch_model.safetensors")
    assert all(torch.equal(saved[name], value) for name, value in unet.state_dict().items())
    text = CLIPTextModel.from_pretrained(tmp_path / "text_encoder")
    assert text.config.eos_token_id == text.config.vocab_size - 1
    assert not [path for path in checkpoint.files if path.endswith((".bin", ".pt", ".pkl", ".ckpt"))]


def test_averages_are_fp32_and_follow_the_weights(whole: tuple[FileObjects, Told]) -> None:
    first, last = (load_checkpoint(whole[0], whole[1].checkpoints[place][1]) for place in (0, -1))
    names = {f"unet.{name}" for name in last.tensors("unet/diffusion_pytorch_model.safetensors")}
    assert all(value.dtype == torch.float32 for value in last.tensors("ema.safetensors").values())
    assert names < last.tensors("ema.safetensors").keys()

    def distance(name: str) -> float:
        weights = last.tensors("unet/diffusion_pytorch_model.safetensors")
        source = first if name == "before" else last
        averages = source.tensors("ema.safetensors")
        return sum(float((weights[key] - averages[f"unet.{key}"]).square().sum()) for key in weights)

    assert 0 < distance("after") < distance("before")


def test_beta_zero_leaves_the_attention_to_the_noise_loss_and_still_measures_it(dataset: Dataset, tmp_path: Path) -> None:
    told = Told()
    train(
        Run("plain", 1, "run/plain/attempt-1", build_recipe("debug", {"beta": 0, "steps": 2}), 3),
        dataset,
        FileObjects(tmp_path),
        told,
    )
    assert {"loss_noise", "in_mask_share", "in_mask_attention", "hola_excess"} <= {name for _, name in told.rows}


@pytest.mark.parametrize(
    ("name", "overrides", "message"),
    [
        ("sd99", {}, "there are sd15_tiny, debug"),
        ("debug", {"lr": 1}, "may not override 'lr'"),
        ("debug", {"steps": 0}, "steps must be a whole number above 0"),
        ("debug", {"beta": float("nan")}, "beta must be"),
        ("debug", {"mode": "fast"}, "released or paper"),
    ],
)
def test_a_wrong_recipe_is_the_users_error_and_says_what_is_right(
    name: str, overrides: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        build_recipe(name, overrides)


def test_the_saved_reference_is_what_a_lease_offers(whole: tuple[FileObjects, Told]) -> None:
    step, ref = whole[1].checkpoints[0]
    manifest = json.loads(get_checked(whole[0], ref))
    assert manifest["step"] == step and manifest["dataset"]["version"] == 1 and manifest["recipe"]["name"] == "debug"


def start(folder: Path, ref: ObjectRef, attempt: int, file: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.train.run_debug", str(folder), ref.sha256, str(attempt), str(file)]
    return subprocess.Popen(command, cwd=WORKER, env={**os.environ, "OMP_NUM_THREADS": "1"})


def rows(file: Path) -> dict[tuple[int, str], float]:
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return {(line[1], line[2]): line[3] for line in lines if line[0] == "row"}


def wait_for_step(file: Path, step: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while not file.exists() or max((at for at, _ in rows(file)), default=0) < step:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
