"""A process that trains the debug recipe and may be killed: `run_debug.py <folder> <manifest sha256> <attempt> <rows file>`.

It goes on from whatever checkpoints the rows files of earlier attempts name, newest first, as a trainer would offer them.
"""

import json
import sys
from pathlib import Path

from anyone_gpu.objects import FileObjects, ObjectRef
from anyone_gpu.train.dataset import open_dataset
from anyone_gpu.train.recipes import debug
from anyone_gpu.train.trainer import Run, train
from tests.train.told import Told

folder, sha256, attempt, rows = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
objects = FileObjects(folder / "objects")
lines = [json.loads(line) for file in sorted(folder.glob("*.rows")) for line in file.read_text().splitlines()]
said = sorted(((line[1], line[2], line[3]) for line in lines if line[0] == "checkpoint"), reverse=True)
dataset = open_dataset(objects, ObjectRef("version/1/manifest.json", sha256), folder / "cache")
resume = [ObjectRef(key, sha) for _, key, sha in said]
train(Run("run-1", attempt, f"run/run-1/attempt-{attempt}", debug(), 3, resume), dataset, objects, Told(rows, pause=0.15))
