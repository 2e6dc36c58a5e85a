"""What the worker reads from its environment: addresses, folders and secrets, nothing else.

Sizes, steps, losses and thresholds are data: they arrive in a job's specification or stand in a recipe.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Config:
    objects_url: str
    trainer_address: str
    inference_address: str
    """Where the `serve` role listens."""
    service_token: str
    home: Path
    """The platform's folder of local state (`.anyone`): caches and logs lie under it."""
    models_dir: Path
    """Converted models with their `manifest.json`; a missing one makes a metric unavailable, never an error."""
    s3_endpoint: str | None
    s3_region: str
    log_level: str
    vlm_url: str = ""
    """An OpenAI-compatible vision server, its /v1 included, for the labellers that are asked there."""
    vlm_api_key: str = ""

    @property
    def cache_dir(self) -> Path:
        return self.home / "cache" / "gpu-worker"


def load_config(env: Mapping[str, str] | None = None) -> Config:
    """Reads the environment once. Raises ValueError with every missing name in one sentence."""
    env = os.environ if env is None else env
    missing = [name for name in ("OBJECTS_URL", "SERVICE_TOKEN") if not env.get(name)]
    if missing:
        raise ValueError(f"the environment lacks {' and '.join(missing)}: `anyone up` sets them, or see .env.example")
    home = Path(env.get("ANYONE_HOME") or ".anyone").resolve()
    return Config(
        objects_url=env["OBJECTS_URL"],
        trainer_address=env.get("TRAINER_ADDRESS") or "127.0.0.1:7072",
        inference_address=env.get("INFERENCE_ADDRESS") or "127.0.0.1:7073",
        service_token=env["SERVICE_TOKEN"],
        home=home,
        models_dir=Path(env.get("MODELS_DIR") or home / "models"),
        s3_endpoint=env.get("S3_ENDPOINT") or None,
        s3_region=env.get("S3_REGION") or "us-east-1",
        log_level=env.get("LOG_LEVEL") or "info",
        vlm_url=env.get("VLM_URL") or "",
        vlm_api_key=env.get("VLM_API_KEY") or "",
    )
