"""Puts HOLA on named cross-attentions of a diffusers UNet, without a fork: by attention processors.

The UNet's parameters and state-dict keys stay as they are; `release` gives the stock processors back.
"""

from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from torch import Tensor, nn

from anyone_gpu.train.hola import (
    GroupTargets,
    InjectedAttention,
    LayerMeasure,
    LayerTargets,
    Mode,
    layer_targets,
    measure_layer,
)


@dataclass
class Guide:
    """What the supervised layers read during a pass. Without targets they are plain attention."""

    layers: tuple[str, ...]
    mode: Mode
    beta: Tensor
    """beta / accumulation, on the device: a schedule may change it without rebuilding anything."""
    measuring: bool = False
    targets: GroupTargets | None = None
    samples: int | None = None
    """Samples with groups over all ranks and micro-batches; None counts this batch's own."""
    measures: dict[str, LayerMeasure] = field(default_factory=dict)
    _sized: dict[tuple[int, int], LayerTargets] = field(default_factory=dict)

    def begin(self, targets: GroupTargets | None, *, measuring: bool, samples: int | None = None) -> None:
        """Before every forward pass. A batch without any group is passed as None or as empty targets: no HOLA then."""
        self.targets = targets if targets is not None and targets.samples_with_groups else None
        self.measuring, self.samples = measuring, samples
        self.measures, self._sized = {}, {}

    def sized(self, pixels: int, heads: int, dtype: torch.dtype) -> LayerTargets:
        assert self.targets is not None
        key = (pixels, heads)
        if key not in self._sized:
            self._sized[key] = layer_targets(
                self.targets, pixels, dtype, mode=self.mode, heads=heads, layers=len(self.layers), samples=self.samples
            )
        return self._sized[key]


class GuidedProcessor:
    """Cross-attention as diffusers computes it (no norm, no residual in it), with the injected gradient."""

    def __init__(self, name: str, guide: Guide) -> None:
        self._name, self._guide = name, guide
        self._plain = AttnProcessor2_0()

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
    ) -> Tensor:
        guide = self._guide
        if guide.targets is None:
            plain: Tensor = self._plain(attn, hidden_states, encoder_hidden_states, attention_mask, temb)
            return plain
        assert encoder_hidden_states is not None and attention_mask is None and hidden_states.ndim == 3
        q_BHXD = _split(attn.to_q(hidden_states), attn.heads)
        k_BHTD = _split(attn.to_k(encoder_hidden_states), attn.heads)
        v_BHTD = _split(attn.to_v(encoder_hidden_states), attn.heads)
        targets = guide.sized(q_BHXD.shape[2], attn.heads, q_BHXD.dtype)
        injected: Any = InjectedAttention.apply  # torch gives it no type
        out_BHXD, maps_BHXT = injected(q_BHXD, k_BHTD, v_BHTD, targets, guide.beta)
        if guide.measuring:
            with torch.no_grad():
                guide.measures[self._name] = measure_layer(maps_BHXT, targets)
        out = out_BHXD.transpose(1, 2).flatten(2)
        projected: Tensor = attn.to_out[1](attn.to_out[0](out)) / attn.rescale_output_factor
        return projected


def supervise(unet: Any, layers: tuple[str, ...], *, mode: Mode, beta: float) -> Guide:
    """Sets the processors of `layers` (module paths ending in `attn2`). Raises ValueError for a path that is none."""
    cross = [name for name, module in unet.named_modules() if isinstance(module, Attention) and name.endswith("attn2")]
    unknown = [name for name in layers if name not in cross]
    if unknown or not layers:
        raise ValueError(f"no cross-attention {', '.join(unknown) or '(none named)'}; this UNet has {', '.join(cross)}")
    guide = Guide(layers=layers, mode=mode, beta=torch.tensor(float(beta)))
    processors = dict(unet.attn_processors)
    for name in layers:
        attention = unet.get_submodule(name)
        assert not attention.residual_connection and attention.group_norm is None and attention.spatial_norm is None
        assert attention.norm_q is None and attention.norm_k is None and not attention.norm_cross
        processors[f"{name}.processor"] = GuidedProcessor(name, guide)
    unet.set_attn_processor(processors)
    return guide


def release(unet: nn.Module) -> None:
    """Gives every attention its stock processor back, as for inference elsewhere."""
    for module in unet.modules():
        if isinstance(module, Attention):
            module.set_processor(AttnProcessor2_0())


def _split(x: Tensor, heads: int) -> Tensor:
    batch, length, width = x.shape
    return x.view(batch, length, heads, width // heads).transpose(1, 2)
