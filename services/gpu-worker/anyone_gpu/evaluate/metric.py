"""One number with its method. Where no model is there to measure it, the state says so and there is no number."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

Tier = Literal["paper", "modern", "embedded", "heuristic", "none"]


@dataclass(frozen=True)
class Identity:
    """A model's identity, the same five fields everywhere."""

    slot: str
    model: str
    version: str
    sha256: str
    tier: Tier


@dataclass(frozen=True)
class Metric:
    name: str
    state: Literal["measured", "unavailable"]
    method: str
    """How, in a sentence: what a reader needs to compare it, or to see that it can't be compared."""
    model: Identity | None
    """The model that measures; the checkpoint itself for its own losses."""
    seed: int
    n: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    """Bounds of the 95 % interval that `method` names."""
    reason: str | None = None
    """Why it is unavailable."""

    def __post_init__(self) -> None:
        assert (self.value is None) == (self.state == "unavailable") == (self.reason is not None)

    def json(self) -> dict[str, Any]:
        return asdict(self)


def measured(name: str, method: str, model: Identity, seed: int, n: int, value: float, bounds: tuple[float, float]) -> Metric:
    """A measured number. What is not finite (a diverged model) is no number; bounds that are not, are none."""
    if not math.isfinite(value):
        return unavailable(name, method, f"the measurement gave {value}", seed, model)
    low, high = (bound if math.isfinite(bound) else None for bound in bounds)
    return Metric(name, "measured", method, model, seed, n, value, low, high)


def unavailable(name: str, method: str, reason: str, seed: int, model: Identity | None = None) -> Metric:
    return Metric(name, "unavailable", method, model, seed, reason=reason)
