"""`python -m anyone_gpu.main serve | work`: the worker's two roles."""

import argparse
import json
import logging
import sys
import time
from typing import Any

from anyone_gpu.config import Config, load_config


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="anyone_gpu", description="The GPU worker of Annotate Anyone.")
    parser.add_argument(
        "role", choices=("serve", "work"), help="serve: answer inference calls; work: take jobs from the trainer"
    )
    role = parser.parse_args(arguments).role
    try:
        config = load_config()
        _log_as_json(config.log_level, f"gpu-worker.{role}")
        _run(role, config)
    except (ValueError, OSError) as stop:  # PermissionError, a taken port, a wrong variable: one sentence, no trace
        print(f"anyone_gpu {role}: {stop}", file=sys.stderr)
        return 1
    return 0


def _run(role: str, config: Config) -> None:
    # Each role loads only its own libraries: they take seconds and hundreds of megabytes.
    if role == "serve":
        from anyone_gpu.server import serve

        serve(config)
    else:
        from anyone_gpu.worker import work

        work(config)


class _JsonLines(logging.Formatter):
    """One JSON object a line, as the other services log: what stands in `extra` becomes its fields."""

    _own = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"level": record.levelname.lower(), "time": int(time.time() * 1000), "name": self._name}
        line |= {key: value for key, value in vars(record).items() if key not in self._own}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps({**line, "msg": record.getMessage()}, default=str)


def _log_as_json(level: str, name: str) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_JsonLines(name))
    logging.basicConfig(level=getattr(logging, level.upper(), logging.INFO), handlers=[handler], force=True)


if __name__ == "__main__":
    sys.exit(main())
