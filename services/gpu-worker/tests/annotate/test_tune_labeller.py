"""The labeller job over a large model: tuned from its base, stored as safetensors, and answering by its file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from anyone_gpu.annotate.asking import Answered, Asked, Asking, LabellerName
from anyone_gpu.annotate.fine_tune import fine_tune
from anyone_gpu.annotate.protocol import question_to_json
from anyone_gpu.annotate.store_vlm import store_vlm
from anyone_gpu.annotate.vlm_file import Surroundings
from anyone_gpu.config import load_config
from anyone_gpu.objects import FileObjects
from anyone_gpu.work import Job
from tests.train.told import Told

from .conformance.vlm import ASKED
from .figures import Figure
from .tiny_instructblip import save_tiny
from .tiny_llava import save_llava

_CASES = [("instructblip", "qformer"), ("instructblip", "lora"), ("instructblip", "full"), ("transformers", "lora")]


@pytest.mark.parametrize(("adapter", "method"), _CASES)
def test_the_model_in_use_is_tuned_stored_and_answers(figures: list[Figure], tmp_path: Path, adapter: str, method: str) -> None:
    objects, models = FileObjects(tmp_path / "objects"), tmp_path / "models"
    folder = models / "vlm" / "tiny"
    if adapter == "instructblip":
        save_tiny(folder, ASKED)
    else:
        save_llava(folder, ASKED)
    for f in figures[:14]:
        objects.put(f"{f.name}.jpg", f.image)
        objects.put(f"{f.name}.png", f.parts)
    around = Surroundings(models / "vlm")
    draft = {"format": 1, "adapter": adapter, "version": "tiny-0", "folder": "tiny", "tier": "embedded"}
    base = store_vlm(draft, objects, around)
    env = {"OBJECTS_URL": "file:///x", "SERVICE_TOKEN": "x", "MODELS_DIR": str(models), "ANYONE_HOME": str(tmp_path)}
    pictures = [
        {
            "assetId": f.name,
            "imageKey": f"{f.name}.jpg",
            "partsKey": f"{f.name}.png",
            "answers": [f.answers.get(category, -1) for category in range(1, 71)],
        }
        for f in figures[:14]
    ]
    wanted = {
        "labeller": "embedded-3",
        "questions": [question_to_json(q) for q in ASKED],
        "pictures": pictures,
        "base": {"key": base["key"], "sha256": base["sha256"]},
        "tuning": {"method": method, "steps": 30, "batch": 8, "peak": 5e-3},
    }
    job = Job("run", "labeller", 1, "run/run/attempt-1", wanted)
    result = fine_tune(job, objects, Told(), load_config(env))

    assert (result["id"], result["tier"], result["facts"]["method"]) == ("tiny-3", "embedded", method)
    assert result["facts"]["loss"]["last"] < result["facts"]["loss"]["first"]
    stored = json.loads(objects.get(result["key"]))
    assert all(shard["key"].endswith(".safetensors") for shard in stored["tuned"]["shards"])

    asked = [Asked(f.name, f"{f.name}.jpg", f"{f.name}.png", None, tuple(ASKED)) for f in figures[:2]]
    answers = {}
    for name in (base, result):
        asking = Asking(objects, around=around)
        identity, rows = asking.ask(LabellerName(name["id"], name["key"], name["sha256"]), asked, ASKED, lambda: True)
        assert identity.version == name["id"]
        assert all(isinstance(row, Answered) for row in rows)
        answers[name["id"]] = [row.guesses for row in rows if isinstance(row, Answered)]
    assert answers["tiny-0"] != answers["tiny-3"]

    # tuned again, it begins from the same base
    again = fine_tune(
        Job("run", "labeller", 2, "run/run/attempt-2", {**wanted, "base": {"key": result["key"], "sha256": result["sha256"]}}),
        objects,
        Told(),
        load_config(env),
    )
    assert again["facts"]["loss"] == result["facts"]["loss"]
