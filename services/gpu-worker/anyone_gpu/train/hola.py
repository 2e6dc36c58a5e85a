"""HOLA: a loss that asks the tokens of a caption group to attend to the group's mask.

The loss is a function of the attention maps P = softmax(QK^T / sqrt(d)) of chosen cross-attentions. Its gradient is
injected inside attention's own backward pass, so that diffusers' blocks stay as they are and no map leaves the layer.
This file is the reference in plain PyTorch; a fused kernel may take the place of `InjectedAttention`.

Per (sample, head, pixel), with n_g the tokens of group g, s_g the sum of P over them, h_g the mask's value, q the sum of
P^2 over all grouped tokens:

    loss = q + sum_g [ s_g^2/n_g^2 - 2 h_g s_g (1 + 1/n_g) + (n_g + 1) h_g^2 ]
    dP_j = 2 w (P_j + k_g) for j in g,   k_g = s_g/n_g^2 - h_g (1 + 1/n_g)

which is, written out, sum_j (P_j - h_g)^2 + (mean_j P_j - h_g)^2 over every group.

Shape suffixes: B samples, H heads, X pixels of a map, T tokens, G groups, D width of a head; Y x Z pixels of the image.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Mode = Literal["released", "paper"]


@dataclass(frozen=True)
class GroupTargets:
    """What a batch's maps should look like. Group slots are padded: a slot with count 0 is no group."""

    group_BT: Tensor
    """int64: the slot of each token's group, -1 for a token without one."""
    masks_BGYZ: Tensor
    """float in [0, 1] at the image's size; all zero in an empty slot."""
    names: tuple[tuple[str, ...], ...] = ()
    """Per sample, the group's name per slot: for measures by group."""

    @property
    def count_BG(self) -> Tensor:
        slots = torch.arange(self.masks_BGYZ.shape[1], device=self.group_BT.device)
        return (self.group_BT[:, :, None] == slots).sum(1)

    @property
    def samples_with_groups(self) -> int:
        return int((self.group_BT >= 0).any(1).sum())


@dataclass(frozen=True)
class LayerTargets:
    """The same for one layer: masks at the map's size, and the factors of the closed form."""

    onehot_BTG: Tensor
    inverse_BG: Tensor
    """1/n_g, 0 in an empty slot."""
    count_BG: Tensor
    masks_BXG: Tensor
    weight_B: Tensor
    """What one pixel of one head counts, 0 for a sample without groups."""


def layer_targets(
    targets: GroupTargets,
    pixels: int,
    dtype: torch.dtype,
    *,
    mode: Mode,
    heads: int,
    layers: int,
    samples: int | None = None,
) -> LayerTargets:
    """Resizes the masks to a map of `pixels` and weighs the samples.

    `samples` is the number of samples with groups over all micro-batches and ranks (default: this batch's).
    `released`: the mean over pixels and over all token and mean channels of a sample, then over heads, layers, samples.
    `paper` (equation 5): 1/N over a sample's N groups, sums over tokens and pixels; the mean over heads, layers, samples.
    """
    masks_BGX = resize_masks(targets.masks_BGYZ.to(dtype), pixels)
    # A mask too small for this map (a belt, a ring) is no target here: an all-zero one would push its tokens off the image.
    present_BG = ((targets.count_BG > 0) & (masks_BGX.sum(2) > 0)).to(dtype)
    count_BG = targets.count_BG.to(dtype) * present_BG
    divisor_B = (count_BG + present_BG).sum(1) * pixels if mode == "released" else present_BG.sum(1)
    samples = targets.samples_with_groups if samples is None else samples
    weight_B = torch.where(divisor_B > 0, 1 / divisor_B.clamp(min=1), torch.zeros_like(divisor_B))
    slots = torch.arange(count_BG.shape[1], device=count_BG.device)
    return LayerTargets(
        onehot_BTG=(targets.group_BT[:, :, None] == slots).to(dtype) * present_BG[:, None, :],
        inverse_BG=present_BG / count_BG.clamp(min=1),
        count_BG=count_BG,
        masks_BXG=masks_BGX.transpose(1, 2) * present_BG[:, None, :],
        weight_B=weight_B / (max(samples, 1) * heads * layers),
    )


