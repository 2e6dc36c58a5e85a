"""A report that keeps what a job said, in memory or as lines of a file that outlive a killed process."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

from anyone_gpu.objects import ObjectRef
from anyone_gpu.work import Stop


class Told:
    def __init__(self, file: Path | None = None, *, stop: Stop | None = None, stop_at: int = 0, pause: float = 0) -> None:
        self.rows: dict[tuple[int, str], float] = {}
        self.checkpoints: list[tuple[int, ObjectRef]] = []
        self.step = 0
        self._file, self._stop, self._stop_at, self._pause = file, stop, stop_at, pause

    def metrics(self, step: int, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            # Speed is the one row that may differ between two equal runs.
            if name != "images_per_s":
                self.rows[step, name] = value
                self._write("row", step, name, value)
        time.sleep(self._pause)

    def checkpoint(self, step: int, manifest: ObjectRef) -> None:
        self.checkpoints.append((step, manifest))
        self._write("checkpoint", step, manifest.key, manifest.sha256)

    def progress(self, step: int) -> None:
        self.step = step

    def should_stop(self) -> Stop | None:
        return self._stop if self._stop and self.step >= self._stop_at else None

    def _write(self, *line: object) -> None:
        if self._file:
            with open(self._file, "a") as file:
                file.write(json.dumps(line) + "\n")
                file.flush()
                os.fsync(file.fileno())
