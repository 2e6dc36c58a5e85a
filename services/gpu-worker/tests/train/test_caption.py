"""Captions: every span says its group's words, order and dropout follow the rules, the same key gives the same caption."""

from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import CLIPTokenizer

from anyone_gpu.train.caption import CaptionConfig, CaptionGroup, plain_caption, read_group, write_caption
from anyone_gpu.train.loader import keyed_rng
from anyone_gpu.train.tokenizer import ClipTokenizer, Tokenizer, word_tokenizer

WORDS = word_tokenizer()
NEVER = CaptionConfig(drop_group=0, drop_caption=0)
PROTOCOL = Path(__file__).resolve().parents[4] / "packages/domain/protocols/prime-human-1.0.0.yaml"

phrase = st.lists(st.sampled_from(["red", "short sleeve", "v neckline", "knee-length", "mauve"]), max_size=9).map(tuple)
groups = st.lists(
    st.builds(
        CaptionGroup,
        group=st.sampled_from([f"g{n:02d}" for n in range(21)]),
        name=st.just("x"),
        words=phrase,
        noun=st.sampled_from(["t-shirt", "hair", "woman"]),
        mask=st.just((4,)),
        keep=st.sampled_from([0.5, 1.0]),
        article=st.booleans(),
    ),
    max_size=21,
).map(tuple)


@given(groups=groups, seed=st.integers(0, 2**40))
@settings(max_examples=60, deadline=None)
def test_every_span_holds_exactly_its_groups_words(groups: tuple[CaptionGroup, ...], seed: int) -> None:
    caption = write_caption(groups, WORDS, keyed_rng(seed), CaptionConfig())
    assert len(caption.ids) == WORDS.length
    assert caption.ids[0] == WORDS.begin and WORDS.end in caption.ids
    said = Counter(i for span in caption.spans for i in caption.ids[span.start : span.end])
    wanted: Counter[int] = Counter()
    for span in caption.spans:
        article = ["a"] if span.group.article else []
        for text in (*article, *span.group.words, span.group.noun or ""):
            wanted.update(WORDS.encode(text))
    assert said == wanted
    assert all(a.end + 1 == b.start for a, b in zip(caption.spans, caption.spans[1:], strict=False))
    assert caption.ids[: caption.ids.index(WORDS.end)] == (WORDS.begin, *WORDS.encode(caption.text))


@given(groups=groups, seed=st.integers(0, 2**40))
@settings(max_examples=30, deadline=None)
def test_frame_person_body_and_scene_come_first_in_that_order(groups: tuple[CaptionGroup, ...], seed: int) -> None:
    order = [span.group.group for span in write_caption(groups, WORDS, keyed_rng(seed), NEVER).spans]
    fixed = [group for group in order if group <= "g03"]
    assert fixed == sorted(fixed)
    assert order[: len(fixed)] == fixed


def test_what_does_not_fit_is_removed_from_the_end_by_whole_groups() -> None:
    many = tuple(CaptionGroup(f"g{n:02d}", "x", ("red",) * 9, "hair", (4,)) for n in range(4, 12))
    caption = plain_caption(many, WORDS)
    assert [span.group.group for span in caption.spans] == ["g04", "g05", "g06", "g07", "g08", "g09"]
    assert caption.spans[-1].end <= WORDS.length - 1


def test_dropout_follows_its_probabilities_and_the_key_decides() -> None:
    both = (CaptionGroup("g07", "top", ("red",), "t-shirt", (4,)), CaptionGroup("g20", "tie", (), "tie", (4,), keep=0.5))
    captions = [write_caption(both, WORDS, keyed_rng(1, "sample", n, 0), CaptionConfig()) for n in range(4000)]
    kept = Counter(span.group.name for caption in captions for span in caption.spans)
    assert kept["top"] / 4000 == pytest.approx(0.9 * 0.9, abs=0.03)
    assert kept["tie"] / 4000 == pytest.approx(0.9 * 0.9 * 0.5, abs=0.03)
    assert captions[7] == write_caption(both, WORDS, keyed_rng(1, "sample", 7, 0), CaptionConfig())
    epochs = {write_caption(both, WORDS, keyed_rng(1, "sample", 7, epoch), CaptionConfig()).text for epoch in range(30)}
    assert len(epochs) > 2


def test_an_empty_caption_supervises_nothing() -> None:
    caption = write_caption((CaptionGroup("g07", "top", (), "t-shirt", (4,)),), WORDS, keyed_rng(0), CaptionConfig(0, 1))
    assert caption.spans == ()
    assert caption.ids == (WORDS.begin, *[WORDS.end] * 76)


def test_groups_are_read_with_their_defaults_and_empty_ones_refused() -> None:
    raw = {"group": "g16", "name": "headband", "set": "C_outfit", "mask": [1, 2], "words": ["red"], "noun": "headband"}
    assert read_group(raw).keep == 0.5
    assert read_group({**raw, "group": "g07"}).keep == 1.0
    assert read_group({**raw, "group": "g01"}).article and not read_group({**raw, "group": "g01", "article": False}).article
    assert read_group({**raw, "set": "C_other"}).mask == ()
    with pytest.raises(ValueError, match="neither words nor a noun"):
        read_group({**raw, "words": [], "noun": None})


@pytest.mark.skipif(not PROTOCOL.is_file(), reason="the protocol's data file is not in this checkout")
def test_every_option_of_the_protocol_is_in_the_vocabulary() -> None:
    protocol = yaml.safe_load(PROTOCOL.read_text())
    options = [category["options"] for category in protocol["categories"] if isinstance(category["options"], list)]
    texts = [text for listed in (*protocol["vocab"].values(), *options) for text in listed]
    texts += [phrase for phrases in protocol["caption"]["phrases"].values() for phrase in phrases.values()]
    assert len(texts) > 150
    first_shared = 1 + len(WORDS.words)
    assert not [text for text in texts if any(first_shared <= i < WORDS.end for i in WORDS.encode(text.replace("_", " ")))]


@pytest.fixture
def clip() -> Tokenizer:
    """CLIP's own tokenizer class on a vocabulary of single letters and two merges."""
    letters = "abcdefghijklmnopqrstuvwxyz-,"
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), "re", "red</w>", "<|startoftext|>", "<|endoftext|>"]
    inner = CLIPTokenizer(
        vocab={token: place for place, token in enumerate(tokens)}, merges=[("r", "e"), ("re", "d</w>")], model_max_length=77
    )
    return ClipTokenizer(inner)


def test_clips_tokenizer_fits_the_same_interface(clip: Tokenizer) -> None:
    top = CaptionGroup("g07", "top", ("red",), "t-shirt", (4,))
    caption = plain_caption((top, CaptionGroup("g04", "hair", ("brown",), "hair", (2,))), clip)
    assert len(caption.ids) == 77
    assert caption.ids[: caption.ids.index(clip.end)] == (clip.begin, *clip.encode(caption.text))
    span = caption.spans[0]
    assert caption.ids[span.start : span.end] == tuple(clip.encode("red t-shirt"))
    assert len(clip.encode("red")) == 1
