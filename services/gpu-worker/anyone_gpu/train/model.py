"""The latent-diffusion model of a recipe: text encoder, UNet, latents, noise schedule.

Shape suffixes: B samples, C channels, Y x Z pixels or latent cells, T tokens, E width of the text encoder.
"""

import os
from dataclasses import dataclass
from typing import Any

# Nothing is ever fetched by the model libraries: weights come from objects, by key and sha256.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import torch.nn.functional as F
from diffusers import DDIMScheduler, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel

from anyone_gpu.train.checkpoint import Checkpoint
from anyone_gpu.train.recipes import ModelConfig, Recipe, read_recipe
from anyone_gpu.train.tokenizer import Tokenizer, WordTokenizer, word_tokenizer


@dataclass(frozen=True)
class Diffusion:
    tokenizer: Tokenizer
    text: Any
    """transformers.CLIPTextModel"""
    unet: Any
    """diffusers.UNet2DConditionModel"""
    schedule: Any
    """diffusers.DDIMScheduler: the noise levels of training, the sampler of evaluation."""
    latent: int

    @property
    def parts(self) -> dict[str, nn.Module]:
        return {"unet": self.unet, "text_encoder": self.text}

    def encode_text(self, tokens_BT: Tensor) -> Tensor:
        states_BTE: Tensor = self.text(tokens_BT).last_hidden_state
        return states_BTE

    def encode_images(self, images_BCYZ: Tensor) -> Tensor:
        return F.pixel_unshuffle(images_BCYZ, self.latent)

    def decode_latents(self, latents_BCYZ: Tensor) -> Tensor:
        return F.pixel_shuffle(latents_BCYZ, self.latent).clamp(-1, 1)


def build_model(recipe: Recipe, seed: int) -> Diffusion:
    """Initial weights are a function of the seed; torch's own generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _assemble(recipe, build_tokenizer(recipe.model))


def load_model(checkpoint: Checkpoint) -> tuple[Diffusion, Recipe]:
    """The averaged weights of a checkpoint, ready to evaluate and to draw from, with the recipe that made them."""
    recipe = read_recipe(checkpoint.manifest["recipe"])
    tokenizer = WordTokenizer(tuple(checkpoint.files["tokenizer/vocabulary.txt"].decode().split("\n")))
    model = _assemble(recipe, tokenizer)
    average = checkpoint.tensors("ema.safetensors")
    for part, module in model.parts.items():
        module.load_state_dict({name.removeprefix(f"{part}."): t for name, t in average.items() if name.startswith(f"{part}.")})
        module.eval().requires_grad_(False)
    return model, recipe


def build_tokenizer(config: ModelConfig) -> Tokenizer:
    assert config.tokenizer == "protocol-words"
    return word_tokenizer()


def build_schedule(recipe: Recipe) -> DDIMScheduler:
    """Stable Diffusion's 1000 levels."""
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        prediction_type=recipe.prediction,
    )


def _assemble(recipe: Recipe, tokenizer: Tokenizer) -> Diffusion:
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=tokenizer.size,
            max_position_embeddings=tokenizer.length,
            bos_token_id=tokenizer.begin,
            eos_token_id=tokenizer.end,
            pad_token_id=tokenizer.pad,
            **recipe.model.text,
        )
    )
    unet = UNet2DConditionModel(**recipe.model.unet)
    return Diffusion(tokenizer, text, unet, build_schedule(recipe), recipe.model.latent)


def noise_loss(prediction_BCYZ: Tensor, clean_BCYZ: Tensor, noise_BCYZ: Tensor, signal_B: Tensor, recipe: Recipe) -> Tensor:
    """The noise loss per sample, ||eps - eps'||^2 averaged over cells.

    With a predicted image x0' the noise it implies is off by sqrt(snr) (x0 - x0'), so the same loss is snr * ||x0 - x0'||^2;
    snr = a/(1 - a), a = `signal_B` the share of signal (alphas_cumprod). Where snr > cap its weight is the cap
    (min-SNR, Hang et al. 2023), or the least noisy levels would be all there is.
    """
    if recipe.prediction == "epsilon":
        return (prediction_BCYZ - noise_BCYZ).square().mean((1, 2, 3))
    snr_B = signal_B / (1 - signal_B)
    weight_B = snr_B if recipe.snr_cap is None else snr_B.clamp(max=recipe.snr_cap)
    return weight_B * (prediction_BCYZ - clean_BCYZ).square().mean((1, 2, 3))
