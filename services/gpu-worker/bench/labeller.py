"""Trains a labeller for `npm run bench -- labeller`: `python bench/labeller.py FOLDER JOB.json`, run in services/gpu-worker.

JOB.json is the configuration of a labeller job; FOLDER holds the objects. Writes the labeller under FOLDER and prints
`{"key", "sha256", "facts"}`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

from anyone_gpu.annotate.fine_tune import answered_from_json, questions_from_json
from anyone_gpu.annotate.learn import learn
from anyone_gpu.objects import FileObjects, put_object


def main(folder: str, job_file: str) -> None:
    """See above."""
    torch.set_num_threads(1)
    objects = FileObjects(Path(folder))
    job = json.loads(Path(job_file).read_text())
    learned = learn(
        objects,
        [answered_from_json(p) for p in job["pictures"]],
        questions_from_json(job["questions"]),
        version=job["labeller"],
        effort=job["effort"],
        cache_dir=Path(folder) / "cache",
    )
    ref = put_object(objects, f"{job['labeller']}.safetensors", learned.data)
    print(json.dumps({"key": ref.key, "sha256": ref.sha256, "facts": learned.facts}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
