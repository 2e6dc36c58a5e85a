"""The embedded labeller: regression, colour naming and shared heads, fused by a weighted sum of log-probabilities."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .colour_naming import ColourNaming, is_colour_question
from .feature_cache import NO_CACHE, FeatureCache, Source
from .features import VERSION, Features, measure
from .picture import Picture
from .protocol import Question, packed_of
from .regression import Regression, log_softmax, standardise
from .vlm import Guess, Identity, Unanswered
from .vocabulary import SharedHead, vocabulary_of

MODEL = "part-labeller"


_EVENNESS = 0.8  # share of the prior taken back among kinds
SHARED = (0.4, 0.8)  # weights of a vocabulary that was not weighed


@dataclass(frozen=True)
class Fusion:
    """Weights of the log-probabilities by kind of question; they hold the temperature as well."""

    colour: tuple[float, ...] = (0.3, 1.0)  # regression, colour naming
    shared: dict[str, tuple[float, ...]] = field(default_factory=dict)  # by vocabulary: regression, shared head
    other: tuple[float, ...] = (1.0,)  # regression


@dataclass(frozen=True)
class Encoded:
    """A picture's features and the name it is known by."""

    key: str
    features: Features


@dataclass
class Parts:
    """What training makes; an untrained labeller has none of it."""

    regression: Regression
    colours: ColourNaming
    shared: dict[str, SharedHead]
    priors: dict[int, np.ndarray]  # by category: log of each class's share of the answers learned from
    fusion: Fusion = field(default_factory=Fusion)


class Labeller:
    """Answers closed questions about pictures. Implements the Vlm port; see `checkpoint.py` for its file."""

    encoder = VERSION

    def __init__(
        self,
        questions: Sequence[Question],
        parts: Parts | None,
        version: str,
        sha256: str = "",
        cache: FeatureCache = NO_CACHE,
    ) -> None:
        self.questions = {q.category: q for q in questions}
        self.order = list(questions)
        self.parts = parts
        self.cache = cache
        self.identity = Identity(MODEL, version, sha256, "embedded", trained=parts is not None, calibrated=parts is not None)

    def encode(self, picture: Picture, key: str, source: Source | None = None) -> Encoded:
        """Measures a picture; one whose `source` is told is looked for in the cache first."""
        return Encoded(key, self.cache.of(picture, source) if source else measure(picture))

    def answer(self, encoded: Sequence[Encoded], questions: Sequence[Sequence[Question]]) -> list[list[Guess | Unanswered]]:
        """The i-th picture's questions, one picture at a time: a batch equals singles."""
        return [self._answer_one(e, asked) for e, asked in zip(encoded, questions, strict=True)]

    def _answer_one(self, encoded: Encoded, asked: Sequence[Question]) -> list[Guess | Unanswered]:
        for question in asked:
            mine = self.questions.get(question.category)
            if mine is None or mine.options != question.options:
                raise ValueError(
                    f"labeller {self.identity.version} was not made for question {question.category} ({question.id}) "
                    "with these options: fine-tune one for this protocol"
                )
        if self.parts is None:
            return [_prior(question, encoded.key) for question in asked]
        families = self.log_probabilities(encoded.features, asked)
        return [
            guess_of(q, fuse(self.parts.fusion, q, family), self.parts.priors[q.category], MODEL)
            for q, family in zip(asked, families, strict=True)
        ]

    def log_probabilities(self, features: Features, asked: Sequence[Question]) -> list[dict[str, np.ndarray]]:
        """Per question, the log-probabilities [classes] of each family that has a say."""
        assert self.parts is not None
        parts = self.parts
        scaled = standardise(features.vector, parts.regression.mean, parts.regression.scale)
        out = []
        for question in asked:
            family = {"regression": parts.regression.of_scaled(scaled, question.category)}
            if is_colour_question(question):
                family["colour"] = parts.colours.log_probabilities(features.colours[None], question)[0]
            elif vocabulary_of(question) in parts.shared:
                family["shared"] = parts.shared[vocabulary_of(question)].log_probabilities(features.vector, question)
            out.append(family)
        return out


def fuse(fusion: Fusion, question: Question, family: dict[str, np.ndarray]) -> np.ndarray:
    """Weighted sum of log-probabilities -> log-probabilities [classes].

    Colour naming speaks of the options alone: whether the colour is visible at all is left to the regression.
    """
    if "shared" in family:
        regression, shared = fusion.shared.get(vocabulary_of(question), SHARED)
        return log_softmax(regression * family["regression"] + shared * family["shared"])
    if "colour" not in family:
        return log_softmax(fusion.other[0] * family["regression"])
    regression, colour = fusion.colour
    named = regression * family["regression"][:-1] + colour * family["colour"]
    hidden = family["regression"][-1]
    seen = np.log1p(-np.exp(min(hidden, -1e-6)))
    return np.append(log_softmax(named) + seen, hidden)


def guess_of(question: Question, log_p: np.ndarray, prior: np.ndarray, model: str) -> Guess | Unanswered:
    """Log-probabilities [classes] -> the answer they give, or `not-finite`; `prior` as `decide` takes it."""
    p = np.exp(log_p)
    if not np.isfinite(p).all():
        return Unanswered(question.category, "not-finite", f"{model} gave no finite probability to {question.id}", False)
    best = decide(question, p, prior)
    return Guess(question.category, packed_of(question, best), float(p[best]), tuple(p.tolist()))


def decide(question: Question, p: np.ndarray, prior: np.ndarray) -> int:
    """The class to answer: whether it can be seen, then whether it is there, then which kind.

    Many kinds share the probability of being there, so the likeliest single class would deny most rare garments. Among
    kinds, most of the prior's say is taken back (logit adjustment, Menon et al. 2021): a rare kind that is nearly as likely
    as a common one is answered, which gains two points on the rarest third of options and costs one over all. The
    probabilities themselves stay calibrated.
    """
    hidden, options = p[-1], p[:-1]
    if hidden >= 0.5:
        return len(options)
    if question.absent is not None and options[question.absent] >= 0.5 * options.sum():
        return question.absent
    kinds = np.log(options + 1e-12) - _EVENNESS * prior[:-1]
    if question.absent is not None:
        kinds[question.absent] = -np.inf
    return int(kinds.argmax())


def _prior(question: Question, key: str) -> Guess:
    """Untrained: every option is as likely; which one is said depends on the picture's name alone."""
    count = len(question.options)
    digest = hashlib.sha256(f"{key}:{question.id}".encode()).digest()
    chosen = int.from_bytes(digest[:8], "big") % count
    return Guess(question.category, chosen, 1 / count, (*[1 / count] * count, 0.0))


def untrained(questions: Sequence[Question], version: str = "embedded-0", cache: FeatureCache = NO_CACHE) -> Labeller:
    """The labeller before any answer: a uniform prior, marked as untrained."""
    return Labeller(questions, None, version, cache=cache)
