"""Opens a large model as the worker would, and asks it: `python -m anyone_gpu.annotate.store_vlm TRIAL.json`.

TRIAL.json is `{"draft": {...}, "image": FILE, "parts": FILE, "question": {...}}`; `draft` is what `vlm_file.py` describes,
without `files`, which are filled in here. Prints `{"content", "answer", "confidence"}`: the whole file of the labeller, and
what it said about the picture. The environment is the worker's.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from anyone_gpu.config import load_config
from anyone_gpu.objects import CorruptObject, MissingObject, Objects, open_objects, put_object, sha256_hex

from .closed_reply import choices
from .open_vlm import open_vlm
from .picture import read_picture
from .protocol import question_from_json
from .vlm import Unanswered, VlmUnavailable
from .vlm_file import Surroundings, read_vlm_file
from .weights import hashes_of


def store_vlm(draft: dict[str, Any], objects: Objects, around: Surroundings) -> dict[str, Any]:
    """Draft -> `{id, model, tier, key, sha256, calibrated}` of the stored file; the same draft and weights, the same key.

    Raises what opening the model raises: a file that nobody could answer by is not stored.
    """
    whole = _whole(draft, around)
    data = json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()
    digest = sha256_hex(data)
    identity = open_vlm(read_vlm_file(data, digest), around, objects).identity
    ref = put_object(objects, f"labellers/{digest}.json", data)
    return {
        "id": identity.version,
        "model": identity.model,
        "tier": identity.tier,
        "key": ref.key,
        "sha256": ref.sha256,
        "calibrated": identity.calibrated,
    }


def try_vlm(trial: dict[str, Any], around: Surroundings, objects: Objects) -> dict[str, Any]:
    """The labeller's whole file, and one answer of it. Raises ValueError where it gives none."""
    content = _whole(trial["draft"], around)
    data = json.dumps(content).encode()
    vlm = open_vlm(read_vlm_file(data, sha256_hex(data)), around, objects)
    question = question_from_json(trial["question"])
    picture = read_picture(Path(trial["image"]).read_bytes(), Path(trial["parts"]).read_bytes())
    [guess] = vlm.answer([vlm.encode(picture, "trial")], [[question]])[0]
    if isinstance(guess, Unanswered):
        raise ValueError(f"it gave no answer to {question.text!r}: {guess.message} ({guess.code})")
    return {"content": content, "answer": choices(question.options)[guess.option], "confidence": guess.confidence}


def main(trial_file: str) -> None:
    """See above."""
    config = load_config()
    around = Surroundings(config.models_dir / "vlm", config.vlm_url, config.vlm_api_key)
    trial = json.loads(Path(trial_file).read_text())
    try:
        print(json.dumps(try_vlm(trial, around, open_objects(config.objects_url, config))))
    except (ValueError, MissingObject, CorruptObject, VlmUnavailable) as error:
        raise SystemExit(str(error)) from error


def _whole(draft: dict[str, Any], around: Surroundings) -> dict[str, Any]:
    whole = dict(draft)
    if whole.get("folder") and around.models is not None:
        whole["files"] = hashes_of(around.models / str(whole["folder"]))
    return whole


if __name__ == "__main__":
    main(sys.argv[1])
