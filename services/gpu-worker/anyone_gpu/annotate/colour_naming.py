"""One colour naming for all colour questions: prototypes in Lab and a learned metric, shared by every garment.

A rare colour of shoes is known from the tops of the same colour, which is what lifts the tail.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .colours import to_lab
from .features import REGIONS
from .minimise import minimise
from .protocol import Question

# Where a name starts before any answer was seen: everyday colours, not those of any picture here.
_STARTS = {
    "white": "f2f2f0", "black": "1f1f22", "gray": "8a8a8c", "red": "b3262b", "blue": "2f5db0", "pink": "e294b0",
    "green": "3a7d46", "orange": "e07b26", "yellow": "e6c53c", "purple": "6d3f94", "brown": "6c4630", "beige": "d2bc98",
    "navy": "222d55", "khaki": "8f8a5c", "gold": "c79a3a", "silver": "b9bcc0", "blonde": "d3a866",
}  # fmt: skip
_PULL = 14.0  # Lab units a prototype may move for the price of one unit of loss
_STEPS = 160


@dataclass
class ColourNaming:
    """State per palette (option list) and per question; all arrays float32."""

    metric: np.ndarray  # [3, 3]
    prototypes: dict[str, np.ndarray]  # palette -> [classes, 3] Lab
    biases: dict[str, np.ndarray]  # palette -> [classes]
    mixtures: dict[int, np.ndarray]  # category -> log weight per region, then the exponent of the share

    def log_probabilities(self, colours_NRK4: np.ndarray, question: Question) -> np.ndarray:
        """[N, options], given that the colour can be seen."""
        with torch.no_grad():
            palette = palette_of(question)
            log_p: np.ndarray = _forward(
                torch.from_numpy(np.ascontiguousarray(colours_NRK4[:, regions_of(question)])),
                torch.from_numpy(self.metric),
                torch.from_numpy(self.prototypes[palette]),
                torch.from_numpy(self.biases[palette]),
                torch.from_numpy(self.mixtures[question.category]),
                _named(question),
            ).numpy()
        return log_p


def fit_colour_naming(
    colours_NRK4: np.ndarray, classes_NQ: np.ndarray, questions: list[Question], smoothing: float = 0.05
) -> ColourNaming:
    """Fits prototypes, metric and mixtures to the answers of all colour questions (others are left out)."""
    asked = [(i, q) for i, q in enumerate(questions) if is_colour_question(q)]
    metric = torch.diag(torch.tensor([0.08, 0.12, 0.12])).requires_grad_()
    prototypes, starts, biases, mixtures = {}, {}, {}, {}
    samples = []
    for column, question in asked:
        palette = palette_of(question)
        if palette not in prototypes:
            starts[palette] = _starts(question)
            prototypes[palette] = starts[palette].clone().requires_grad_()
            biases[palette] = torch.zeros(len(question.options), requires_grad=True)
        regions = regions_of(question)
        mixtures[question.category] = torch.tensor([0.0] * len(regions) + [1.0], requires_grad=True)
        known = (classes_NQ[:, column] >= 0) & (classes_NQ[:, column] < len(question.options))
        if known.any():
            x = torch.from_numpy(np.ascontiguousarray(colours_NRK4[known][:, regions]))
            samples.append((question, palette, x, torch.from_numpy(classes_NQ[known, column]).long()))
    if samples:
        parameters = [metric, *prototypes.values(), *biases.values(), *mixtures.values()]
        total = sum(len(y) for *_, y in samples)

        def loss() -> torch.Tensor:
            value = torch.zeros(())
            for question, palette, x, y in samples:
                state = (metric, prototypes[palette], biases[palette], mixtures[question.category])
                log_p = _forward(x, *state, _named(question))
                value = value - (1 - smoothing) * log_p.gather(1, y[:, None]).sum() - smoothing * log_p.mean(1).sum()
            pull = sum((((prototypes[p] - starts[p]) / _PULL) ** 2).sum() for p in prototypes)
            soft = sum((b**2).sum() for b in biases.values()) + 0.3 * sum((m**2).sum() for m in mixtures.values())
            mean: torch.Tensor = (value + pull + soft) / total
            return mean

        minimise(parameters, loss, _STEPS)
    return ColourNaming(
        _plain(metric),
        {key: _plain(value) for key, value in prototypes.items()},
        {key: _plain(value) for key, value in biases.items()},
        {key: _plain(value) for key, value in mixtures.items()},
    )


def is_colour_question(question: Question) -> bool:
    """Colour of a garment or of the hair: most of its options are colour names."""
    return question.is_colour and len(_named(question)) * 2 > len(question.options)


def palette_of(question: Question) -> str:
    """Questions with the same options share their prototypes."""
    return "|".join(question.options)


def regions_of(question: Question) -> list[int]:
    """Indices of the regions whose parts all belong to the question's evidence (garments: also their pieces)."""
    evidence = set(question.parts) | ({7} if 4 in question.parts else set())
    inside = [i for i, parts in enumerate(REGIONS.values()) if set(parts) <= evidence and 0 not in parts]
    return inside or [list(REGIONS).index("garment")]


def _forward(
    x_NRK4: torch.Tensor,
    metric: torch.Tensor,
    prototypes: torch.Tensor,
    biases: torch.Tensor,
    mixture: torch.Tensor,
    named: list[int],
) -> torch.Tensor:
    """log p(name) = log sum over clusters of weight(cluster) * softmax(-distance^2 to each prototype + bias)."""
    share, lab = x_NRK4[..., 0], x_NRK4[..., 1:]
    distance = (((lab[..., None, :] - prototypes) @ metric) ** 2).sum(-1)
    nameless = torch.ones(len(prototypes))
    nameless[named] = 0
    logits = -distance * (1 - nameless) + biases - 4 * nameless
    inner = torch.log_softmax(logits, -1)
    log_weight = mixture[:-1, None] + mixture[-1] * torch.log(share.clamp(min=1e-6))
    log_weight = torch.where(share > 0, log_weight, torch.tensor(-30.0))
    log_weight = log_weight - torch.logsumexp(log_weight.flatten(1), 1)[:, None, None]
    return torch.logsumexp((log_weight[..., None] + inner).flatten(1, 2), 1)


def _named(question: Question) -> list[int]:
    return [i for i, option in enumerate(question.options) if option in _STARTS]


def _starts(question: Question) -> torch.Tensor:
    rgb = np.array([[int(_STARTS.get(o, "808080")[i : i + 2], 16) for i in (0, 2, 4)] for o in question.options], np.uint8)
    return torch.from_numpy(to_lab(rgb))


def _plain(value: torch.Tensor) -> np.ndarray:
    return value.detach().numpy().astype(np.float32)
