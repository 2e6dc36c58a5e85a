"""HOLA: the closed form, its injected gradient, and its floor, against plain autograd and a literal loss in fp64."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from torch import Tensor

from anyone_gpu.train.hola import (
    GroupTargets,
    InjectedAttention,
    LayerMeasure,
    excess_over_floor,
    hola_loss,
    in_mask_attention,
    in_mask_share,
    layer_targets,
    measure_layer,
    reachable_floor,
    resize_masks,
)

HEADS, TOKENS, WIDTH = 2, 11, 4


def released_loss(maps: list[Tensor], group_BT: Tensor, masks_BGYZ: Tensor) -> Tensor:
    """The official loss, written down step by step: maps of every layer, (B, H, X, T) each."""
    samples = []
    for sample in range(group_BT.shape[0]):
        slots = [g for g in range(masks_BGYZ.shape[1]) if (group_BT[sample] == g).any()]
        if not slots:
            continue
        per_head = []
        for layer in maps:
            side = math.isqrt(layer.shape[2])
            for head in range(layer.shape[1]):
                channels, wanted = [], []
                for slot in slots:
                    mask = F.interpolate(
                        masks_BGYZ[sample, slot][None, None], (side, side), mode="bilinear", align_corners=False
                    )
                    tokens = layer[sample, head][:, group_BT[sample] == slot]
                    stacked = torch.cat([tokens, tokens.mean(1, keepdim=True)], 1)
                    channels.append(stacked)
                    wanted.append(mask.flatten()[:, None].expand_as(stacked))
                per_head.append((torch.cat(channels, 1) - torch.cat(wanted, 1)).square().mean())
        samples.append(torch.stack(per_head).mean())
    return torch.stack(samples).mean()


def paper_loss(maps: Tensor, group_BT: Tensor, masks_BGX: Tensor) -> Tensor:
    """Equation 5 with the mean over heads and samples: one layer."""
    samples = []
    for sample in range(group_BT.shape[0]):
        slots = [g for g in range(masks_BGX.shape[1]) if (group_BT[sample] == g).any()]
        total = torch.zeros((), dtype=maps.dtype)
        for slot in slots:
            tokens = maps[sample][:, :, group_BT[sample] == slot]
            mask = masks_BGX[sample, slot][None, :, None]
            total = total + (tokens - mask).square().sum((1, 2)).mean() + (tokens.mean(2) - mask[..., 0]).square().sum(1).mean()
        samples.append(total / len(slots))
    return torch.stack(samples).mean()


def a_batch(seed: int, samples: int = 2, groups: int = 3, side: int = 8) -> GroupTargets:
    rng = torch.Generator().manual_seed(seed)
    group_BT = torch.randint(-1, groups, (samples, TOKENS), generator=rng)
    group_BT[:, :groups] = torch.arange(groups)  # every group has a token
    masks = (torch.rand(samples, groups, side, side, generator=rng) > 0.5).double()
    masks[:, :, side // 2, side // 2] = 1  # and a pixel
    return GroupTargets(group_BT, masks)


def some_qkv(seed: int, samples: int = 2, pixels: int = 16, grad: bool = True) -> tuple[Tensor, Tensor, Tensor]:
    rng = torch.Generator().manual_seed(seed)

    def draw(length: int) -> Tensor:
        return torch.randn(samples, HEADS, length, WIDTH, generator=rng, dtype=torch.float64).mul(2).requires_grad_(grad)

    return draw(pixels), draw(TOKENS), draw(TOKENS)


def maps_of(q: Tensor, k: Tensor) -> Tensor:
    return (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_the_closed_form_equals_the_released_loss(seed: int) -> None:
    batch = a_batch(seed)
    layers = [some_qkv(seed + i, pixels=pixels, grad=False) for i, pixels in enumerate((16, 64))]
    maps = [maps_of(q, k) for q, k, _ in layers]
    ours = sum(
        hola_loss(m, layer_targets(batch, m.shape[2], torch.float64, mode="released", heads=HEADS, layers=2)).sum()
        for m in maps
    )
    torch.testing.assert_close(ours, released_loss(maps, batch.group_BT, batch.masks_BGYZ), rtol=1e-12, atol=1e-14)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_paper_mode_equals_equation_5(seed: int) -> None:
    batch = a_batch(seed)
    q, k, _ = some_qkv(seed, grad=False)
    targets = layer_targets(batch, 16, torch.float64, mode="paper", heads=HEADS, layers=1)
    ours = hola_loss(maps_of(q, k), targets).sum()
    theirs = paper_loss(maps_of(q, k), batch.group_BT, resize_masks(batch.masks_BGYZ, 16))
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("mode", ["released", "paper"])
@given(seed=st.integers(0, 10_000), beta=st.floats(0, 20))
@settings(max_examples=10, deadline=None)
def test_the_injected_gradient_is_that_of_output_plus_beta_times_loss(mode: str, seed: int, beta: float) -> None:
    batch = a_batch(seed)
    targets = layer_targets(batch, 16, torch.float64, mode=mode, heads=HEADS, layers=1)  # type: ignore[arg-type]
    q, k, v = some_qkv(seed)
    weights = torch.randn(2, HEADS, 16, WIDTH, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))

    out, _ = InjectedAttention.apply(q, k, v, targets, torch.tensor(beta, dtype=torch.float64))
    injected = torch.autograd.grad((out * weights).sum(), (q, k, v))

    maps = maps_of(q, k)
    torch.testing.assert_close(out, maps @ v, rtol=0, atol=1e-14)
    expected = torch.autograd.grad((maps @ v * weights).sum() + beta * hola_loss(maps, targets).sum(), (q, k, v))
    for ours, theirs in zip(injected, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def test_gradcheck_of_the_closed_form_and_of_plain_attention() -> None:
    batch = a_batch(5)
    targets = layer_targets(batch, 16, torch.float64, mode="released", heads=HEADS, layers=1)
    q, k, v = some_qkv(5)
    assert torch.autograd.gradcheck(lambda q, k: hola_loss(maps_of(q, k), targets).sum(), (q, k))
    zero = torch.zeros((), dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda q, k, v: InjectedAttention.apply(q, k, v, targets, zero)[0], (q, k, v))


def test_a_group_whose_mask_vanishes_at_the_maps_size_is_left_out() -> None:
    batch = a_batch(1, groups=2)
    batch.masks_BGYZ[0, 1] = 0
    batch.masks_BGYZ[0, 1, 0, 0] = 1  # a corner pixel: 2x2 cells are read at their centres
    targets = layer_targets(batch, 4, torch.float64, mode="released", heads=HEADS, layers=1)
    assert targets.count_BG[0, 1] == 0
    without = GroupTargets(batch.group_BT.clone(), batch.masks_BGYZ)
    without.group_BT[0][without.group_BT[0] == 1] = -1
    same = layer_targets(without, 4, torch.float64, mode="released", heads=HEADS, layers=1)
    q, k, _ = some_qkv(1, pixels=4, grad=False)
    assert torch.equal(hola_loss(maps_of(q, k), targets), hola_loss(maps_of(q, k), same))


def test_the_weight_counts_samples_with_groups_only() -> None:
    batch = a_batch(3, samples=3)
    batch.group_BT[1] = -1
    targets = layer_targets(batch, 16, torch.float64, mode="released", heads=HEADS, layers=1)
    assert targets.weight_B[1] == 0
    q, k, _ = some_qkv(3, samples=3, grad=False)
    maps = maps_of(q, k)
    expected = released_loss([maps[[0, 2]]], batch.group_BT[[0, 2]], batch.masks_BGYZ[[0, 2]])
    torch.testing.assert_close(hola_loss(maps, targets).sum(), expected)


def test_the_floor_has_the_published_value() -> None:
    sizes = [5, 4, 1, 4]
    group_BT = torch.tensor([sum(([slot] * n for slot, n in enumerate(sizes)), [-1])])
    batch = GroupTargets(group_BT, torch.ones(1, 4, 2, 2, dtype=torch.float64))
    targets = layer_targets(batch, 1, torch.float64, mode="released", heads=1, layers=1)
    channels = sum(sizes) + len(sizes)
    assert float(reachable_floor(targets)) * channels == pytest.approx(13**2 / sum(n * n / (n + 1) for n in sizes))


@given(seed=st.integers(0, 1000))
@settings(max_examples=12, deadline=None)
def test_no_attention_beats_the_floor_and_a_solver_reaches_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 4, 3)
    masks = rng.choice([0.0, 0.25, 0.5, 1.0], 3)
    masks[rng.integers(3)] = 1.0
    group_BT = torch.tensor([[-1, *np.repeat([0, 1, 2], sizes)]])
    batch = GroupTargets(group_BT, torch.tensor(masks)[None, :, None, None].expand(1, 3, 2, 2).contiguous())
    targets = layer_targets(batch, 1, torch.float64, mode="released", heads=1, layers=1)
    floor = float(reachable_floor(targets))

    def loss(tokens: np.ndarray) -> float:
        return float(hola_loss(torch.tensor(np.concatenate([[1 - tokens.sum()], tokens]))[None, None, None], targets).sum())

    start = np.full(sizes.sum(), 1 / (sizes.sum() + 1))
    sums_to_one = {"type": "ineq", "fun": lambda t: 1 - t.sum()}
    best = minimize(loss, start, bounds=[(0, 1)] * len(start), constraints=sums_to_one, method="SLSQP", options={"ftol": 1e-12})
    assert best.fun == pytest.approx(floor, abs=1e-6)
    assert loss(rng.dirichlet(np.ones(len(start) + 1))[1:]) >= floor - 1e-12


def test_measures_of_perfect_and_of_ignorant_attention() -> None:
    mask = torch.zeros(1, 1, 4, 4, dtype=torch.float64)
    mask[..., :2] = 1
    targets = layer_targets(GroupTargets(torch.tensor([[-1, 0]]), mask), 16, torch.float64, mode="released", heads=1, layers=1)
    inside = targets.masks_BXG[0, :, 0]
    perfect = measure_layer(torch.stack([1 - inside, inside], -1)[None, None], targets)
    assert in_mask_share([perfect]).item() == in_mask_attention([perfect]).item() == pytest.approx(1)
    assert excess_over_floor([perfect]) == pytest.approx(0)
    uniform = measure_layer(torch.full((1, 1, 16, 2), 0.5, dtype=torch.float64), targets)
    assert in_mask_share([uniform]).item() == in_mask_attention([uniform]).item() == pytest.approx(0.5)
    ignorant = measure_layer(torch.stack([torch.ones(16), torch.zeros(16)], -1).double()[None, None], targets)
    assert excess_over_floor([ignorant]) == pytest.approx(1)
    assert math.isnan(excess_over_floor([LayerMeasure()]))


def test_the_in_mask_share_weighs_groups_by_the_attention_they_take() -> None:
    masks = torch.zeros(2, 2, 4, 4, dtype=torch.float64)
    masks[0, 0, :, :2] = 1  # half of the pixels
    masks[0, 1, :1, :1] = masks[0, 1, 1, 1] = 1
    group_BT = torch.tensor([[0, 1, -1], [-1, -1, -1]])
    targets = layer_targets(GroupTargets(group_BT, masks), 16, torch.float64, mode="released", heads=1, layers=1)
    maps = torch.tensor([0.6, 0.1, 0.3], dtype=torch.float64).expand(2, 1, 16, 3)
    measure = measure_layer(maps, targets)
    area = targets.masks_BXG[0].mean(0)
    expected = (0.6 * area[0] + 0.1 * area[1]) / 0.7
    assert in_mask_share([measure])[0].item() == pytest.approx(expected.item())
    assert in_mask_attention([measure])[0].item() == pytest.approx((0.6 + 0.1) / 2)
    assert in_mask_share([measure])[1].isnan() and in_mask_attention([measure])[1].isnan()


def test_masks_are_resized_as_released() -> None:
    masks = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    small = resize_masks(masks, 16).view(4, 4)
    assert small[1, 2] == pytest.approx(masks[0, 0, 5:7, 9:11].mean())
    with pytest.raises(ValueError, match="does not fit"):
        resize_masks(masks, 15)
