"""What labellers share that score each option of a question instead of generating an answer, from a folder of weights."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from safetensors import SafetensorError

from .calibrate import probabilities
from .labeller import guess_of
from .protocol import Question
from .vlm import Guess, Identity, Unanswered
from .vlm_file import Surroundings, VlmFile
from .weights import checked_folder

SeenT = TypeVar("SeenT")


class ScoringVlm(ABC, Generic[SeenT]):
    """The Vlm port but for how a picture is seen and how options are scored."""

    def __init__(self, file: VlmFile, model: str, encoder: str) -> None:
        self._file = file
        self.encoder = f"{encoder}-{file.sha256[:16]}"
        self.identity = Identity(model, file.version, file.sha256, file.tier, calibrated=file.temperature is not None)

    @torch.inference_mode()
    def answer(self, encoded: Sequence[SeenT], questions: Sequence[Sequence[Question]]) -> list[list[Guess | Unanswered]]:
        """Scores every option of every question."""
        pairs = [(seen, q) for seen, asked in zip(encoded, questions, strict=True) for q in asked]
        scores = iter(self.scores(pairs))
        return [[self._guess(q, next(scores)) for q in asked] for asked in questions]

    @torch.inference_mode()
    def scores(self, pairs: Sequence[tuple[SeenT, Question]]) -> list[np.ndarray]:
        """Scores [options, then "not visible"] of each picture's question, before any temperature.

        Raises ValueError for a question without wording.
        """
        for _, question in pairs:
            if not question.text:
                raise ValueError(f"question {question.category} ({question.id}) has no wording to be asked by")
        return self._scores(pairs)

    @abstractmethod
    def _scores(self, pairs: Sequence[tuple[SeenT, Question]]) -> list[np.ndarray]:
        """As `scores`, of questions that have a wording."""

    def _guess(self, question: Question, scores: np.ndarray) -> Guess | Unanswered:
        # a prior that favours nothing: what the model was trained on says nothing of how often a thing is in the pool
        return guess_of(question, probabilities(scores, self._file.temperature), np.zeros(len(scores)), self.identity.model)


def load_weights(file: VlmFile, around: Surroundings, model_class: Any, processor_class: Any, what: str) -> tuple[Any, Any]:
    """Model and processor of a labeller's file, on the GPU where there is one.

    Raises what `checked_folder` raises, and ValueError for a folder that does not hold `what`.
    """
    folder = checked_folder(around.models, file.folder, file.files)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    try:
        local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        processor = processor_class.from_pretrained(folder, **local)
        model = model_class.from_pretrained(folder, use_safetensors=True, dtype=dtype, **local)
    except (OSError, KeyError, TypeError, ValueError, RuntimeError, ImportError, SafetensorError) as error:
        raise ValueError(f"{folder} can't be loaded as {what}: {error}") from error
    return model.to(device), processor
