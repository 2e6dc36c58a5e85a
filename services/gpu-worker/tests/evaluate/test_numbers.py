"""Intervals, the Fréchet distance and metrics: against textbook forms, and no number where there is no model."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from anyone_gpu.evaluate.frechet import frechet_distance
from anyone_gpu.evaluate.intervals import bootstrap_mean, bootstrap_spread, interval_over_seeds
from anyone_gpu.evaluate.metric import Identity, Metric, unavailable
from anyone_gpu.evaluate.models import Unavailable, open_network


@given(seed=st.integers(0, 1000), first=st.integers(3, 40), second=st.integers(3, 40))
@settings(max_examples=25, deadline=None)
def test_the_frechet_distance_equals_the_textbook_form_at_any_n(seed: int, first: int, second: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(first, 6)), rng.normal(0.5, 1.5, size=(second, 6))
    covariances = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    # sqrtm of a singular product is not accurate; its eigenvalues are.
    root = np.sqrt(np.linalg.eigvals(covariances[0] @ covariances[1]).real.clip(0)).sum()
    expected = np.square(a.mean(0) - b.mean(0)).sum() + np.trace(covariances[0] + covariances[1]) - 2 * root
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    if min(first, second) > 8:
        textbook = np.square(a.mean(0) - b.mean(0)).sum() + np.trace(
            covariances[0] + covariances[1] - 2 * sqrtm(covariances[0] @ covariances[1]).real
        )
        assert frechet_distance(a, b) == pytest.approx(textbook, rel=1e-6)


def test_equal_sets_are_at_distance_zero_and_a_shift_counts_squared() -> None:
    rows = np.random.default_rng(0).normal(size=(12, 30))
    assert frechet_distance(rows, rows) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(rows, rows + 2) == pytest.approx(4 * 30)
    assert frechet_distance(rows, rows[::-1] * 3) == pytest.approx(frechet_distance(rows * 3, rows))
    with pytest.raises(ValueError, match="two pictures"):
        frechet_distance(rows[:1], rows)


def test_the_bootstrap_covers_the_mean_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for trial in range(200):
        low, high = bootstrap_mean(rng.normal(3, 1, 60).tolist(), trial)
        covered += low <= 3 <= high
    assert 178 <= covered <= 199
    assert bootstrap_mean([1.0, 2.0, 3.0], 7) == bootstrap_mean([1.0, 2.0, 3.0], 7)
    assert all(math.isnan(bound) for bound in bootstrap_mean([1.0], 0))


def test_the_bootstrap_spread_of_a_difference_of_means_is_the_known_one() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=400), rng.normal(size=400)
    spread = bootstrap_spread(lambda i, j: float(a[i].mean() - b[j].mean()), (400, 400), 3)
    assert spread == pytest.approx(math.sqrt(2 / 400), rel=0.25)


def test_an_interval_over_seeds_is_students() -> None:
    mean, low, high = interval_over_seeds([0.02, 0.03, 0.025])
    assert mean == pytest.approx(0.025)
    assert (high - low) / 2 == pytest.approx(4.302653 * 0.005 / math.sqrt(3), rel=1e-5)
    with pytest.raises(ValueError, match="at least two"):
        interval_over_seeds([0.1])


def test_an_unavailable_metric_has_a_reason_and_never_a_number() -> None:
    metric = unavailable("x", "how", "no model", 0)
    assert metric.json()["value"] is None and metric.json()["reason"] == "no model"
    with pytest.raises(AssertionError):
        Metric("x", "unavailable", "how", None, 0, value=1.0, reason="no model")
    with pytest.raises(AssertionError):
        Metric("x", "measured", "how", Identity("vlm", "m", "1", "", "embedded"), 0)


def test_a_model_that_is_missing_or_altered_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"manifest\.json is missing"):
        open_network(tmp_path, "inception")
    entry = {"slot": "inception", "model": "m", "version": "1", "file": "m.onnx", "sha256": "00", "tier": "embedded"}
    (tmp_path / "manifest.json").write_text(json.dumps({"inception": entry}))
    with pytest.raises(Unavailable, match="not among those built"):
        open_network(tmp_path, "inception")
    (tmp_path / "m.onnx").write_bytes(b"other bytes")
    with pytest.raises(Unavailable, match="other bytes"):
        open_network(tmp_path, "inception")
