"""One run of a recipe on a dataset version: the loop, in the order in which things happen.

Shape suffixes: B samples, C channels, Y x Z latent cells, T tokens, E width of the text encoder.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from anyone_gpu.objects import ObjectRef, Objects
from anyone_gpu.train.attention import supervise
from anyone_gpu.train.checkpoint import (
    Checkpoint,
    Provenance,
    TrainingState,
    canonical_json,
    commit_checkpoint,
    last_good,
    module_files,
    named_parameters,
    optimizer_tensors,
    restore_optimizer,
    tensor_bytes,
)
from anyone_gpu.train.dataset import Dataset
from anyone_gpu.train.hola import LayerMeasure, excess_over_floor, in_mask_attention, in_mask_share
from anyone_gpu.train.loader import Batch, Loader, keyed_noise, keyed_rng
from anyone_gpu.train.model import Diffusion, build_model, noise_loss
from anyone_gpu.train.recipes import OptimizerConfig, Recipe, recipe_json
from anyone_gpu.work import Cancelled, Preempted, Report

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    run_id: str
    attempt: int
    prefix: str
    """Where this attempt's checkpoints lie."""
    recipe: Recipe
    seed: int
    resume: Sequence[ObjectRef] = ()
    """Checkpoint manifests of this run, newest first."""


