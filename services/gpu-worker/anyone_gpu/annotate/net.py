"""The crop net: one small convolutional trunk over all views, heads routed to the views that show their evidence.

It sees what statistics miss: outlines, collars, prints. Legend: N pictures, V views, E embedding, K classes of all heads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from .features import BLOCKS
from .protocol import Question
from .views import CHANNELS, SIZE, VIEWS

_WIDTHS = (24, 48, 96, 96)
_EMBEDDING = 48
_STATISTICS = 64
_BATCH = 16
# views in which left and right are told apart by nothing that is asked: all of them; flipping is the only augmentation


@dataclass(frozen=True)
class Inputs:
    """crops_NVCHW uint8, seen_NV bool, statistics_ND float32 (standardised)."""

    crops: np.ndarray
    seen: np.ndarray
    statistics: np.ndarray

    def of(self, index: np.ndarray) -> Inputs:
        """The rows `index`."""
        return Inputs(self.crops[index], self.seen[index], self.statistics[index])


def statistics_columns() -> np.ndarray:
    """Columns of the feature vector that the net reads beside its crops: geometry and part statistics."""
    kept = [b for b in BLOCKS if b.name == "geometry" or b.name.startswith("stats:")]
    return np.concatenate([np.arange(b.start, b.end) for b in kept])


class CropNet(nn.Module):
    """Log-probabilities of every head for a batch of pictures."""

    def __init__(self, questions: list[Question], statistics: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in zip((CHANNELS, *_WIDTHS[:-1]), _WIDTHS, strict=True):
            layers += [nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        self.trunk = nn.Sequential(*layers)
        flat = _WIDTHS[-1] * (SIZE // 2 ** len(_WIDTHS)) ** 2
        self.embed = nn.Parameter(torch.randn(len(VIEWS), flat, _EMBEDDING) / flat**0.5)
        self.read = nn.Sequential(nn.Dropout(0.3), nn.Linear(statistics, _STATISTICS), nn.ReLU())
        self.sizes = [len(q.options) + 1 for q in questions]
        width = len(VIEWS) * _EMBEDDING + _STATISTICS
        self.weight = nn.Parameter(torch.randn(sum(self.sizes), width) * 0.02)
        self.bias = nn.Parameter(torch.zeros(sum(self.sizes)))
        self.register_buffer("route", _routes(questions, width), persistent=False)
        self.route: torch.Tensor
        self.drop = nn.Dropout(0.2)

    def forward(self, crops_NVCHW: torch.Tensor, seen_NV: torch.Tensor, statistics_ND: torch.Tensor) -> torch.Tensor:
        """-> logits [N, K]."""
        count = len(crops_NVCHW)
        row, view = torch.nonzero(seen_NV, as_tuple=True)
        crops = crops_NVCHW[row, view].float() / 127.5 - 1
        flat = self.trunk(crops).flatten(1)
        embedded = torch.zeros(count, len(VIEWS), _EMBEDDING)
        for v in range(len(VIEWS)):
            mine = view == v
            if mine.any():
                embedded[row[mine], v] = torch.relu(flat[mine] @ self.embed[v])
        hidden = torch.cat([self.drop(embedded.flatten(1)), self.read(statistics_ND)], 1)
        return hidden @ (self.weight * self.route).T + self.bias


def fit_net(
    inputs: Inputs,
    classes_NQ: np.ndarray,
    questions: list[Question],
    *,
    epochs: int,
    seed: int,
    smoothing: float = 0.05,
    balance: float = 0.3,
    rate: float = 3e-3,
    should_stop: Callable[[], bool] = lambda: False,
) -> CropNet:
    """Trains for `epochs` passes over the pictures. `should_stop()` is asked between batches; true ends the training."""
    torch.manual_seed(seed)
    order = np.random.default_rng(seed)
    net = CropNet(questions, inputs.statistics.shape[1])
    targets, weights = _targets(classes_NQ, net.sizes, smoothing, balance)
    steps = max(1, epochs * -(-len(classes_NQ) // _BATCH))
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1, pct_start=0.15)
    net.train()
    for _ in range(epochs):
        shuffled = order.permutation(len(classes_NQ))
        for start in range(0, len(shuffled), _BATCH):
            if should_stop():
                return net.eval()
            index = shuffled[start : start + _BATCH]
            if len(index) < 2:
                continue
            batch = inputs.of(index)
            crops = torch.from_numpy(batch.crops)
            flip = torch.from_numpy(order.random(len(index)) < 0.5)
            crops = torch.where(flip[:, None, None, None, None], crops.flip(-1), crops)
            logits = net(crops, torch.from_numpy(batch.seen), torch.from_numpy(batch.statistics))
            log_p = torch.cat([part.log_softmax(1) for part in logits.split(net.sizes, 1)], 1)
            loss = -(weights[index] * targets[index] * log_p).sum() / len(index)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            schedule.step()
    return net.eval()


def net_log_probabilities(net: CropNet, inputs: Inputs) -> list[np.ndarray]:
    """Per question [N, classes]; the mean over the picture and its mirror image, each picture on its own."""
    out = []
    with torch.no_grad():
        for i in range(len(inputs.crops)):
            crops = torch.from_numpy(inputs.crops[i : i + 1])
            seen = torch.from_numpy(inputs.seen[i : i + 1])
            both = torch.cat([crops, crops.flip(-1)])
            statistics = torch.from_numpy(inputs.statistics[i : i + 1]).expand(2, -1)
            logits = net(both, seen.expand(2, -1), statistics)
            out.append([part.log_softmax(1).mean(0).log_softmax(0).numpy() for part in logits.split(net.sizes, 1)])
    return [np.stack([row[q] for row in out]) for q in range(len(net.sizes))]


def _routes(questions: list[Question], width: int) -> torch.Tensor:
    """1 where a head may read: the views sharing its evidence, the whole person, and the statistics."""
    route = torch.zeros(sum(len(q.options) + 1 for q in questions), width)
    route[:, len(VIEWS) * _EMBEDDING :] = 1
    at = 0
    for question in questions:
        rows = slice(at, at + len(question.options) + 1)
        for v, (name, parts) in enumerate(VIEWS.items()):
            if name == "person" or set(parts) & set(question.parts):
                route[rows, v * _EMBEDDING : (v + 1) * _EMBEDDING] = 1
        at = rows.stop
    return route


def _targets(classes_NQ: np.ndarray, sizes: list[int], smoothing: float, balance: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Smoothed one-hot [N, K] and weights [N, K] that are zero where nobody answered."""
    targets = np.zeros((len(classes_NQ), sum(sizes)), np.float32)
    weights = np.zeros_like(targets)
    at = 0
    for column, size in enumerate(sizes):
        answers = classes_NQ[:, column]
        known = np.flatnonzero(answers >= 0)
        if len(known):
            count = np.bincount(answers[known], minlength=size)
            present = np.flatnonzero(count)
            targets[np.ix_(known, at + present)] = smoothing / len(present)
            targets[known, at + answers[known]] += 1 - smoothing
            weigh = (count[answers[known]] / len(known)) ** (-balance)
            weights[known, at : at + size] = (weigh / weigh.mean())[:, None]
        at += size
    return torch.from_numpy(targets), torch.from_numpy(weights)
