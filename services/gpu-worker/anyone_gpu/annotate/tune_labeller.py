"""The labeller job where the labeller in use is a large model: it is tuned on people's answers from its base weights.

Each iteration tunes the base anew on every answer so far, as the embedded labeller learns anew: no update lies on top of
another. A tenth of the pictures is held out and fits the temperature.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from anyone_gpu.objects import CorruptObject, MissingObject, Objects, put_object, sha256_hex
from anyone_gpu.work import Job

from .learn import Answered
from .open_vlm import open_weights
from .picture import UnreadablePicture, read_picture
from .protocol import Question, class_of
from .tuned_weights import put_tuned
from .tuning import Example, Tunable, Tuning, calibrate, prepare, tune
from .vlm_file import Surroundings, read_vlm_file

_HELD_OUT = 10  # of so many pictures one


def tune_labeller(
    job: Job,
    objects: Objects,
    base: tuple[bytes, str],
    pictures: Sequence[Answered],
    questions: Sequence[Question],
    around: Surroundings,
    progress: Callable[[float], None],
) -> dict[str, Any]:
    """The job's result, as `fine_tune` gives it. `base`: the bytes of the labeller's file in use, and their sha256."""
    raw = {name: value for name, value in json.loads(base[0]).items() if name not in ("tuned", "temperature")}
    file = read_vlm_file(json.dumps(raw).encode(), base[1])
    vlm = open_weights(file, around)
    tuning = _tuning(job.config.get("tuning") or {}, file.adapter, int(job.config.get("seed", 0)))
    torch.manual_seed(tuning.seed)  # LoRA's first factor is drawn
    names = prepare(vlm, tuning.method)
    learned_from, held_out, left_out = _examples(vlm, objects, pictures, questions)
    progress(0.1)
    losses = tune(vlm, learned_from, tuning, lambda step, _: progress(0.1 + 0.8 * (step + 1) / tuning.steps))
    temperature = calibrate(vlm, held_out) if held_out else None
    tuned = put_tuned(objects, job.key("tuned"), vlm, tuning.method, names)
    version = f"{family_of(file.version)}-{str(job.config['labeller']).rsplit('-', 1)[-1]}"
    shards = [{"key": ref.key, "sha256": ref.sha256} for ref in tuned.shards]
    whole = {**raw, "version": version, "tuned": {"method": tuning.method, "shards": shards}}
    if temperature is not None:
        whole["temperature"] = temperature
    data = json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()
    written = read_vlm_file(data, sha256_hex(data))
    ref = put_object(objects, job.key("labeller.json"), data)
    facts = {
        "adapter": file.adapter,
        "pictures": len({id(one.seen) for one in (*learned_from, *held_out)}),
        "answers": len(learned_from) + len(held_out),
        "leftOut": left_out,
        "method": tuning.method,
        "steps": tuning.steps,
        "seed": tuning.seed,
        "heldOut": len(held_out),
        "temperature": temperature,
        "calibrationError": None,
        "loss": {"first": losses[0], "last": losses[-1]},
        "base": {"version": file.version, "sha256": base[1]},
    }
    return {
        "id": written.version,
        "model": vlm.identity.model,
        "tier": written.tier,
        "key": ref.key,
        "sha256": ref.sha256,
        "bytes": ref.bytes,
        "facts": facts,
    }


def family_of(version: str) -> str:
    """`qwen-3` -> `qwen`: a labeller's versions share a name and end in the number of the iteration that made them."""
    return re.sub(r"-\d+$", "", version)


def _tuning(wanted: Mapping[str, Any], adapter: str, seed: int) -> Tuning:
    """The setting `train.labeller`; without a method each model is tuned as its authors do."""
    usual = "qformer" if adapter == "instructblip" else "lora"
    peak = {"qformer": 1e-5, "full": 1e-5, "lora": 1e-4}
    method = str(wanted.get("method", usual))
    steps, batch = int(wanted.get("steps", Tuning.steps)), int(wanted.get("batch", Tuning.batch))
    highest = float(wanted.get("peak", peak.get(method, 1e-5)))
    return Tuning(method, steps, batch, highest, warm_up=max(1, min(Tuning.warm_up, steps // 10)), seed=seed)


def _examples(
    vlm: Tunable, objects: Objects, pictures: Sequence[Answered], questions: Sequence[Question]
) -> tuple[list[Example], list[Example], list[dict[str, str]]]:
    """What is learned from, what is held out, and the pictures that can't be read, in the order of asset ids."""
    learned_from: list[Example] = []
    held_out: list[Example] = []
    left_out = []
    for one in sorted(pictures, key=lambda picture: picture.asset_id):
        try:
            picture = read_picture(objects.get(one.image_key), objects.get(one.parts_key), one.box)
        except (MissingObject, CorruptObject, UnreadablePicture) as error:
            left_out.append({"assetId": one.asset_id, "reason": str(error)})
            continue
        seen = vlm.encode(picture, one.asset_id)
        held = int(hashlib.sha256(one.asset_id.encode()).hexdigest(), 16) % _HELD_OUT == 0
        known = [(q, class_of(q, one.answers.get(q.category, -1))) for q in questions if q.text]
        (held_out if held else learned_from).extend(Example(seen, q, place) for q, place in known if place >= 0)
    return learned_from, held_out, left_out
