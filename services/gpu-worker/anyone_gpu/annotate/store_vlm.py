"""Makes a labeller's file of a large model: `python -m anyone_gpu.annotate.store_vlm DRAFT.json`.

DRAFT.json is what `vlm_file.py` describes, without `files`: the hashes of the folder's files are filled in. The model is
loaded (or its server's address looked at), then the file is stored, and what a row of `labellers` needs is printed. The
environment is the worker's.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from anyone_gpu.config import load_config
from anyone_gpu.objects import Objects, open_objects, put_object, sha256_hex

from .open_vlm import open_vlm
from .vlm_file import Surroundings, read_vlm_file
from .weights import hashes_of


def store_vlm(draft: dict[str, Any], objects: Objects, around: Surroundings) -> dict[str, Any]:
    """Draft -> `{id, model, tier, key, sha256, calibrated}` of the stored file; the same draft and weights, the same key.

    Raises what opening the model raises: a file that nobody could answer by is not stored.
    """
    whole = dict(draft)
    if whole.get("folder") and around.models is not None:
        whole["files"] = hashes_of(around.models / str(whole["folder"]))
    data = json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()
    digest = sha256_hex(data)
    identity = open_vlm(read_vlm_file(data, digest), around).identity
    ref = put_object(objects, f"labellers/{digest}.json", data)
    return {
        "id": identity.version,
        "model": identity.model,
        "tier": identity.tier,
        "key": ref.key,
        "sha256": ref.sha256,
        "calibrated": identity.calibrated,
    }


def main(draft_file: str) -> None:
    """See above."""
    config = load_config()
    around = Surroundings(config.models_dir / "vlm", config.vlm_url, config.vlm_api_key)
    draft = json.loads(Path(draft_file).read_text())
    print(json.dumps(store_vlm(draft, open_objects(config.objects_url, config), around)))


if __name__ == "__main__":
    main(sys.argv[1])
