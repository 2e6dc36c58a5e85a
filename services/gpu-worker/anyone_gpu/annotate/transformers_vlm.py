"""Any open vision-language model of transformers that chats, as a labeller: Qwen-VL, LLaVA, SmolVLM, InternVL, Gemma, …

The picture stands first in the chat, so that all of its questions go on from one reading of it: what the language model
made of the picture (its keys and values) is computed once, then each question once, then all of its options beside each
other. Closed answers are scored as in `option_scores.py`, never generated.

Nothing here names a model. Rows are padded behind their end alone, where a causal model does not look, so that positions
are the model's own business.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import AutoModelForImageTextToText, AutoProcessor, DynamicCache

from .closed_reply import choices
from .feature_cache import Source
from .look import PERSON, cut_view, view_of
from .picture import Picture
from .protocol import Question
from .scoring_vlm import ScoringVlm, load_weights
from .vlm_file import Surroundings, VlmFile

if TYPE_CHECKING:
    from .tuning import Example

_LONGEST_SIDE = 768  # pixels of what is shown
_READINGS_KEPT = 64  # pictures, a chunk: a model of 2 billion parameters keeps about 10 MB of each
_HERE = "\u2023here\u2023"  # where a question stands in the chat


@dataclass
class Reading:
    """A picture as it was read: keys and values per layer, and the shift of the positions behind it, where a model has one."""

    layers: list[tuple[torch.Tensor, torch.Tensor]]
    shift: Any


@dataclass
class Seen:
    """A picture and the readings of its views, while they are kept."""

    picture: Picture
    views: dict[str, Reading] = field(default_factory=dict)


class TransformersVlm(ScoringVlm[Seen]):
    """Implements the Vlm port over a loaded model and its processor."""

    def __init__(self, file: VlmFile, model: Any, processor: Any) -> None:
        super().__init__(file, file.model or str(model.config.model_type), "transformers")
        self.model, self.processor = model.eval(), processor
        self._kept: deque[Seen] = deque()
        self._turn = threading.Lock()  # the shift of positions is a state of the model

    def encode(self, picture: Picture, key: str, source: Source | None = None) -> Seen:
        """Nothing yet: a view is read when a question first looks at it."""
        return Seen(picture)

    def _scores(self, pairs: Sequence[tuple[Seen, Question]]) -> list[np.ndarray]:
        with self._turn:
            return [self._score(self._reading(seen, question), question) for seen, question in pairs]

    def log_likelihood(self, answered: Sequence[Example]) -> torch.Tensor:
        """Mean log-probability [examples] of the answers' words, with gradients: pictures differ in size, so one by one."""
        return torch.stack([self._likelihood(one) for one in answered])

    def _likelihood(self, one: Example) -> torch.Tensor:
        inputs = self._picture_inputs(one.seen.picture, PERSON)
        answer = self._option_ids(choices(one.question.options)[one.answer])
        more = torch.tensor([[*self._question_ids(one.question), *answer]], device=self.model.device)
        inputs["input_ids"] = torch.cat([inputs["input_ids"], more], 1)
        inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
        for name in inputs.keys() & {"mm_token_type_ids", "token_type_ids"}:  # 0 is text
            inputs[name] = torch.cat([inputs[name], torch.zeros_like(more)], 1)
        logits = self.model(**inputs, use_cache=False).logits[0, -len(answer) - 1 : -1]
        said: torch.Tensor = logits.float().log_softmax(-1)[range(len(answer)), answer]
        return said.mean()

    def _score(self, reading: Reading, question: Question) -> np.ndarray:
        options = [self._option_ids(option) for option in choices(question.options)]
        asked = torch.tensor([self._question_ids(question)], device=self.model.device)
        cache = DynamicCache(reading.layers)
        first = self._go_on(asked, cache, reading.shift)[0, -1].float().log_softmax(-1)
        length = max(len(ids) for ids in options) - 1
        rows = torch.tensor([[*ids[:-1], *[0] * (length + 1 - len(ids))] for ids in options], device=self.model.device)
        many = len(options)
        wide = DynamicCache([(k.expand(many, -1, -1, -1), v.expand(many, -1, -1, -1)) for k, v in _layers(cache)])
        rest = self._go_on(rows, wide, reading.shift).float().log_softmax(-1) if length else None
        out = []
        for row, ids in enumerate(options):
            later = [] if rest is None else [rest[row, place, word] for place, word in enumerate(ids[1:])]
            out.append(float(torch.stack([first[ids[0]], *later]).double().mean()))
        return np.array(out)

    def _go_on(self, ids: torch.Tensor, cache: DynamicCache, shift: Any) -> torch.Tensor:
        if shift is not None:
            self.model.model.rope_deltas = shift
        logits: torch.Tensor = self.model(input_ids=ids, past_key_values=cache, use_cache=True).logits
        return logits

    def _reading(self, seen: Seen, question: Question) -> Reading:
        view = view_of(seen.picture, question, self._file.crops)
        found = seen.views.get(view)
        if found is None:
            cache = DynamicCache()
            self.model(**self._picture_inputs(seen.picture, view), past_key_values=cache, use_cache=True)
            shift = getattr(self.model.model, "rope_deltas", None)
            found = seen.views[view] = Reading(_layers(cache), shift)
            if all(one is not seen for one in self._kept):
                self._kept.append(seen)
            if len(self._kept) > _READINGS_KEPT:
                self._kept.popleft().views.clear()
        return found

    def _picture_inputs(self, picture: Picture, view: str) -> dict[str, Any]:
        image = cut_view(picture, view)
        image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        before, _ = self._chat()
        inputs = self.processor(images=[image], text=[before], add_special_tokens=False, return_tensors="pt")
        return dict(inputs.to(self.model.device, self.model.dtype))

    def _question_ids(self, question: Question) -> list[int]:
        _, after = self._chat()
        asked = f"{question.text}\nOptions: {'; '.join(choices(question.options))}\nAnswer with one of the options."
        ids: list[int] = self.processor.tokenizer(f"{asked}{after}", add_special_tokens=False)["input_ids"]
        return ids

    def _option_ids(self, option: str) -> list[int]:
        tokenizer = self.processor.tokenizer
        return [*tokenizer(option, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]

    def _chat(self) -> tuple[str, str]:
        """What the model's chat template puts before and behind a question about a picture."""
        content = [{"type": "image"}, {"type": "text", "text": _HERE}]
        told = [{"role": "user", "content": content}]
        text = str(self.processor.apply_chat_template(told, add_generation_prompt=True, tokenize=False))
        before, found, after = text.partition(_HERE)
        if not found:
            raise ValueError(f"the chat template of {self.identity.model} leaves out what a user says")
        return before, after


def _layers(cache: DynamicCache) -> list[tuple[torch.Tensor, torch.Tensor]]:
    layers: list[Any] = cache.layers
    return [(layer.keys, layer.values) for layer in layers]


def open_transformers(file: VlmFile, around: Surroundings) -> TransformersVlm:
    """The model of a labeller's file. Raises what `load_weights` raises."""
    what = "a vision-language model that chats"
    return TransformersVlm(file, *load_weights(file, around, AutoModelForImageTextToText, AutoProcessor, what))
