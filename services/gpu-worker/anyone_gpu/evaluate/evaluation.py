"""An `evaluation` job: everything measured about one checkpoint on one dataset version.

config  { "dataset": {"key", "sha256"}, "checkpoint": {"key", "sha256"},
          "labeller": {"key", "sha256", "questions"?} | null,   who judges attributes; null makes that metric unavailable;
                                                     a large model is asked the questions of the protocol given here
          "seed": 0, "n_validation": 64, "n_images": 32, "sampler_steps": 20, "guidance": 3.0 }      optional, as shown
result  { "checkpoint": {"key", "sha256"}, "run": "...", "step": 120, "dataset": {"version", "protocol", "sha256"},
          "metrics": [ {"name", "state", "value", "low", "high", "n", "seed", "method", "model", "reason"} ],
          "by_category": { "top.color": [right, asked] },
          "grid": {"key", "sha256", "bytes"}, "samples": {"key", "sha256", "bytes"} }

Names: loss_validation, in_mask_share, in_mask_attention, frechet-nsfwjs-inception, attribute_accuracy,
attribute_accuracy_real (the judge on the real pictures of the same captions, at the same size). `samples` is a JSON object
of per-sample numbers, for paired comparisons of two checkpoints evaluated with the same seed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from PIL import Image

from anyone_gpu.annotate.protocol import Question, question_from_json
from anyone_gpu.annotate.vlm_file import Surroundings
from anyone_gpu.config import Config
from anyone_gpu.evaluate.frechet import METHOD as FRECHET_METHOD
from anyone_gpu.evaluate.frechet import NAME as FRECHET
from anyone_gpu.evaluate.frechet import frechet_metric
from anyone_gpu.evaluate.intervals import bootstrap_mean
from anyone_gpu.evaluate.judge import judge_pictures, open_judge
from anyone_gpu.evaluate.metric import Identity, Metric, measured, unavailable
from anyone_gpu.evaluate.models import Unavailable, open_network
from anyone_gpu.evaluate.sampling import SamplerConfig, generate, sample_grid
from anyone_gpu.evaluate.validation import DRAWS, Validation, validate
from anyone_gpu.objects import ObjectRef, Objects, put_object
from anyone_gpu.train.attention import supervise
from anyone_gpu.train.caption import plain_caption
from anyone_gpu.train.checkpoint import Checkpoint, canonical_json, load_checkpoint
from anyone_gpu.train.dataset import Item, decode, open_dataset
from anyone_gpu.train.loader import keyed_rng
from anyone_gpu.train.model import load_model
from anyone_gpu.work import Cancelled, Job, Preempted, Report

GRID = 16
"""Pictures on the sheet."""


@dataclass(frozen=True)
class Settings:
    dataset: ObjectRef
    checkpoint: ObjectRef
    labeller: ObjectRef | None
    questions: tuple[Question, ...]
    seed: int
    n_validation: int
    n_images: int
    sampler: SamplerConfig


def run_evaluation(job: Job, objects: Objects, report: Report, config: Config) -> dict[str, Any]:
    """Raises ValueError for a configuration that no retry would heal. Nothing is kept between attempts: it takes seconds."""
    settings = read_settings(job.config)
    torch.set_num_threads(1)
    dataset = open_dataset(objects, settings.dataset, config.cache_dir)
    checkpoint = load_checkpoint(objects, settings.checkpoint)
    model, recipe = load_model(checkpoint)
    held_out = _pick(dataset.split("validation"), settings.n_validation, settings.seed)
    prompted = _pick(dataset.split("test"), settings.n_images, settings.seed)
    if not held_out or not prompted:
        raise ValueError("the dataset version has an empty validation or test split: there is nothing to evaluate on")
    _go_on(report, 1)

    guide = supervise(model.unet, recipe.hola.layers, mode=recipe.hola.mode, beta=0.0)
    numbers = validate(model, guide, held_out, recipe, seed=settings.seed)
    own = _identity(checkpoint)
    metrics = validation_metrics(numbers, own, settings.seed)
    _go_on(report, 2)

    generated = generate(model, recipe, prompted, settings.sampler, settings.seed)
    real = {item.asset_id: _shown(item, generated[item.asset_id].size) for item in prompted}
    _go_on(report, 3)

    metrics.append(_frechet(config, real, generated, settings.seed))
    _go_on(report, 4)
    judged, by_category = _attributes(objects, config, settings, prompted, real, generated)
    metrics += judged

    sheet = [
        (plain_caption(item.groups, model.tokenizer).text, real[item.asset_id], generated[item.asset_id])
        for item in prompted[:GRID]
    ]
    report.metrics(checkpoint.step, {metric.name: metric.value for metric in metrics if metric.value is not None})
    return {
        "checkpoint": {"key": settings.checkpoint.key, "sha256": settings.checkpoint.sha256},
        "run": checkpoint.manifest["run_id"],
        "step": checkpoint.step,
        "dataset": {"version": dataset.version, "protocol": dataset.protocol, "sha256": dataset.sha256},
        "metrics": [metric.json() for metric in metrics],
        "by_category": by_category,
        "grid": asdict(put_object(objects, job.key("grid.png"), sample_grid(sheet))),
        "samples": asdict(put_object(objects, job.key("samples.json"), canonical_json(asdict(numbers)))),
    }


def read_settings(config: Mapping[str, Any]) -> Settings:
    """Raises ValueError, naming the key."""
    try:
        dataset, checkpoint = (ObjectRef(config[name]["key"], config[name]["sha256"]) for name in ("dataset", "checkpoint"))
        labeller = config.get("labeller")
        return Settings(
            dataset,
            checkpoint,
            ObjectRef(labeller["key"], labeller["sha256"]) if labeller else None,
            tuple(question_from_json(q) for q in (labeller or {}).get("questions", ())),
            seed=_count(config, "seed", 0, least=0),
            n_validation=_count(config, "n_validation", 64, least=2),
            n_images=_count(config, "n_images", 32, least=2),
            sampler=SamplerConfig(_count(config, "sampler_steps", 20, least=1), float(config.get("guidance", 3.0))),
        )
    except (KeyError, TypeError) as wrong:
        raise ValueError(f"the evaluation's configuration lacks or mistypes {wrong}") from wrong


def validation_metrics(numbers: Validation, model: Identity, seed: int) -> list[Metric]:
    """Means over samples with the percentile bootstrap over samples."""
    noise = f"noise and level by (seed, sample, draw), {DRAWS} draws spread over the levels, averaged weights"
    named = (
        ("loss_validation", numbers.loss, f"noise loss of held-out samples; {noise}"),
        (
            "in_mask_share",
            numbers.share,
            f"of the attention paid to groups, the part inside the group's own mask, guided layers; {noise}",
        ),
        (
            "in_mask_attention",
            numbers.given,
            f"attention that a mask's pixels pay to its group, mean over groups, guided layers; {noise}",
        ),
    )
    metrics = []
    for name, values, method in named:
        known = [value for value in values if value == value]
        if not known:
            metrics.append(unavailable(name, method, "no held-out sample has a group with a mask", seed, model))
            continue
        method += "; 95 % percentile bootstrap over samples"
        metrics.append(measured(name, method, model, seed, len(known), sum(known) / len(known), bootstrap_mean(known, seed)))
    return metrics


def _frechet(config: Config, real: Mapping[str, Image.Image], generated: Mapping[str, Image.Image], seed: int) -> Metric:
    try:
        network = open_network(config.models_dir, "inception")
    except Unavailable as absent:
        return unavailable(FRECHET, FRECHET_METHOD, str(absent), seed)
    return frechet_metric(network, list(real.values()), list(generated.values()), seed)


def _attributes(
    objects: Objects,
    config: Config,
    settings: Settings,
    items: Sequence[Item],
    real: Mapping[str, Image.Image],
    generated: Mapping[str, Image.Image],
) -> tuple[list[Metric], dict[str, tuple[int, int]]]:
    method = (
        "share of a caption's answers that the labeller gives about the {} picture, parsed whole by the embedded parser; "
        "mean over pictures, 95 % percentile bootstrap over pictures"
    )
    kinds = (("attribute_accuracy", "generated", generated), ("attribute_accuracy_real", "real (same size)", real))
    try:
        if settings.labeller is None:
            raise Unavailable("no labeller was named to judge")
        around = Surroundings(config.models_dir / "vlm", config.vlm_url, config.vlm_api_key)
        judge = open_judge(objects, settings.labeller, config.models_dir, settings.questions, around)
        found = {name: judge_pictures(judge, items, pictures) for name, _, pictures in kinds}
        if not found["attribute_accuracy"].shares:
            raise Unavailable("the labeller knows none of the captions' categories")
    except Unavailable as absent:
        return [unavailable(name, method.format(kind), str(absent), settings.seed) for name, kind, _ in kinds], {}
    metrics = []
    for name, kind, _ in kinds:
        shares = found[name].shares
        bounds, value = bootstrap_mean(shares, settings.seed), sum(shares) / len(shares)
        metrics.append(measured(name, method.format(kind), judge.identity, settings.seed, len(shares), value, bounds))
    return metrics, dict(found["attribute_accuracy"].by_category)


def _pick(items: Sequence[Item], count: int, seed: int) -> list[Item]:
    """The same `count` samples for every checkpoint: by (seed, asset id), whatever the shards' order."""
    ordered = sorted(items, key=lambda item: (keyed_rng(seed, "pick", item.asset_id).random(), item.asset_id))
    return ordered[:count]


def _shown(item: Item, size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(decode(item, size).image_YXC)


def _identity(checkpoint: Checkpoint) -> Identity:
    manifest = checkpoint.manifest
    version = f"{manifest['run_id']}@{manifest['step']}"
    return Identity("diffusion", manifest["recipe"]["name"], version, checkpoint.ref.sha256, "embedded")


def _go_on(report: Report, stage: int) -> None:
    report.progress(stage)
    stop = report.should_stop()
    if stop == "cancel":
        raise Cancelled("the evaluation was cancelled")
    if stop:
        raise Preempted("the evaluation starts again elsewhere")


def _count(config: Mapping[str, Any], name: str, default: int, *, least: int) -> int:
    value = config.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, not {value!r}")
    return value
