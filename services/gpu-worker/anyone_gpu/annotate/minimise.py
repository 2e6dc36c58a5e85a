"""L-BFGS over tensors, by SciPy: PyTorch's own optimisers import its compiler first, which takes longer than a fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.optimize import minimize

#: Steps remembered, and the changes of value and slope that end a descent: beyond what 32-bit sums tell apart.
OPTIONS = {"maxcor": 8, "ftol": 1e-7, "gtol": 1e-6}


def minimise(parameters: Sequence[torch.Tensor], loss: Callable[[], torch.Tensor], steps: int) -> None:
    """Changes `parameters` (leaves that require gradients) in place until `loss()`, a scalar of them, is least."""

    def evaluate(flat: np.ndarray) -> tuple[float, np.ndarray]:
        _fill(parameters, flat)
        value = loss()
        slopes = torch.autograd.grad(value, parameters)
        return value.item(), np.concatenate([slope.double().numpy().ravel() for slope in slopes])

    start = np.concatenate([p.detach().double().numpy().ravel() for p in parameters])
    _fill(parameters, minimize(evaluate, start, jac=True, method="L-BFGS-B", options={"maxiter": steps, **OPTIONS}).x)


def _fill(parameters: Sequence[torch.Tensor], flat: np.ndarray) -> None:
    at = 0
    with torch.no_grad():
        for p in parameters:
            p.copy_(torch.from_numpy(flat[at : at + p.numel()]).view_as(p))
            at += p.numel()
