"""Text to ids for the text encoder: always `length` places, begin and end marked, padded with the end mark as CLIP does.

Two tokenizers share one shape. `WordTokenizer` is closed: one id per word of `vocabulary.txt` (the label protocol's words and
those of captions around them); a word outside it gets one of 64 shared ids by its checksum, so that unknown words still
differ. `ClipTokenizer` wraps transformers' CLIPTokenizer for Stable Diffusion's own text encoders.
"""

import re
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

VOCABULARY = Path(__file__).with_name("vocabulary.txt")
SHARED = 64
_PIECES = re.compile(r"[a-z0-9]+(?:['’-][a-z0-9]+)*|[^\sa-z0-9]", re.IGNORECASE)


class Tokenizer(Protocol):
    """`encode` gives a text's ids without marks, such that encode(a) + encode(b) = encode(a + " " + b)."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def length(self) -> int: ...
    @property
    def begin(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def pad(self) -> int: ...
    def encode(self, text: str) -> list[int]: ...


@dataclass(frozen=True)
class WordTokenizer:
    words: tuple[str, ...]
    name: str = "protocol-words"
    length: int = 77

    @property
    def begin(self) -> int:
        return 0

    @property
    def end(self) -> int:
        # The largest id: CLIPTextModel finds a caption's end as the first place of its eos id.
        return self.size - 1

    @property
    def pad(self) -> int:
        return self.end

    @property
    def size(self) -> int:
        return 1 + len(self.words) + SHARED + 1

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word: place for place, word in enumerate(self.words)}

    def encode(self, text: str) -> list[int]:
        return [self._id(piece.lower()) for piece in _PIECES.findall(text)]

    def _id(self, word: str) -> int:
        index = self._places.get(word)
        return 1 + index if index is not None else 1 + len(self.words) + zlib.crc32(word.encode()) % SHARED


@dataclass(frozen=True)
class ClipTokenizer:
    inner: Any
    """transformers.CLIPTokenizer"""
    name: str = "clip-bpe"

    @property
    def length(self) -> int:
        return int(self.inner.model_max_length)

    @property
    def size(self) -> int:
        return len(self.inner)

    @property
    def begin(self) -> int:
        return int(self.inner.bos_token_id)

    @property
    def end(self) -> int:
        return int(self.inner.eos_token_id)

    @property
    def pad(self) -> int:
        return int(self.inner.pad_token_id)

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self.inner(text, add_special_tokens=False)["input_ids"]
        return ids


def word_tokenizer(path: Path = VOCABULARY) -> WordTokenizer:
    """The closed tokenizer. Its file's order gives the ids: words are appended, never moved, once a checkpoint exists."""
    words = tuple(line for line in path.read_text().splitlines() if line)
    if len(set(words)) != len(words):
        raise ValueError(f"{path.name} names a word twice")
    return WordTokenizer((",", ".", *words))
