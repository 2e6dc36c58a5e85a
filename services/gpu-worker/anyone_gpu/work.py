"""The `work` role: what a job is, what it may say while it runs, and which function runs which kind.

A job's `config` is the JSON the trainer service wrote into the lease; its result is the JSON of `Done`. By kind:

diffusion   config  { "dataset": {"key", "sha256"}, "recipe": "sd15_tiny", "seed": 0,
                      "overrides": {"beta": 0, "steps": 200, ...} }      see OVERRIDES in anyone_gpu/train/recipes.py
            result  { "step": 200, "checkpoint": {"key", "sha256", "bytes"} }
evaluation  config  { "dataset": {"key", "sha256"}, "checkpoint": {"key", "sha256"}, ... }
            result  see anyone_gpu/evaluate/evaluation.py
labeller    config and result: see anyone_gpu/annotate/fine_tune.py
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from anyone_gpu.config import Config
from anyone_gpu.objects import ObjectRef, Objects

Outcome = Literal["ok", "user_error", "infra", "preempted"]
Stop = Literal["cancel", "preempt"]
KINDS = ("diffusion", "labeller", "evaluation")


@dataclass(frozen=True)
class Job:
    run_id: str
    kind: str
    attempt: int
    """The fencing token."""
    prefix: str
    """Where this attempt's objects lie, as the trainer said; no other attempt writes there."""
    config: Mapping[str, Any]
    resume: tuple[ObjectRef, ...] = field(default=())
    """Manifests of this run's checkpoints that the trainer made current, newest first."""

    def key(self, path: str) -> str:
        """The object key of a file this job writes."""
        return f"{self.prefix}/{path}"


class Report(Protocol):
    """What a running job tells the trainer. Every call returns at once; delivery is another thread's work."""

    def metrics(self, step: int, values: Mapping[str, float]) -> None:
        """Rows (step, name, value). Said twice for a step, the same row must be said."""

    def checkpoint(self, step: int, manifest: ObjectRef) -> None:
        """A checkpoint whose manifest lies in the store."""

    def progress(self, step: int) -> None:
        """How far the job is; goes along with the next renewal."""

    def should_stop(self) -> Stop | None:
        """Asked once per step. `preempt`: commit, then raise Preempted. `cancel`: raise Cancelled at once."""


class Preempted(Exception):
    """The job stopped between two steps, with everything committed: it can go on elsewhere."""


class Cancelled(Exception):
    """The job was told to stop: nobody waits for it any more."""


def run_job(job: Job, objects: Objects, report: Report, config: Config) -> dict[str, Any]:
    """Runs a job to its end and returns its result. ValueError = the job's configuration is wrong."""
    return _runner(job.kind)(job, objects, report, config)


def _runner(kind: str) -> Callable[[Job, Objects, Report, Config], dict[str, Any]]:
    # Imported on demand: torch and diffusers take seconds, and each job needs only its own.
    if kind == "diffusion":
        from anyone_gpu.train.run import run_diffusion

        return run_diffusion
    if kind == "evaluation":
        from anyone_gpu.evaluate.evaluation import run_evaluation

        return run_evaluation
    if kind == "labeller":
        from anyone_gpu.annotate.fine_tune import fine_tune

        return fine_tune
    raise ValueError(f"no such kind of job: {kind!r}; there are {', '.join(KINDS)}")
