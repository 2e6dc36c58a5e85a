"""How likely a language model finds each of a question's options: closed answers are scored, never generated.

Score of an option = mean log-probability of its tokens and of the end after them. LAVIS ranks candidates by the sum (Dai et
al. 2023, section 2.4: "vocabulary ranking"), under which an option loses for being long; options of this protocol have one
to four words, so the mean is taken. The end counts, else an option could not lose to one that begins with it.

The prompt is read once per question; its keys and values serve all options.

Legend: Q questions, L tokens of a prompt, R rows (an option of a question each), T tokens of an option, V words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import DynamicCache, EncoderDecoderCache
from transformers.modeling_outputs import BaseModelOutput

ROWS = 64  # options read at once: each holds a copy of its prompt's keys and values


@dataclass(frozen=True)
class Prompt:
    """Prompts that were read: what comes next [Q, V] (log-probabilities), and what the options go on from."""

    next_QV: torch.Tensor
    cache: Any
    mask_QL: torch.Tensor
    encoded_QLC: torch.Tensor | None = None  # of a model with an encoder


def read_prompts(language: Any, embeddings_QLC: torch.Tensor, mask_QL: torch.Tensor) -> Prompt:
    """Reads prompts, padded on the left for a decoder and on the right for an encoder."""
    if language.config.is_encoder_decoder:
        encoded = language.get_encoder()(inputs_embeds=embeddings_QLC, attention_mask=mask_QL).last_hidden_state
        start = torch.full((len(mask_QL), 1), language.config.decoder_start_token_id, device=mask_QL.device)
        read = language(
            encoder_outputs=BaseModelOutput(encoded), attention_mask=mask_QL, decoder_input_ids=start, use_cache=True
        )
        return Prompt(read.logits[:, -1].float().log_softmax(-1), read.past_key_values, mask_QL, encoded)
    positions = (mask_QL.cumsum(1) - 1).clamp(min=0)
    read = language(
        inputs_embeds=embeddings_QLC, attention_mask=mask_QL, position_ids=positions, use_cache=True, logits_to_keep=1
    )
    return Prompt(read.logits[:, -1].float().log_softmax(-1), read.past_key_values, mask_QL)


def score_options(language: Any, prompt: Prompt, options: Sequence[Sequence[Sequence[int]]]) -> list[np.ndarray]:
    """Scores [options] of each question, float64. `options[q][o]`: an option's token ids, the end token included."""
    rows = [(q, ids) for q, tokens in enumerate(options) for ids in tokens]
    scores: list[float] = []
    for first in range(0, len(rows), ROWS):
        scores += _score_rows(language, prompt, rows[first : first + ROWS]).tolist()
    ends = np.cumsum([len(tokens) for tokens in options])
    return np.split(np.array(scores), ends[:-1])


def log_likelihood(
    language: Any, embeddings_QLC: torch.Tensor, mask_QL: torch.Tensor, answers: Sequence[Sequence[int]]
) -> torch.Tensor:
    """Score [Q] of one answer per prompt, as `score_options` gives it, with gradients: what fine-tuning raises."""
    length = max(len(ids) for ids in answers)
    device = mask_QL.device
    ids_QT = torch.tensor([[*ids, *[0] * (length - len(ids))] for ids in answers], device=device)
    counted_QT = torch.tensor([[1] * len(ids) + [0] * (length - len(ids)) for ids in answers], device=device)
    if language.config.is_encoder_decoder:
        start = torch.full((len(answers), 1), language.config.decoder_start_token_id, device=device)
        decoded = torch.cat([start, ids_QT[:, :-1]], 1)
        logits = language(inputs_embeds=embeddings_QLC, attention_mask=mask_QL, decoder_input_ids=decoded).logits
    else:
        words = language.get_input_embeddings()(ids_QT[:, :-1])
        mask = torch.cat([mask_QL, counted_QT[:, :-1]], 1)
        positions = (mask.cumsum(1) - 1).clamp(min=0)
        whole = torch.cat([embeddings_QLC, words.to(embeddings_QLC.dtype)], 1)
        logits = language(inputs_embeds=whole, attention_mask=mask, position_ids=positions, logits_to_keep=length).logits
    log_p_QT = logits.float().log_softmax(-1).gather(-1, ids_QT[..., None])[..., 0]
    return torch.where(counted_QT == 1, log_p_QT, 0.0).sum(1) / counted_QT.sum(1)


def _score_rows(language: Any, prompt: Prompt, rows: Sequence[tuple[int, Sequence[int]]]) -> torch.Tensor:
    device = prompt.mask_QL.device
    of_R = torch.tensor([q for q, _ in rows], device=device)
    length = max(len(ids) for _, ids in rows)
    ids_RT = torch.tensor([[*ids, *[0] * (length - len(ids))] for _, ids in rows], device=device)
    counted_RT = torch.tensor([[1] * len(ids) + [0] * (length - len(ids)) for _, ids in rows], device=device)
    log_p_RT = torch.empty(ids_RT.shape, device=device)
    log_p_RT[:, 0] = prompt.next_QV[of_R, ids_RT[:, 0]]
    if length > 1:
        next_RTV = _go_on(language, prompt, of_R, ids_RT[:, :-1], counted_RT[:, :-1])
        log_p_RT[:, 1:] = next_RTV.float().log_softmax(-1).gather(-1, ids_RT[:, 1:, None])[..., 0]
    log_p_RT = torch.where(counted_RT == 1, log_p_RT, 0.0)  # what stands after an option's end says nothing
    return (log_p_RT.double().sum(1) / counted_RT.sum(1)).cpu()


def _go_on(language: Any, prompt: Prompt, of_R: torch.Tensor, ids_RT: torch.Tensor, counted_RT: torch.Tensor) -> torch.Tensor:
    """Logits [R, T, V] after each token of the options, read behind their questions' prompts."""
    mask_RL = prompt.mask_QL[of_R]
    if prompt.encoded_QLC is None:
        begin_R1 = mask_RL.sum(1, keepdim=True)
        read = language(
            input_ids=ids_RT,
            attention_mask=torch.cat([mask_RL, counted_RT], 1),
            position_ids=begin_R1 + torch.arange(ids_RT.shape[1], device=ids_RT.device),
            past_key_values=_rows_of(prompt.cache, of_R),
        )
    else:
        own, cross = prompt.cache.self_attention_cache, prompt.cache.cross_attention_cache
        read = language(
            encoder_outputs=BaseModelOutput(prompt.encoded_QLC[of_R]),
            attention_mask=mask_RL,
            decoder_input_ids=ids_RT,
            past_key_values=EncoderDecoderCache(_rows_of(own, of_R), _rows_of(cross, of_R)),
        )
    logits: torch.Tensor = read.logits
    return logits


def _rows_of(cache: Any, of_R: torch.Tensor) -> DynamicCache:
    return DynamicCache([(layer.keys[of_R], layer.values[of_R]) for layer in cache.layers])