def train(run: Run, dataset: Dataset, objects: Objects, report: Report) -> dict[str, Any]:
    """Trains from the last good checkpoint, or from the start, to the recipe's last step.

    Returns {"step", "checkpoint": {key, sha256, bytes}}. Raises Preempted after committing, Cancelled without.
    """
    recipe = run.recipe
    torch.set_num_threads(recipe.threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(run.seed)  # nothing below draws from it; a layer with dropout would

    model = build_model(recipe, run.seed)
    guide = supervise(model.unet, recipe.hola.layers, mode=recipe.hola.mode, beta=recipe.hola.beta)
    parameters = named_parameters(model.parts)
    names, weights = list(parameters), list(parameters.values())
    optimizer = _adamw(weights, recipe.optimizer)
    average = {name: p.detach().clone().float() for name, p in parameters.items()}
    loader = Loader(dataset.split("train"), model.tokenizer, recipe.loader, run.seed)
    levels = model.schedule.alphas_cumprod.float()

    provenance = Provenance(
        run.run_id,
        run.seed,
        recipe_json(recipe),
        {"version": dataset.version, "protocol": dataset.protocol, "sha256": dataset.sha256},
        {"name": model.tokenizer.name, "size": model.tokenizer.size},
    )
    done, window, last = 0, [], None
    checkpoint = last_good(objects, run.resume, provenance)
    if checkpoint is not None:
        state = _restore(checkpoint, model, optimizer, names, average, loader)
        done, window, last = state.step, list(state.window), checkpoint.ref
        log.info("resumed", extra={"run": run.run_id, "step": done})

    began = time.monotonic()
    for step in range(done + 1, recipe.steps + 1):
        logging_now = step % recipe.log_every == 0 or step == recipe.steps

        batch = loader.next()
        clean_BCYZ = model.encode_images(batch.images_BCYZ)
        noise_BCYZ, level_B = draw_noise(batch, clean_BCYZ.shape[1:], run.seed)
        signal_B = levels[level_B]
        noisy_BCYZ = add_noise(clean_BCYZ, noise_BCYZ, signal_B)

        # With beta = 0 the maps are looked at only where a row is logged.
        guide.begin(batch.targets if recipe.hola.beta or logging_now else None, measuring=logging_now)
        text_BTE = model.encode_text(batch.tokens_BT)
        prediction_BCYZ = model.unet(noisy_BCYZ, level_B, text_BTE).sample
        loss_noise = noise_loss(prediction_BCYZ, clean_BCYZ, noise_BCYZ, signal_B, recipe).mean()

        (recipe.hola.alpha * loss_noise).backward()  # beta * HOLA joins in here, in the guided layers
        norm = torch.nn.utils.clip_grad_norm_(weights, recipe.optimizer.clip)
        for group in optimizer.param_groups:
            group["lr"] = recipe.optimizer.lr * min(1.0, step / max(recipe.optimizer.warmup, 1))
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        with torch.no_grad():
            torch._foreach_lerp_(list(average.values()), [w.detach().float() for w in weights], 1 - recipe.ema)

        window.append(loss_noise.item())
        if logging_now:
            row = {"loss_noise": sum(window) / len(window), "grad_norm": float(norm), **_attention_row(guide.measures)}
            row["images_per_s"] = (step - done) * recipe.loader.batch / (time.monotonic() - began)
            report.metrics(step, row)
            window = []
        report.progress(step)

        stop = report.should_stop()
        if stop == "cancel":
            raise Cancelled(f"cancelled at step {step}")
        if step % recipe.checkpoint_every == 0 or step == recipe.steps or stop:
            state = TrainingState(step, loader.state(), tuple(window))
            files = _files(model, average, optimizer, names, state)
            last = commit_checkpoint(objects, f"{run.prefix}/step-{step:08d}", run.attempt, step, provenance, files)
            report.checkpoint(step, last)
        if stop and step < recipe.steps:
            raise Preempted(f"gave the run back at step {step}")

    assert last is not None
    return {"step": recipe.steps, "checkpoint": asdict(last)}


def draw_noise(batch: Batch, shape_CYZ: Sequence[int], seed: int | str) -> tuple[Tensor, Tensor]:
    """Noise and noise level of each sample, by (seed, sample, epoch): the same in any batch, on any rank."""
    keys = list(zip(batch.asset_ids, batch.epochs, strict=True))
    noise_BCYZ = torch.stack([keyed_noise(tuple(shape_CYZ), seed, "noise", *key) for key in keys])
    level_B = torch.tensor([int(keyed_rng(seed, "level", *key).integers(1000)) for key in keys])
    return noise_BCYZ, level_B


def add_noise(clean_BCYZ: Tensor, noise_BCYZ: Tensor, signal_B: Tensor) -> Tensor:
    share = signal_B[:, None, None, None]
    return share.sqrt() * clean_BCYZ + (1 - share).sqrt() * noise_BCYZ


def _adamw(weights: list[Any], config: OptimizerConfig) -> torch.optim.AdamW:
    return torch.optim.AdamW(
        weights, lr=config.lr, betas=config.betas, eps=config.eps, weight_decay=config.weight_decay, foreach=True
    )


def _attention_row(measures: Mapping[str, LayerMeasure]) -> dict[str, float]:
    """Empty where no caption of the batch has a group with a mask."""
    if not measures:
        return {}
    layers = list(measures.values())
    return {
        "loss_hola": sum(layer.loss for layer in layers),
        "hola_excess": excess_over_floor(layers),
        "in_mask_share": float(in_mask_share(layers).nanmean()),
        "in_mask_attention": float(in_mask_attention(layers).nanmean()),
    }


def _files(
    model: Diffusion,
    average: Mapping[str, Tensor],
    optimizer: torch.optim.Optimizer,
    names: list[str],
    state: TrainingState,
) -> dict[str, bytes]:
    return {
        **module_files("unet", "diffusion_pytorch_model.safetensors", model.unet),
        **module_files("text_encoder", "model.safetensors", model.text),
        "scheduler/scheduler_config.json": model.schedule.to_json_string().encode(),
        "tokenizer/vocabulary.txt": "\n".join(getattr(model.tokenizer, "words", ())).encode(),
        "ema.safetensors": tensor_bytes(average),
        "training.safetensors": tensor_bytes({**optimizer_tensors(optimizer, names), "|torch_rng": torch.get_rng_state()}),
        "training.json": canonical_json(asdict(state)),
    }


def _restore(
    checkpoint: Checkpoint,
    model: Diffusion,
    optimizer: torch.optim.Optimizer,
    names: list[str],
    average: Mapping[str, Tensor],
    loader: Loader,
) -> TrainingState:
    model.unet.load_state_dict(checkpoint.tensors("unet/diffusion_pytorch_model.safetensors"))
    model.text.load_state_dict(checkpoint.tensors("text_encoder/model.safetensors"))
    saved = checkpoint.tensors("training.safetensors")
    torch.set_rng_state(saved.pop("|torch_rng"))
    restore_optimizer(optimizer, names, saved)
    for name, value in checkpoint.tensors("ema.safetensors").items():
        average[name].copy_(value)
    state = TrainingState(**checkpoint.json("training.json"))
    loader.restore(dict(state.loader))
    return state
