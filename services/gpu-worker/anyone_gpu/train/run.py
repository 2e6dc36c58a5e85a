"""A `diffusion` job: from the lease's configuration to the trainer's loop."""

from typing import Any

from anyone_gpu.config import Config
from anyone_gpu.objects import ObjectRef, Objects
from anyone_gpu.train.dataset import open_dataset
from anyone_gpu.train.recipes import build_recipe
from anyone_gpu.train.trainer import Run, train
from anyone_gpu.work import Job, Report


def run_diffusion(job: Job, objects: Objects, report: Report, config: Config) -> dict[str, Any]:
    """Raises ValueError for a configuration that no retry would heal."""
    try:
        manifest = ObjectRef(job.config["dataset"]["key"], job.config["dataset"]["sha256"])
        recipe = build_recipe(job.config["recipe"], job.config.get("overrides"))
        seed = int(job.config.get("seed", 0))
    except (KeyError, TypeError) as wrong:
        raise ValueError(f"the run's configuration lacks or mistypes {wrong}") from wrong
    dataset = open_dataset(objects, manifest, config.cache_dir)
    return train(Run(job.run_id, job.attempt, job.prefix, recipe, seed, job.resume), dataset, objects, report)