def resize_masks(masks_BGYZ: Tensor, pixels: int) -> Tensor:
    """Bilinear without antialias, as released: at 4x and more it averages the 2x2 pixels at a cell's centre."""
    height, width = masks_BGYZ.shape[-2:]
    step = math.isqrt(height * width // pixels)
    if step == 0 or (height // step) * (width // step) != pixels:
        raise ValueError(f"a map of {pixels} pixels does not fit an image of {width}x{height}")
    size = (height // step, width // step)
    return F.interpolate(masks_BGYZ, size, mode="bilinear", align_corners=False).flatten(2)


def hola_loss(maps_BHXT: Tensor, t: LayerTargets) -> Tensor:
    """The loss of one layer per (sample, head), weighted. Differentiable; used to check the injected gradient and to log."""
    sums_BHXG = maps_BHXT @ t.onehot_BTG[:, None]
    squares_BHX = (maps_BHXT.square() * t.onehot_BTG.sum(2)[:, None, None, :]).sum(-1)
    inverse, masks = t.inverse_BG[:, None, None, :], t.masks_BXG[:, None]
    per_group = (sums_BHXG * inverse).square() - 2 * masks * sums_BHXG * (1 + inverse)
    constant_BX = ((t.count_BG[:, None, :] + 1) * t.masks_BXG.square()).sum(-1)
    per_pixel = squares_BHX + per_group.sum(-1) + constant_BX[:, None]
    return per_pixel.sum(-1) * t.weight_B[:, None]


def reachable_floor(t: LayerTargets) -> Tensor:
    """The smallest loss per sample and head that maps summing to one can have, weighted like `hola_loss`.

    With equal tokens inside a group the loss is sum_g c_g (s_g - n_g h_g)^2, c_g = (n_g + 1)/n_g^2; the best s_g >= 0 with
    sum <= 1 is s_g = max(0, n_g h_g - l/c_g) for one multiplier l >= 0 (a weighted projection, solved by sorting).
    """
    n_BXG = t.count_BG[:, None, :].expand_as(t.masks_BXG)
    wanted = n_BXG * t.masks_BXG
    inverse_c = torch.where(n_BXG > 0, n_BXG.square() / (n_BXG + 1), torch.zeros_like(n_BXG))
    ratio = torch.where(n_BXG > 0, wanted / inverse_c.clamp(min=1e-12), torch.zeros_like(wanted))
    # Groups leave the support in the order of wanted*c: try every support size, keep the consistent multiplier.
    order = ratio.argsort(-1, descending=True)
    sorted_ratio = ratio.gather(-1, order)
    multipliers = (wanted.gather(-1, order).cumsum(-1) - 1) / inverse_c.gather(-1, order).cumsum(-1).clamp(min=1e-12)
    multiplier = torch.where(multipliers < sorted_ratio, multipliers, torch.zeros_like(multipliers)).amax(-1, True).clamp(min=0)
    missed = torch.minimum(wanted, multiplier * inverse_c)
    per_pixel = torch.where(n_BXG > 0, missed.square() / inverse_c.clamp(min=1e-12), torch.zeros_like(missed)).sum(-1)
    return per_pixel.sum(-1) * t.weight_B


class InjectedAttention(torch.autograd.Function):
    """O = softmax(QK^T/sqrt d) V, whose backward adds the gradient of beta * HOLA to that of O."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, t: LayerTargets, beta: Tensor) -> tuple[Tensor, Tensor]:
        scale = q.shape[-1] ** -0.5
        maps_BHXT = (q @ k.transpose(-1, -2) * scale).softmax(-1)
        ctx.save_for_backward(q, k, v, maps_BHXT, beta)
        ctx.targets, ctx.scale = t, scale
        ctx.mark_non_differentiable(maps_BHXT)
        return maps_BHXT @ v, maps_BHXT

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:  # the second one belongs to the maps, and is no gradient
        grad_out = gradients[0]
        q, k, v, maps, beta = ctx.saved_tensors
        t: LayerTargets = ctx.targets
        inverse, masks = t.inverse_BG[:, None, None, :], t.masks_BXG[:, None]
        sums_BHXG = maps @ t.onehot_BTG[:, None]
        kappa_BHXG = sums_BHXG * inverse.square() - masks * (1 + inverse) * (inverse > 0)
        grouped_BT = t.onehot_BTG.sum(2)
        injected = maps * grouped_BT[:, None, None, :] + kappa_BHXG @ t.onehot_BTG[:, None].transpose(-1, -2)
        grad_maps = grad_out @ v.transpose(-1, -2) + (2 * beta * t.weight_B)[:, None, None, None] * injected
        grad_scores = maps * (grad_maps - (maps * grad_maps).sum(-1, keepdim=True)) * ctx.scale
        return grad_scores @ k, grad_scores.transpose(-1, -2) @ q, maps.transpose(-1, -2) @ grad_out, None, None


@dataclass
class LayerMeasure:
    """What one layer did with the last batch; overwritten by each pass, so a recomputed pass changes nothing."""

    loss: float = 0.0
    floor: float = 0.0
    zero: float = 0.0
    """The loss of maps that ignore every group: where the excess is 1."""
    inside_BG: Tensor = field(default_factory=lambda: torch.zeros(0, 0))
    """Attention paid to a group inside its mask: summed over pixels, mean over heads; 0 in an empty slot."""
    paid_BG: Tensor = field(default_factory=lambda: torch.zeros(0, 0))
    """The same over all pixels."""
    given_BG: Tensor = field(default_factory=lambda: torch.zeros(0, 0))
    """Mean over heads of the attention that the mask's pixels give to the group; nan in an empty slot."""


def measure_layer(maps_BHXT: Tensor, t: LayerTargets) -> LayerMeasure:
    heads = maps_BHXT.shape[1]
    sums_BHXG = maps_BHXT @ t.onehot_BTG[:, None]
    inside_BHG = (sums_BHXG * t.masks_BXG[:, None]).sum(2)
    given_BHG = inside_BHG / t.masks_BXG.sum(1).clamp(min=1e-12)[:, None]
    empty = t.count_BG == 0
    constant_B = ((t.count_BG[:, None, :] + 1) * t.masks_BXG.square()).sum((1, 2)) * t.weight_B
    return LayerMeasure(
        loss=float(hola_loss(maps_BHXT, t).sum()),
        floor=float(reachable_floor(t).sum()) * heads,
        zero=float(constant_B.sum()) * heads,
        inside_BG=inside_BHG.mean(1),
        paid_BG=sums_BHXG.sum(2).mean(1),
        given_BG=given_BHG.mean(1).masked_fill(empty, math.nan),
    )


def in_mask_share(measures: Sequence[LayerMeasure]) -> Tensor:
    """Per sample: of all attention paid to its groups, the part that falls inside the mask of the group it is paid to.

    A ratio of sums over groups and layers: the mean of the groups' own ratios would count a group that nothing attends to
    as much as one that takes everything. nan for a sample without groups.
    """
    inside_B = torch.stack([layer.inside_BG.sum(1) for layer in measures]).sum(0)
    paid_B = torch.stack([layer.paid_BG.sum(1) for layer in measures]).sum(0)
    return torch.where(paid_B > 0, inside_B / paid_B.clamp(min=1e-12), torch.full_like(paid_B, math.nan))


def in_mask_attention(measures: Sequence[LayerMeasure]) -> Tensor:
    """Per sample: the attention that a mask's pixels pay to their group, mean over groups and layers; nan without groups."""
    return torch.stack([layer.given_BG for layer in measures]).nanmean((0, 2))


def excess_over_floor(measures: Sequence[LayerMeasure]) -> float:
    """(L - floor)/(L of maps that ignore the groups - floor), summed over layers: 1 = nothing learnt, 0 = the best possible."""
    loss, floor, zero = (sum(getattr(m, name) for m in measures) for name in ("loss", "floor", "zero"))
    return (loss - floor) / (zero - floor) if zero > floor else math.nan
