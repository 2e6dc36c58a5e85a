"""Measures what sharing a picture's encoding gains: `python -m bench.annotate FOLDER JOB.json`, run in services/gpu-worker.

JOB.json is the configuration of a labeller job whose pictures are answered too: which of its questions, their answers say.
Prints a JSON list of `{"model", "parameters", "questions", "together", "alone", "identical"}`; `together` and `alone` are
CPU seconds a question of one thread, so that a busy machine measures the same.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from anyone_gpu.annotate.asking import Answered, Asked, Asking, LabellerName
from anyone_gpu.annotate.fine_tune import answered_from_json, questions_from_json
from anyone_gpu.annotate.learn import learn
from anyone_gpu.annotate.protocol import Question
from anyone_gpu.annotate.vlm import Guess
from anyone_gpu.annotate.vlm_file import Surroundings
from anyone_gpu.annotate.weights import hashes_of
from anyone_gpu.objects import FileObjects, put_object
from tests.annotate.tiny_instructblip import Size, save_tiny

_CLOSE = 1e-4  # of a probability: sums of another order differ in their last bits
_SMALL = Size(224, 14, 192, 12, 64, 2, 64, 2)
# an eighth of the width and a quarter of the depth of Salesforce/instructblip-flan-t5-xl
_EIGHTH = Size(224, 14, 176, 10, 96, 4, 256, 6)
_ALONE = 2  # pictures asked one question a call


def main(folder: str, job_file: str) -> None:
    """See above."""
    torch.set_num_threads(1)
    objects, models = FileObjects(Path(folder)), Path(folder) / "models"
    job = json.loads(Path(job_file).read_text())
    questions = questions_from_json(job["questions"])
    pictures = [answered_from_json(p) for p in job["pictures"]]
    asked = [
        Asked(p.asset_id, p.image_key, p.parts_key, p.box, tuple(q for q in questions if p.answers[q.category] != -1))
        for p in pictures
    ]
    learned = learn(objects, pictures, questions, version="bench", effort="quick")
    rows = [_row("part-labeller", 0, objects, models, learned.data, asked, questions)]
    for name, language, size in (("instructblip, small", "llama", _SMALL), ("instructblip, 1/8 of flan-t5-xl", "t5", _EIGHTH)):
        place = save_tiny(models / name.replace(" ", "-").replace("/", "-"), questions, language, size)
        file = {"format": 1, "adapter": "instructblip", "version": name, "folder": place.name, "files": hashes_of(place)}
        parameters = (place / "model.safetensors").stat().st_size // 4
        rows.append(_row(name, parameters, objects, models, json.dumps(file).encode(), asked, questions))
    print(json.dumps(rows))


def _row(
    model: str,
    parameters: int,
    objects: FileObjects,
    models: Path,
    labeller: bytes,
    asked: Sequence[Asked],
    questions: Sequence[Question],
) -> dict[str, Any]:
    ref = put_object(objects, f"labeller/{model.replace('/', '-')}", labeller)
    name = LabellerName("bench", ref.key, ref.sha256)

    # neither keeps anything between calls: what is shared is shared within one
    asking = Asking(objects, pictures=0, around=Surroundings(models))

    def ask(some: Sequence[Asked]) -> list[Guess]:
        _, results = asking.ask(name, some, questions, lambda: True)
        return [guess for one in results if isinstance(one, Answered) for guess in one.guesses if isinstance(guess, Guess)]

    asking.labeller(name, questions)  # loading is nobody's
    begun = time.process_time()
    together = ask(asked)
    between = time.process_time()
    singles = [Asked(a.asset_id, a.image_key, a.parts_key, a.box, (q,)) for a in asked[:_ALONE] for q in a.questions]
    alone = [guess for single in singles for guess in ask([single])]
    done = time.process_time()
    same = [
        one.option == other.option and abs(one.confidence - other.confidence) < _CLOSE
        for one, other in zip(together, alone, strict=False)
    ]
    return {
        "model": model,
        "parameters": parameters,
        "questions": len(together),
        "together": (between - begun) / len(together),
        "alone": (done - between) / len(alone),
        "identical": len(same) == len(singles) and all(same),
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
