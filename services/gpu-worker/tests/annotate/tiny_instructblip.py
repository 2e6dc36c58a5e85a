"""A small InstructBLIP of random weights: the real classes, processor and tokenizers, made here because no hub is reached.

It knows nothing; it goes through the same code as Salesforce/instructblip-* of 4 to 13 billion parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BlipImageProcessorPil,
    InstructBlipConfig,
    InstructBlipForConditionalGeneration,
    InstructBlipProcessor,
    PreTrainedTokenizerFast,
)

from anyone_gpu.annotate.closed_reply import HIDDEN
from anyone_gpu.annotate.protocol import Question

QUERIES = 8
_SPOKEN = "Question: Short Answer:"


@dataclass(frozen=True)
class Size:
    """Widths and depths; the defaults make a model of 150,000 parameters."""

    image: int = 56
    patch: int = 14
    vision_width: int = 48
    vision_layers: int = 2
    qformer_width: int = 32
    qformer_layers: int = 2
    text_width: int = 32
    text_layers: int = 2


def save_tiny(
    folder: Path, questions: Sequence[Question], language: str = "llama", size: Size | None = None, seed: int = 0
) -> Path:
    """Writes model and processor to `folder`; `language`: llama or opt (decoders), or t5 (encoder and decoder)."""
    words, size = words_of(questions, _SPOKEN), size or Size()
    tokenizer = tokenizer_of(words, starts=language != "t5")
    qformer_tokenizer = tokenizer_of(words, starts=True)
    torch.manual_seed(seed)
    images = BlipImageProcessorPil(size={"height": size.image, "width": size.image})
    processor = InstructBlipProcessor(images, tokenizer, qformer_tokenizer, num_query_tokens=QUERIES)  # adds <image>
    model = InstructBlipForConditionalGeneration(_config(language, size, len(tokenizer), len(qformer_tokenizer)))
    model.query_tokens.data.normal_(0, 0.5)
    return save_telling(folder, model, processor)


def save_telling(folder: Path, model: Any, processor: Any) -> Path:
    """Writes a model to `folder` with weights larger than those that training starts from: answers depend on the picture."""
    for parameter in model.parameters():
        if parameter.ndim > 1:
            parameter.data.normal_(0, 0.12)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _config(language: str, size: Size, words: int, qformer_words: int) -> InstructBlipConfig:
    width, layers = size.text_width, size.text_layers
    ids = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    text = {
        "llama": {"model_type": "llama", "intermediate_size": 2 * width, "num_attention_heads": 4, "hidden_size": width},
        "opt": {"model_type": "opt", "ffn_dim": 2 * width, "num_attention_heads": 4, "hidden_size": width},
        "t5": {"model_type": "t5", "d_ff": 2 * width, "d_kv": width // 4, "num_heads": 4, "d_model": width},
    }[language]
    depth = {"num_layers": layers} if language == "t5" else {"num_hidden_layers": layers}
    if language == "opt":
        depth["word_embed_proj_dim"] = width
    if language == "t5":
        ids |= {"decoder_start_token_id": 0, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}
    return InstructBlipConfig(
        vision_config={
            "hidden_size": size.vision_width,
            "intermediate_size": 4 * size.vision_width,
            "num_hidden_layers": size.vision_layers,
            "num_attention_heads": 4,
            "image_size": size.image,
            "patch_size": size.patch,
            "initializer_range": 0.02,
        },
        qformer_config={
            "vocab_size": qformer_words,
            "hidden_size": size.qformer_width,
            "num_hidden_layers": size.qformer_layers,
            "num_attention_heads": 4,
            "intermediate_size": 2 * size.qformer_width,
            "encoder_hidden_size": size.vision_width,
            "max_position_embeddings": 160,
        },
        text_config={**text, **depth, **ids, "vocab_size": words + 8, "max_position_embeddings": 256},
        num_query_tokens=QUERIES,
        image_token_index=words - 1,
    )


def tokenizer_of(words: Iterable[str], *, starts: bool) -> PreTrainedTokenizerFast:
    """A word is a token, as the questions and options have them."""
    special = ["<pad>", "<s>", "</s>", "<unk>"]
    vocabulary = {word: place for place, word in enumerate([*special, *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    single = "<s> $A" if starts else "$A </s>"
    tokenizer.post_processor = processors.TemplateProcessing(single=single, special_tokens=[("<s>", 1), ("</s>", 2)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        padding_side="left" if starts else "right",
    )


def words_of(questions: Sequence[Question], spoken: str) -> list[str]:
    """Every word of the questions, of their options, and of what is said around them."""
    texts = [spoken, HIDDEN, *(q.text for q in questions), *(o for q in questions for o in q.options)]
    return sorted({word for text in texts for word in re.findall(r"\w+|[^\w\s]+", text)})
