"""The `work` role: one real worker process against a real gRPC server, through a day of its life."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from anyone_gpu.objects import FileObjects, ObjectRef
from tests.train.drawn import write_version
from tests.train.trainer_stub import TOKEN, TrainerStub, eventually

pytestmark = pytest.mark.usefixtures("worker")
WORKER = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def release(home: Path) -> ObjectRef:
    return write_version(FileObjects(home / "objects"), 8)


@pytest.fixture(scope="module")
def trainer() -> Iterator[TrainerStub]:
    stub = TrainerStub()
    yield stub
    stub.stop()


@pytest.fixture(scope="module")
def worker(home: Path, trainer: TrainerStub) -> Iterator[subprocess.Popen[str]]:
    process = start_worker(home, trainer.port, TOKEN)
    eventually(lambda: trainer.ready or process.poll() is not None)
    yield process
    process.kill()
    process.wait()


def diffusion(release: ObjectRef, **overrides: object) -> dict[str, object]:
    dataset = {"key": release.key, "sha256": release.sha256}
    return {"dataset": dataset, "recipe": "debug", "seed": 3, "overrides": overrides}


def test_it_registers_and_says_it_is_ready(trainer: TrainerStub) -> None:
    who = trainer.registered[0]
    assert who.device == "cpu" and who.torch and list(who.kinds) == ["diffusion", "labeller", "evaluation"]


def test_a_run_streams_its_metrics_checkpoints_and_result(trainer: TrainerStub, release: ObjectRef, home: Path) -> None:
    trainer.offer("diffusion", diffusion(release), "run-a", attempt=2)
    eventually(lambda: trainer.done)
    done = trainer.done[0]
    assert (done.run_id, done.attempt, done.outcome) == ("run-a", 2, "ok")
    assert {step for step, name in trainer.rows if name == "loss_noise"} == set(range(1, 13))
    assert trainer.numbers == list(range(1, len(trainer.numbers) + 1))
    assert [said.step for said in trainer.checkpoints] == [4, 8, 12]
    last = trainer.checkpoints[-1]
    assert json.loads(done.result_json)["checkpoint"]["key"] == last.manifest_key
    assert last.manifest_key.startswith("run/run-a/attempt-2/") and FileObjects(home / "objects").has(last.manifest_key)
    eventually(lambda: trainer.ready == 2)


@pytest.mark.parametrize(
    ("kind", "config", "outcome", "reason"),
    [
        ("diffusion", {"recipe": "sd99"}, "user_error", "there are sd15_tiny, debug"),
        ("diffusion", {"recipe": "debug", "dataset": {"sha256": "00"}}, "user_error", "lacks or mistypes 'key'"),
        ("diffusion", {"dataset": {"key": "version/9/none", "sha256": "00"}}, "infra", "MissingObject: no object under"),
        ("dancing", {}, "user_error", "no such kind of job"),
    ],
)
def test_a_job_that_cannot_be_run_ends_with_its_class_and_one_sentence(
    trainer: TrainerStub,
    release: ObjectRef,
    kind: str,
    config: dict[str, object],
    outcome: str,
    reason: str,
) -> None:
    trainer.done.clear()
    trainer.offer(kind, {**diffusion(release), **config}, "run-wrong")
    eventually(lambda: trainer.done)
    assert trainer.done[0].outcome == outcome
    assert reason in trainer.done[0].reason


def test_what_was_said_while_the_trainer_was_gone_arrives_afterwards(trainer: TrainerStub, release: ObjectRef) -> None:
    trainer.done.clear(), trainer.rows.clear(), trainer.numbers.clear(), trainer.checkpoints.clear()
    trainer.offer("diffusion", diffusion(release, steps=60, checkpoint_every=20), "run-b")
    eventually(lambda: len(trainer.rows) > 20)
    trainer.deaf = True
    trainer.stop()
    trainer.deaf = False
    trainer.start()
    eventually(lambda: trainer.done)
    assert {step for step, name in trainer.rows if name == "loss_noise"} == set(range(1, 61))
    assert sorted(set(trainer.numbers)) == list(range(1, max(trainer.numbers) + 1))
    assert sorted({said.step for said in trainer.checkpoints}) == [20, 40, 60]
    assert trainer.registered[-1].worker == trainer.registered[0].worker
    assert trainer.renewals[-1].step > 0


def test_a_worker_that_lost_its_lease_stops_without_a_done_and_asks_for_work(trainer: TrainerStub, release: ObjectRef) -> None:
    trainer.done.clear(), trainer.rows.clear()
    trainer.offer("diffusion", diffusion(release, steps=100_000, checkpoint_every=100_000), "run-c")
    eventually(lambda: trainer.rows)
    ready = trainer.ready
    trainer.holds = False
    eventually(lambda: trainer.ready > ready)
    trainer.holds = True
    assert trainer.done == []


def test_a_cancelled_run_ends_without_a_done(trainer: TrainerStub, release: ObjectRef) -> None:
    trainer.rows.clear()
    trainer.offer("diffusion", diffusion(release, steps=100_000, checkpoint_every=100_000), "run-d")
    eventually(lambda: trainer.rows)
    ready = trainer.ready
    trainer.reply(cancel={"run_id": "run-d", "attempt": 1, "reason": "an operator said so"})
    eventually(lambda: trainer.ready > ready)
    assert trainer.done == []


def test_sigterm_finishes_the_step_commits_and_gives_the_run_back(
    worker: subprocess.Popen[str], trainer: TrainerStub, release: ObjectRef
) -> None:
    trainer.done.clear(), trainer.rows.clear(), trainer.checkpoints.clear()
    trainer.offer("diffusion", diffusion(release, steps=100_000, checkpoint_every=100_000), "run-e")
    eventually(lambda: len(trainer.rows) > 10)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0
    assert trainer.done[0].outcome == "preempted"
    step = trainer.checkpoints[-1].step
    assert str(step) in trainer.done[0].reason and step == max(at for at, _ in trainer.rows)


def test_a_wrong_token_is_said_in_one_sentence(home: Path, trainer: TrainerStub) -> None:
    process = start_worker(home, trainer.port, "another token")
    assert process.wait(timeout=60) == 1
    assert process.stderr is not None
    lines = process.stderr.read().strip().splitlines()
    assert len(lines) == 1 and "does not accept our SERVICE_TOKEN" in lines[0]


def test_a_missing_variable_is_named() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "anyone_gpu.main", "work"],
        cwd=WORKER,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 1
    assert "the environment lacks OBJECTS_URL and SERVICE_TOKEN" in process.stderr


def start_worker(home: Path, port: int, token: str) -> subprocess.Popen[str]:
    env = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "OBJECTS_URL": (home / "objects").as_uri(),
        "ANYONE_HOME": str(home),
        "TRAINER_ADDRESS": f"127.0.0.1:{port}",
        "SERVICE_TOKEN": token,
    }
    with open(home / "worker.log", "a") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "anyone_gpu.main", "work"],
            cwd=WORKER,
            env=env,
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
        )
