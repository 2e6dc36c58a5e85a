"""The job of kind "labeller": reads its configuration, learns, stores the labeller's file.

config  { "labeller": "embedded-3",                    the id of what is made
          "questions": [{"category", "id", "options", "parts", "open"?, "absent"?}, ...],
          "pictures": [{"assetId", "imageKey", "partsKey", "box"?, "answers": [packed, one per category]}, ...]
                      or {"key", "sha256"} of an object that holds that list,
          "base": {"key", "sha256"} (optional): the labeller in use. Where it is a large model with weights, that is tuned;
                      otherwise, behind a server too, the embedded labeller learns, and the gate decides between the two,
          "tuning": {"method"?: qformer | lora | full, "steps"?, "batch"?, "peak"?} (optional; of a large model),
          "effort": "standard" (optional; quick | standard), "seed": 0 (optional) }
result  { "id", "model", "tier", "key", "sha256", "bytes", "facts": {...} }
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from anyone_gpu.config import Config
from anyone_gpu.objects import ObjectRef, Objects, get_checked, put_object
from anyone_gpu.work import Cancelled, Job, Preempted, Report

from .learn import Answered, learn
from .protocol import Question, question_from_json
from .vlm_file import Surroundings, is_vlm_file, read_vlm_file


def fine_tune(job: Job, objects: Objects, report: Report, config: Config) -> dict[str, Any]:
    """Runs the job. Raises ValueError for a wrong configuration, Preempted and Cancelled when it is told to stop."""
    wanted = job.config
    for name in ("labeller", "questions", "pictures"):
        if not wanted.get(name):
            raise ValueError(f"a labeller job needs {name!r} in its configuration")

    def progress(share: float) -> None:
        stop = report.should_stop()
        if stop == "cancel":
            raise Cancelled
        if stop == "preempt":  # measured features are cached: the next attempt starts where this one stopped
            raise Preempted
        report.progress(int(100 * share))

    pictures = [answered_from_json(p) for p in _pictures(wanted["pictures"], objects)]
    questions = questions_from_json(wanted["questions"])
    base = _base(wanted.get("base"))
    data = get_checked(objects, base) if base else b""
    if base and is_vlm_file(data) and read_vlm_file(data, base.sha256).adapter != "openai":
        from .tune_labeller import tune_labeller  # transformers takes seconds to load

        around = Surroundings(config.models_dir / "vlm", config.vlm_url, config.vlm_api_key)
        result = tune_labeller(job, objects, (data, base.sha256), pictures, questions, around, progress)
        report.metrics(100, _numbers(result["facts"]))
        return result
    learned = learn(
        objects,
        pictures,
        questions,
        version=str(wanted["labeller"]),
        effort=str(wanted.get("effort", "standard")),
        seed=int(wanted.get("seed", 0)),
        cache_dir=config.cache_dir,
        progress=progress,
    )
    ref = put_object(objects, job.key("labeller.safetensors"), learned.data)
    report.metrics(100, _numbers(learned.facts))
    identity = learned.labeller.identity
    return {
        "id": identity.version,
        "model": identity.model,
        "tier": identity.tier,
        "key": ref.key,
        "sha256": ref.sha256,
        "bytes": ref.bytes,
        "facts": learned.facts,
    }


def answered_from_json(raw: dict[str, Any]) -> Answered:
    """One picture of a labeller job: `{assetId, imageKey, partsKey, box?, answers: [smallint per category]}`."""
    box = raw.get("box")
    return Answered(
        asset_id=str(raw["assetId"]),
        image_key=str(raw["imageKey"]),
        parts_key=str(raw["partsKey"]),
        box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])) if box else None,
        answers={i + 1: int(v) for i, v in enumerate(raw["answers"])},
    )


def questions_from_json(raw: Sequence[dict[str, Any]]) -> list[Question]:
    """The questions of a labeller job. Raises ValueError when a number stands twice."""
    questions = [question_from_json(q) for q in raw]
    if len({q.category for q in questions}) != len(questions):
        raise ValueError("a category number stands twice among the questions")
    return questions


def _base(raw: Any) -> ObjectRef | None:
    """The labeller in use, as the job's configuration names it; None for the untrained one."""
    return ObjectRef(str(raw["key"]), str(raw["sha256"])) if raw else None


def _pictures(raw: Any, objects: Objects) -> Sequence[dict[str, Any]]:
    if isinstance(raw, Mapping):
        found = json.loads(get_checked(objects, ObjectRef(str(raw["key"]), str(raw["sha256"]))))
        if not isinstance(found, list):
            raise ValueError(f"{raw['key']} holds no list of pictures")
        return found
    return list(raw)


def _numbers(facts: Mapping[str, Any]) -> dict[str, float]:
    """What of the facts is a number, as rows of the run's curve."""
    rows = {"pictures": float(facts["pictures"]), "answers": float(facts["answers"])}
    if facts["calibrationError"] is not None:
        rows["calibration_error"] = float(facts["calibrationError"])
    return rows
