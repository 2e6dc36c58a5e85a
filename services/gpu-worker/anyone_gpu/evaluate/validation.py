"""Fixed-noise validation: the noise loss and the in-mask attention share on held-out samples.

Noise and noise level of a sample depend on (seed, sample, draw) alone, captions are written in full and nothing is flipped:
two checkpoints are compared on the very same inputs, so the difference of two of them is paired.

Shape suffixes: B samples, Y x Z latent cells, T tokens, E width of the text encoder.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from anyone_gpu.train.attention import Guide
from anyone_gpu.train.caption import plain_caption
from anyone_gpu.train.dataset import Item, decode
from anyone_gpu.train.hola import in_mask_attention, in_mask_share
from anyone_gpu.train.loader import Size, collate, nearest_size
from anyone_gpu.train.model import Diffusion, noise_loss
from anyone_gpu.train.recipes import Recipe
from anyone_gpu.train.trainer import add_noise, draw_noise

DRAWS = 2


@dataclass(frozen=True)
class Validation:
    """One number per sample, means over the draws. A sample whose groups have no mask has no share (nan)."""

    asset_ids: tuple[str, ...]
    loss: tuple[float, ...]
    share: tuple[float, ...]
    """Of all attention paid to groups, the part inside the mask of the group it is paid to."""
    given: tuple[float, ...]
    """The attention that a mask's pixels pay to their group, mean over groups and layers."""


def validate(
    model: Diffusion, guide: Guide, items: Sequence[Item], recipe: Recipe, *, seed: int, draws: int = DRAWS, batch: int = 16
) -> Validation:
    """Levels are spread: draw d of D takes one from the d-th of D equal parts of all levels, so few draws see them all."""
    found: dict[str, tuple[float, float, float]] = {}
    for size, members in _by_size(items, recipe).items():
        for start in range(0, len(members), batch):
            chunk = members[start : start + batch]
            numbers = _measure(model, guide, chunk, size, recipe, seed, draws)
            found |= dict(zip((item.asset_id for item in chunk), zip(*numbers, strict=True), strict=True))
    ids = tuple(item.asset_id for item in items)
    loss, share, given = (tuple(found[i][place] for i in ids) for place in range(3))
    return Validation(ids, loss, share, given)


def _measure(
    model: Diffusion, guide: Guide, items: Sequence[Item], size: Size, recipe: Recipe, seed: int, draws: int
) -> tuple[list[float], list[float], list[float]]:
    pictures = [decode(item, size) for item in items]
    captions = [plain_caption(item.groups, model.tokenizer) for item in items]
    ids = tuple(item.asset_id for item in items)
    levels = model.schedule.alphas_cumprod.float()
    losses, shares, givens = [], [], []
    with torch.no_grad():
        for draw in range(draws):
            data = collate(pictures, captions, ids, (draw,) * len(ids))
            clean_BCYZ = model.encode_images(data.images_BCYZ)
            noise_BCYZ, level_B = draw_noise(data, clean_BCYZ.shape[1:], f"validation-{seed}")
            level_B = (level_B + len(levels) * draw) // draws
            guide.begin(data.targets, measuring=True)
            noisy = add_noise(clean_BCYZ, noise_BCYZ, levels[level_B])
            prediction = model.unet(noisy, level_B, model.encode_text(data.tokens_BT)).sample
            losses.append(noise_loss(prediction, clean_BCYZ, noise_BCYZ, levels[level_B], recipe))
            layers, unknown = list(guide.measures.values()), torch.full((len(items),), torch.nan)
            shares.append(in_mask_share(layers) if layers else unknown)
            givens.append(in_mask_attention(layers) if layers else unknown)
            guide.begin(None, measuring=False)
    loss_B, share_B, given_B = (torch.stack(draws_B).nanmean(0) for draws_B in (losses, shares, givens))
    return loss_B.tolist(), share_B.tolist(), given_B.tolist()


def _by_size(items: Sequence[Item], recipe: Recipe) -> dict[Size, list[Item]]:
    buckets: dict[Size, list[Item]] = {}
    for item in items:
        buckets.setdefault(nearest_size(item.size, recipe.loader.sizes), []).append(item)
    return buckets
