"""Makes what the annotator's tests need: `python -m tests.annotate.make_figures FOLDER QUESTIONS.json COUNT`.

Writes COUNT figures and a labeller that learned from them as objects under FOLDER, and prints what was made as JSON. The
questions are the protocol's; the figures know the answers to five of them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from anyone_gpu.annotate.fine_tune import questions_from_json
from anyone_gpu.annotate.learn import Answered, learn
from anyone_gpu.objects import FileObjects, put_object

from .figures import QUESTIONS, Figure, draw


def main(folder: str, questions_file: str, count: int) -> None:
    """See above."""
    questions = questions_from_json(json.loads(Path(questions_file).read_text()))
    objects = FileObjects(Path(folder))
    figures = [draw(seed) for seed in range(count)]
    said = [{q.id: q.options[f.answers[q.category]] for q in QUESTIONS} for f in figures]
    for figure in figures:
        objects.put(f"{figure.name}.jpg", figure.image)
        objects.put(f"{figure.name}.png", figure.parts)
    pictures = [
        Answered(f.name, f"{f.name}.jpg", f"{f.name}.png", None, _packed(f, {q.id: q for q in questions})) for f in figures
    ]
    learned = learn(objects, pictures, questions, version="embedded-1")
    ref = put_object(objects, "model/embedded-1.safetensors", learned.data)
    print(
        json.dumps(
            {
                "labeller": {"key": ref.key, "sha256": ref.sha256},
                "figures": [
                    {"imageKey": f"{f.name}.jpg", "partsKey": f"{f.name}.png", "answers": a}
                    for f, a in zip(figures, said, strict=True)
                ],
            }
        )
    )


def _packed(figure: Figure, by_id: dict) -> dict[int, int]:
    """The figure's answers in the protocol's own numbers and option lists."""
    return {
        by_id[q.id].category: by_id[q.id].options.index(q.options[figure.answers[q.category]])
        for q in QUESTIONS
        if q.options[figure.answers[q.category]] in by_id[q.id].options
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
