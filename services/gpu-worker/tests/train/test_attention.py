"""HOLA on stock diffusers blocks: whole-UNet gradients, unchanged keys, checkpointing, and names that must exist."""

from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel

from anyone_gpu.train.attention import release, supervise
from anyone_gpu.train.hola import GroupTargets, hola_loss, layer_targets
from anyone_gpu.train.recipes import debug

LAYERS = debug().hola.layers


@pytest.fixture
def unet() -> Any:
    torch.manual_seed(0)
    return UNet2DConditionModel(**debug().model.unet).double()


def some_inputs() -> tuple[Any, GroupTargets]:
    rng = torch.Generator().manual_seed(1)
    channels = debug().model.unet["in_channels"]
    latents = torch.randn(2, channels, 8, 8, generator=rng, dtype=torch.float64)
    text = torch.randn(2, 9, debug().model.unet["cross_attention_dim"], generator=rng, dtype=torch.float64)
    group_BT = torch.tensor([[-1, 0, 0, -1, 1, 1, 1, -1, -1], [-1, 0, -1, -1, -1, -1, -1, -1, -1]])
    masks = (torch.rand(2, 2, 32, 32, generator=rng) > 0.4).double()
    return (latents, torch.tensor([10, 700]), text), GroupTargets(group_BT, masks)


def gradients(unet: Any, loss: torch.Tensor) -> dict[str, torch.Tensor]:
    unet.zero_grad()
    loss.backward()
    return {name: p.grad.clone() for name, p in unet.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("recompute", [False, True])
def test_whole_unet_gradients_equal_those_of_noise_loss_plus_beta_hola(unet: Any, recompute: bool) -> None:
    inputs, targets = some_inputs()
    keys = list(unet.state_dict())
    kept: dict[str, torch.Tensor] = {}

    def keep_inputs(name: str) -> Any:
        def hook(module: Any, args: Any, kwargs: Any) -> None:
            heads, states = module.heads, kwargs.get("encoder_hidden_states")
            q, k = module.to_q(args[0]), module.to_k(states)
            q, k = (x.view(2, -1, heads, x.shape[-1] // heads).transpose(1, 2) for x in (q, k))
            kept[name] = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1)

        return hook

    hooks = [unet.get_submodule(name).register_forward_pre_hook(keep_inputs(name), with_kwargs=True) for name in LAYERS]
    out = unet(*inputs).sample
    total = sum(
        hola_loss(
            maps, layer_targets(targets, maps.shape[2], torch.float64, mode="released", heads=maps.shape[1], layers=len(LAYERS))
        ).sum()
        for maps in kept.values()
    )
    expected = gradients(unet, out.square().mean() + 3.0 * total)
    for hook in hooks:
        hook.remove()

    guide = supervise(unet, LAYERS, mode="released", beta=3.0)
    guide.beta = guide.beta.double()
    if recompute:
        unet.train()
        unet.enable_gradient_checkpointing()
    guide.begin(targets, measuring=True)
    ours = gradients(unet, unet(*inputs).sample.square().mean())
    assert ours.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(ours[name], value, rtol=1e-9, atol=1e-12, msg=name)
    assert set(guide.measures) == set(LAYERS)
    assert sum(m.loss for m in guide.measures.values()) == pytest.approx(total.item())
    assert list(unet.state_dict()) == keys


def test_without_targets_and_after_release_the_output_is_the_stock_one(unet: Any) -> None:
    inputs, targets = some_inputs()
    with torch.no_grad():
        stock = unet(*inputs).sample
        guide = supervise(unet, LAYERS, mode="released", beta=1.0)
        assert torch.equal(unet(*inputs).sample, stock)
        guide.begin(targets, measuring=False)
        torch.testing.assert_close(unet(*inputs).sample, stock, rtol=1e-10, atol=1e-12)
        empty = GroupTargets(torch.full_like(targets.group_BT, -1), targets.masks_BGYZ)
        guide.begin(empty, measuring=True)
        assert torch.equal(unet(*inputs).sample, stock)
        assert guide.measures == {}
        release(unet)
        assert torch.equal(unet(*inputs).sample, stock)


@pytest.mark.parametrize("layers", [(), ("down_blocks.0.attentions.0.transformer_blocks.0.attn1",), ("nowhere.attn2",)])
def test_layers_that_are_no_cross_attention_are_refused_with_those_that_are(unet: Any, layers: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"this UNet has down_blocks\.0"):
        supervise(unet, layers, mode="released", beta=1.0)
