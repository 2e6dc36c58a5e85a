"""InstructBLIP (Dai et al. 2023) as a labeller: the paper's model, from a folder of its published form.

The vision encoder sees a picture once. The Q-Former reads the question beside the picture, so it and the language model run
per question; all questions of a chunk of pictures go through them in batches. Shapes: Q questions, L tokens, P patches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image
from transformers import InstructBlipForConditionalGeneration, InstructBlipProcessor

from .closed_reply import choices
from .feature_cache import Source
from .look import PERSON, cut_view, view_of
from .option_scores import log_likelihood, read_prompts, score_options
from .picture import Picture
from .protocol import Question
from .scoring_vlm import ScoringVlm, load_weights
from .vlm_file import Surroundings, VlmFile

if TYPE_CHECKING:
    from .tuning import Example

MODEL = "instructblip"
TOGETHER = 32  # questions a batch
_LONGEST_PROMPT = 128  # tokens, as its authors train it


@dataclass
class Seen:
    """A picture and what the vision encoder made of its views, [P, width] each."""

    picture: Picture
    views: dict[str, torch.Tensor] = field(default_factory=dict)


class InstructBlip(ScoringVlm[Seen]):
    """Implements the Vlm port over a loaded model and its processor."""

    def __init__(self, file: VlmFile, model: InstructBlipForConditionalGeneration, processor: InstructBlipProcessor) -> None:
        super().__init__(file, MODEL, MODEL)
        self.processor = processor
        self.model: Any = model.eval()  # tuning may wrap it

    @torch.inference_mode()
    def encode(self, picture: Picture, key: str, source: Source | None = None) -> Seen:
        """Sees the person; a crop is seen when a question first looks at it."""
        seen = Seen(picture)
        self._view(seen, PERSON)
        return seen

    def _scores(self, pairs: Sequence[tuple[Seen, Question]]) -> list[np.ndarray]:
        out: list[np.ndarray] = []
        for first in range(0, len(pairs), TOGETHER):
            some = pairs[first : first + TOGETHER]
            prompts = [prompt_of(q) for _, q in some]
            patches = [self._view(seen, view_of(seen.picture, q, self._file.crops)) for seen, q in some]
            embeddings, mask = embed_prompts(self.model, self.processor, torch.stack(patches), prompts)
            read = read_prompts(self.model.language_model, embeddings, mask)
            out += score_options(self.model.language_model, read, [self._options(q) for _, q in some])
        return out

    def log_likelihood(self, answered: Sequence[Example]) -> torch.Tensor:
        """Mean log-probability [examples] of the answers' words, with gradients.

        What the vision encoder makes of a picture is kept, unless it is tuned as well.
        """
        sees = any(parameter.requires_grad for parameter in self.model.vision_model.parameters())
        prompts = [prompt_of(one.question) for one in answered]
        patches = [self.see(one.seen.picture, PERSON) if sees else one.seen.views[PERSON].clone() for one in answered]
        embeddings, mask = embed_prompts(self.model, self.processor, torch.stack(patches), prompts)
        answers = [self._options(one.question)[one.answer] for one in answered]
        return log_likelihood(self.model.language_model, embeddings, mask, answers)

    def see(self, picture: Picture, view: str) -> torch.Tensor:
        """What the vision encoder makes of a view, [P, width]."""
        pixels = pixels_of(self.processor, [cut_view(picture, view)]).to(self.model.device, self.model.dtype)
        patches: torch.Tensor = self.model.vision_model(pixel_values=pixels).last_hidden_state[0]
        return patches

    def _view(self, seen: Seen, view: str) -> torch.Tensor:
        if view not in seen.views:
            seen.views[view] = self.see(seen.picture, view)
        return seen.views[view]

    def _options(self, question: Question) -> list[list[int]]:
        return [option_ids(self.processor.tokenizer, prompt_of(question), option) for option in choices(question.options)]


def open_instructblip(file: VlmFile, around: Surroundings) -> InstructBlip:
    """The model of a labeller's file. Raises what `load_weights` raises."""
    loaded = load_weights(file, around, InstructBlipForConditionalGeneration, InstructBlipProcessor, "an InstructBLIP")
    return InstructBlip(file, *loaded)


def prompt_of(question: Question) -> str:
    """The question as the model was evaluated with; the options are scored, so that they need not stand in it."""
    return f"Question: {question.text} Short Answer:"


def pixels_of(processor: InstructBlipProcessor, images: Sequence[Image.Image]) -> torch.Tensor:
    """Images -> float32 [images, 3, size, size], as the published processor makes them."""
    pixels: torch.Tensor = processor.image_processor(list(images), return_tensors="pt")["pixel_values"]
    return pixels


def embed_prompts(
    model: InstructBlipForConditionalGeneration,
    processor: InstructBlipProcessor,
    patches_QPC: torch.Tensor,
    prompts: Sequence[str],
) -> tuple[torch.Tensor, torch.Tensor]:
    """What the language model reads, [Q, queries + L, width], and its mask: the Q-Former's look, then the prompt.

    The same as the model's own `forward` puts together, with the vision encoder left out.
    """
    # the Q-Former counts positions from the first token, padding included: padded on the left, what it makes of a question
    # would depend on the longest one beside it
    tokenizers: Any = processor  # its parts are attributes that it is given when it is made
    asked = _tokens(tokenizers.qformer_tokenizer, prompts, "right").to(model.device)
    encodes = model.language_model.config.is_encoder_decoder
    texts = _tokens(tokenizers.tokenizer, prompts, "right" if encodes else "left").to(model.device)
    count = len(prompts)
    queries = model.query_tokens.expand(count, -1, -1)
    ones = torch.ones(count, queries.shape[1], dtype=torch.long, device=model.device)
    looked = model.qformer(
        input_ids=asked["input_ids"],
        attention_mask=torch.cat([ones, asked["attention_mask"]], 1),
        query_embeds=queries,
        encoder_hidden_states=patches_QPC,
        encoder_attention_mask=torch.ones(patches_QPC.shape[:2], dtype=torch.long, device=model.device),
    ).last_hidden_state[:, : queries.shape[1]]
    words = model.get_input_embeddings()(texts["input_ids"])
    image = model.language_projection(looked).to(words.dtype)
    return torch.cat([image, words], 1), torch.cat([ones, texts["attention_mask"]], 1)


def _tokens(tokenizer: Any, prompts: Sequence[str], side: str) -> Any:
    return tokenizer(
        list(prompts),
        padding=True,
        padding_side=side,
        truncation=True,
        max_length=_LONGEST_PROMPT,
        return_token_type_ids=False,
        return_tensors="pt",
    )


def option_ids(tokenizer: Any, prompt: str, option: str) -> list[int]:
    """Token ids of an option as it goes on from the prompt, with the end; tokenizers join a word with the space before it."""
    alone: list[int] = tokenizer(option, add_special_tokens=False)["input_ids"]
    before = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    both = tokenizer(f"{prompt} {option}", add_special_tokens=False)["input_ids"]
    ids = both[len(before) :] if both[: len(before)] == before and len(both) > len(before) else alone
    return [*ids, tokenizer.eos_token_id]
