"""A labeller's file: one safetensors file whose header holds the questions and the facts of its training."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from .colour_naming import ColourNaming
from .feature_cache import NO_CACHE, FeatureCache
from .features import VERSION
from .labeller import MODEL, Fusion, Labeller, Parts
from .protocol import question_from_json, question_to_json
from .regression import Regression
from .vocabulary import SharedHead

FORMAT = 1


class BadCheckpoint(ValueError):
    """The file is no labeller, not the one asked for, or made by another version of the features."""


def save_labeller(labeller: Labeller, facts: dict[str, Any]) -> bytes:
    """Labeller -> bytes; the same labeller gives the same bytes. `facts`: JSON of how it was made."""
    parts = labeller.parts
    if parts is None:
        raise ValueError("an untrained labeller has no file: it is named by an empty key")
    tensors = {
        "regression.mean": parts.regression.mean,
        "regression.scale": parts.regression.scale,
        "colour.metric": parts.colours.metric,
    }
    for category, weights in parts.regression.weights.items():
        tensors[f"regression.weights.{category}"] = weights.astype(np.float16)
        tensors[f"regression.bias.{category}"] = parts.regression.biases[category]
        tensors[f"prior.{category}"] = parts.priors[category]
    palettes = sorted(parts.colours.prototypes)
    for i, palette in enumerate(palettes):
        tensors[f"colour.prototypes.{i}"] = parts.colours.prototypes[palette]
        tensors[f"colour.bias.{i}"] = parts.colours.biases[palette]
    for category, mixture in parts.colours.mixtures.items():
        tensors[f"colour.mixture.{category}"] = mixture
    vocabularies = sorted(parts.shared)
    for i, vocabulary in enumerate(vocabularies):
        head = parts.shared[vocabulary]
        tensors |= {f"shared.mean.{i}": head.mean, f"shared.scale.{i}": head.scale}
        tensors |= {f"shared.weights.{i}": head.weights, f"shared.bias.{i}": head.bias}
        tensors[f"shared.categories.{i}"] = np.array(head.categories, np.int32)
    meta = {
        "format": FORMAT,
        "model": MODEL,
        "version": labeller.identity.version,
        "features": VERSION,
        "questions": [question_to_json(q) for q in labeller.order],
        "palettes": palettes,
        "vocabularies": vocabularies,
        "fusion": asdict(parts.fusion),
        "facts": facts,
    }
    ordered = {name: np.ascontiguousarray(tensors[name]) for name in sorted(tensors)}
    return save(ordered, metadata={"labeller": json.dumps(meta, sort_keys=True, ensure_ascii=False)})


def load_labeller(data: bytes, sha256: str, cache: FeatureCache = NO_CACHE) -> Labeller:
    """Bytes -> labeller that looks for features in `cache`.

    Raises BadCheckpoint for altered bytes or a file this version can't read.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise BadCheckpoint(f"the labeller's file has sha256 {found[:12]}…, expected {sha256[:12]}…: it was altered")
    try:
        meta = read_meta(data)
        tensors = load(data)
        questions = [question_from_json(q) for q in meta["questions"]]
        return Labeller(questions, _parts(meta, tensors), str(meta["version"]), sha256, cache)
    except (SafetensorError, KeyError, TypeError, RuntimeError, json.JSONDecodeError) as error:
        raise BadCheckpoint(f"the file is no labeller: {error}") from error


def read_meta(data: bytes) -> dict[str, Any]:
    """The header's facts. Raises BadCheckpoint."""
    try:
        length = int.from_bytes(data[:8], "little")
        meta = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["labeller"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadCheckpoint(f"the file is no labeller: {error}") from error
    if meta.get("format") != FORMAT or meta.get("features") != VERSION:
        raise BadCheckpoint(
            f"the labeller is of format {meta.get('format')} with features {meta.get('features')}, "
            f"this worker reads format {FORMAT} with {VERSION}: fine-tune it again"
        )
    return dict(meta)


def _parts(meta: dict[str, Any], tensors: dict[str, np.ndarray]) -> Parts:
    questions = [question_from_json(q) for q in meta["questions"]]
    categories = [q.category for q in questions]
    regression = Regression(
        tensors["regression.mean"],
        tensors["regression.scale"],
        {c: tensors[f"regression.weights.{c}"].astype(np.float32) for c in categories},
        {c: tensors[f"regression.bias.{c}"] for c in categories},
    )
    colours = ColourNaming(
        tensors["colour.metric"],
        {palette: tensors[f"colour.prototypes.{i}"] for i, palette in enumerate(meta["palettes"])},
        {palette: tensors[f"colour.bias.{i}"] for i, palette in enumerate(meta["palettes"])},
        {c: tensors[f"colour.mixture.{c}"] for c in categories if f"colour.mixture.{c}" in tensors},
    )
    shared = {
        vocabulary: SharedHead(
            tensors[f"shared.mean.{i}"],
            tensors[f"shared.scale.{i}"],
            tensors[f"shared.weights.{i}"],
            tensors[f"shared.bias.{i}"],
            tensors[f"shared.categories.{i}"].tolist(),
        )
        for i, vocabulary in enumerate(meta["vocabularies"])
    }
    fusion = Fusion(
        tuple(meta["fusion"]["colour"]),
        {vocabulary: tuple(weights) for vocabulary, weights in meta["fusion"]["shared"].items()},
        tuple(meta["fusion"]["other"]),
    )
    priors = {c: tensors[f"prior.{c}"] for c in categories}
    return Parts(regression, colours, shared, priors, fusion)
