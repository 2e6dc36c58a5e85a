"""What a run does, as functions that return a whole `Recipe`.

A run names one; a job may override the few values of `OVERRIDES`.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from anyone_gpu.train.caption import CaptionConfig
from anyone_gpu.train.hola import Mode
from anyone_gpu.train.loader import LoaderConfig


@dataclass(frozen=True)
class ModelConfig:
    unet: Mapping[str, Any]
    """Arguments of diffusers.UNet2DConditionModel."""
    text: Mapping[str, Any]
    """Arguments of transformers.CLIPTextConfig besides the tokenizer's."""
    latent: int
    """Pixels per latent cell and side: latents are pixel_unshuffle(latent), 3 * latent^2 channels, without a VAE."""
    tokenizer: Literal["protocol-words"] = "protocol-words"


@dataclass(frozen=True)
class HolaConfig:
    layers: tuple[str, ...]
    alpha: float = 1.0
    beta: float = 1.0
    mode: Mode = "released"


@dataclass(frozen=True)
class OptimizerConfig:
    lr: float = 1e-5
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 1e-2
    clip: float = 1.0
    warmup: int = 0
    """Steps over which the learning rate rises from 0; constant afterwards."""


@dataclass(frozen=True)
class Recipe:
    name: str
    about: str
    model: ModelConfig
    loader: LoaderConfig
    hola: HolaConfig
    optimizer: OptimizerConfig
    steps: int
    prediction: Literal["epsilon", "sample"] = "epsilon"
    snr_cap: float | None = None
    """With `sample`: the noise loss is snr * the image loss; its weight is capped here (min-SNR). None: no cap."""
    ema: float = 0.9999
    log_every: int = 10
    checkpoint_every: int = 100
    threads: int = 1
    """Of torch on a CPU. More were slower on a shared machine, and one makes a sum's order, and so every bit, repeatable."""


def sd15_tiny() -> Recipe:
    """A small SD-1.5-shaped latent-diffusion UNet (1.5 M parameters) from scratch at about 64x64 pixels, on a CPU.

    Same blocks, attention and text conditioning as Stable Diffusion 1.5; latents are pixels folded 4x4 instead of a VAE's,
    and the text encoder is a small CLIP text transformer over the protocol's words, trained along. It predicts the image,
    because 48 noise channels take far longer to become a figure; the loss is the noise loss with its weight capped.
    """
    return Recipe(
        name="sd15_tiny",
        about="small SD-1.5-shaped latent-diffusion UNet, 64 px, trained from scratch",
        model=ModelConfig(
            unet={
                "in_channels": 48,
                "out_channels": 48,
                "sample_size": 16,
                "block_out_channels": (32, 64, 64),
                "down_block_types": ("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
                "mid_block_type": "UNetMidBlock2DCrossAttn",
                "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
                "layers_per_block": 1,
                "norm_num_groups": 8,
                "cross_attention_dim": 64,
                "attention_head_dim": 4,
            },
            text={"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 1, "num_attention_heads": 4},
            latent=4,
        ),
        loader=LoaderConfig(sizes=((64, 64), (56, 72), (48, 96)), batch=8, caption=CaptionConfig()),
        hola=HolaConfig(
            # At half the latent's size, as released for SD 1.5, and on the way up only: there the whole figure has been
            # seen, and attention takes to its masks sooner.
            layers=(
                "up_blocks.1.attentions.0.transformer_blocks.0.attn2",
                "up_blocks.1.attentions.1.transformer_blocks.0.attn2",
            ),
            beta=10.0,
        ),
        optimizer=OptimizerConfig(lr=2e-3, warmup=20),
        steps=400,
        prediction="sample",
        snr_cap=5.0,
        ema=0.98,
    )


def debug() -> Recipe:
    """The same in seconds: fewer channels, 32 px, a dozen steps, a checkpoint every four."""
    whole = sd15_tiny()
    unet = {
        **whole.model.unet,
        "block_out_channels": (8, 16, 16),
        "norm_num_groups": 4,
        "cross_attention_dim": 16,
        "attention_head_dim": 2,
    }
    text = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    return replace(
        whole,
        name="debug",
        about="the real loop on a toy, for tests",
        model=replace(whole.model, unet=unet, text=text),
        loader=replace(whole.loader, sizes=((32, 32), (24, 48)), batch=2),
        steps=12,
        log_every=1,
        checkpoint_every=4,
    )


RECIPES: Mapping[str, Callable[[], Recipe]] = {"sd15_tiny": sd15_tiny, "debug": debug}

OVERRIDES: Mapping[str, Callable[[Recipe, Any], Recipe]] = {
    "steps": lambda recipe, value: replace(recipe, steps=_positive("steps", value)),
    "log_every": lambda recipe, value: replace(recipe, log_every=_positive("log_every", value)),
    "checkpoint_every": lambda recipe, value: replace(recipe, checkpoint_every=_positive("checkpoint_every", value)),
    "batch": lambda recipe, value: replace(recipe, loader=replace(recipe.loader, batch=_positive("batch", value))),
    "alpha": lambda recipe, value: replace(recipe, hola=replace(recipe.hola, alpha=_weight("alpha", value))),
    "beta": lambda recipe, value: replace(recipe, hola=replace(recipe.hola, beta=_weight("beta", value))),
    "mode": lambda recipe, value: replace(recipe, hola=replace(recipe.hola, mode=_mode(value))),
}


def build_recipe(name: str, overrides: Mapping[str, Any] | None = None) -> Recipe:
    """A named recipe with a job's overrides. Raises ValueError, naming what exists, for an unknown name or key."""
    if name not in RECIPES:
        raise ValueError(f"no recipe {name!r}; there are {', '.join(RECIPES)}")
    recipe = RECIPES[name]()
    for key, value in (overrides or {}).items():
        if key not in OVERRIDES:
            raise ValueError(f"a run may not override {key!r}, only {', '.join(OVERRIDES)}")
        recipe = OVERRIDES[key](recipe, value)
    return recipe


def read_recipe(raw: Mapping[str, Any]) -> Recipe:
    """The recipe of a checkpoint's manifest: the inverse of `recipe_json`. Raises TypeError for another version's fields."""
    loader = raw["loader"]
    caption = CaptionConfig(**loader["caption"])
    sizes = tuple((int(width), int(height)) for width, height in loader["sizes"])
    parts: dict[str, Any] = {
        "model": ModelConfig(**raw["model"]),
        "loader": LoaderConfig(**{**loader, "sizes": sizes, "caption": caption}),
        "hola": HolaConfig(**{**raw["hola"], "layers": tuple(raw["hola"]["layers"])}),
        "optimizer": OptimizerConfig(**{**raw["optimizer"], "betas": tuple(raw["optimizer"]["betas"])}),
    }
    return Recipe(**{**raw, **parts})


def recipe_json(recipe: Recipe) -> dict[str, Any]:
    """Everything that made a checkpoint, for its manifest."""
    return asdict(recipe)


def _positive(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be a whole number above 0, not {value!r}")
    return value


def _weight(name: str, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < float("inf"):
        raise ValueError(f"{name} must be a number of at least 0, not {value!r}")
    return float(value)


def _mode(value: Any) -> Mode:
    if value not in ("released", "paper"):
        raise ValueError(f"mode must be released or paper, not {value!r}")
    mode: Mode = value
    return mode
