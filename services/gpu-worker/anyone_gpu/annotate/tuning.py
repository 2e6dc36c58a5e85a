"""Fine-tuning a large model on people's answers, and which of its parameters that moves.

    qformer   the Q-Former, its queries and the projection: how InstructBLIP's authors tune it (Dai et al. 2023, section 2.5)
    lora      low-rank updates of the language model's query and value projections (Hu et al. 2021), and InstructBLIP's
              projection
    full      everything

The learning is InstructBLIP's: AdamW (.9, .999), weight decay .05, a linear warm-up and a cosine to zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from peft import LoraConfig, get_peft_model

from .calibrate import fit_temperature
from .picture import Picture
from .protocol import Question
from .vlm import Identity

METHODS = ("qformer", "lora", "full")
_TUNED = ("qformer.", "query_tokens", "language_projection.")
_LORA_TARGETS = r".*(language_model|text_model)\..*\.(q_proj|v_proj|q|v)"
_LORA_RANK = 8


class Tunable(Protocol):
    """What can be tuned: a model, how likely it finds answers, and the scores of every option."""

    model: Any
    identity: Identity

    def encode(self, picture: Picture, key: str) -> Any:
        """As the Vlm port has it."""
        ...

    def log_likelihood(self, answered: Sequence[Example]) -> torch.Tensor:
        """Mean log-probability [examples] of the answers' words, with gradients; at answering, scores are the same sums."""
        ...

    def scores(self, pairs: Sequence[tuple[Any, Question]]) -> list[np.ndarray]:
        """Scores [options, then "not visible"] of each picture's question, before any temperature."""
        ...


@dataclass(frozen=True)
class Example:
    """A picture that was seen, a question, and the class people answered: an option, or the last for "not visible"."""

    seen: Any
    question: Question
    answer: int


@dataclass(frozen=True)
class Tuning:
    """How to learn; the peak is that of the paper's full run, LoRA takes a higher one."""

    method: str = "qformer"
    steps: int = 1000
    batch: int = 16
    peak: float = 1e-5
    warm_up: int = 100
    seed: int = 0


def prepare(vlm: Tunable, method: str) -> list[str]:
    """Makes exactly the method's parameters trainable and returns their names. Raises ValueError for no such method.

    LoRA wraps the language model's projections in place; `merge` takes the wrapping off again.
    """
    if method not in METHODS:
        raise ValueError(f"a method is one of {', '.join(METHODS)}, not {method!r}")
    model = vlm.model
    if method == "lora":
        model = get_peft_model(model, LoraConfig(r=_LORA_RANK, lora_alpha=2 * _LORA_RANK, target_modules=_LORA_TARGETS))
        vlm.model = model.base_model.model
    for name, parameter in vlm.model.named_parameters():
        tuned = name.startswith(_TUNED)
        parameter.requires_grad_(
            method == "full"
            or (method == "qformer" and tuned)
            or (method == "lora" and ("lora_" in name or name.startswith("language_projection.")))
        )
    named = [name for name, parameter in vlm.model.named_parameters() if parameter.requires_grad]
    if not named:
        raise ValueError(f"this model has nothing that {method} tunes: choose lora or full")
    return named


def tune(
    vlm: Tunable, examples: Sequence[Example], tuning: Tuning, progress: Callable[[int, float], None] = lambda *_: None
) -> list[float]:
    """Moves the parameters that `prepare` made trainable; returns the loss of every step.

    The same examples, tuning and machine give the same weights. Raises ValueError when there is nothing to learn from.
    """
    if not examples:
        raise ValueError("no picture with an answer: there is nothing to fine-tune on")
    torch.manual_seed(tuning.seed)
    trained = [parameter for parameter in vlm.model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=tuning.peak, betas=(0.9, 0.999), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, tuning))
    losses = []
    vlm.model.train()
    try:
        for step, batch in zip(range(tuning.steps), _batches(examples, tuning), strict=False):
            loss = -vlm.log_likelihood(batch).mean()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
            progress(step, losses[-1])
    finally:
        vlm.model.eval()
    return losses


def calibrate(vlm: Tunable, held_out: Sequence[Example]) -> float | None:
    """The temperature of a tuned model, by examples that it was not tuned on and that are not the evaluation set's."""
    scores = vlm.scores([(one.seen, one.question) for one in held_out])
    return fit_temperature(scores, [one.answer for one in held_out])


def merge(vlm: Tunable) -> None:
    """Writes LoRA's updates into the weights they belong to, after which it is the plain model again."""
    for parent in list(vlm.model.modules()):
        for name, child in list(parent.named_children()):
            if hasattr(child, "merge") and hasattr(child, "get_base_layer"):
                child.merge()
                setattr(parent, name, child.get_base_layer())


def _batches(examples: Sequence[Example], tuning: Tuning) -> Iterator[list[Example]]:
    random = np.random.default_rng(tuning.seed)
    while True:
        order = random.permutation(len(examples))
        for first in range(0, len(order), tuning.batch):
            yield [examples[i] for i in order[first : first + tuning.batch]]


def _rate(step: int, tuning: Tuning) -> float:
    if step < tuning.warm_up:
        return (step + 1) / tuning.warm_up
    return 0.5 * (1 + math.cos(math.pi * (step - tuning.warm_up) / max(1, tuning.steps - tuning.warm_up)))
