"""The short cuts of measuring say what the long ways say."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from anyone_gpu.annotate.colours import CLUSTERS, cluster, percentiles
from anyone_gpu.annotate.picture import resized, where_parts
from anyone_gpu.annotate.texture import OCTAVES, print_statistics, texture_statistics

RANDOM = np.random.default_rng(7)


@pytest.mark.parametrize("count", [1, 2, 12, 1001])
def test_percentiles_are_those_of_numpy(count: int) -> None:
    values = RANDOM.normal(40, 20, (3, count)).astype(np.float32)
    wanted = (5, 25, 50, 75, 95)
    np.testing.assert_allclose(percentiles(values, wanted), np.percentile(values, wanted, axis=1), rtol=1e-5)


@pytest.mark.parametrize("size", [(64, 64), (200, 31), (90, 140)])
def test_pictures_are_resized_as_pillow_does(size: tuple[int, int]) -> None:
    rgb = RANDOM.integers(0, 256, (101, 83, 3)).astype(np.uint8)
    wanted = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR)).astype(int)
    planes = resized(np.concatenate([np.moveaxis(rgb, -1, 0)] * 3), size)
    for first in (0, 3, 6):
        assert np.abs(np.moveaxis(planes[first : first + 3], 0, -1) - wanted).max() <= 1


def test_parts_are_found() -> None:
    parts = RANDOM.integers(0, 18, (40, 30)).astype(np.uint8)
    assert (where_parts(parts, (4, 7, 17)) == np.isin(parts, (4, 7, 17))).all()


def test_clusters_are_the_colours_of_a_region() -> None:
    colours = np.array([[80, 5, 5], [30, 40, 20], [55, -30, 10]], np.float32)
    which = np.repeat([0, 1, 2], [600, 300, 100])
    found = cluster((colours[which] + RANDOM.normal(0, 0.5, (1000, 3)).astype(np.float32)).T)
    assert found.shape == (CLUSTERS, 4)
    np.testing.assert_allclose(found, np.c_[[0.6, 0.3, 0.1], colours], atol=0.5)
    assert not cluster(np.zeros((3, 0), np.float32)).any()


def test_stripes_run_down_where_they_differ_across() -> None:
    rgb = np.zeros((96, 96, 3), np.uint8)
    rgb[:] = np.where(np.arange(96) // 4 % 2, 171, 71)[:, None]  # lightness 70 and 30
    mask = np.zeros((48, 48), bool)
    mask[8:40, 8:40] = True
    texture = texture_statistics(rgb, {"cloth": mask, "none": np.zeros_like(mask)}, 1.0)
    across, down, chroma, steep = texture["cloth"][[0, 1, 4, 7]]
    assert across == pytest.approx(np.log1p(10), rel=0.05)  # a step of 40 every four pixels
    assert (down, chroma) == pytest.approx((0, 0), abs=1e-3)
    assert steep > 3
    assert not texture["none"].any()
    printed = print_statistics(rgb, mask, 1.0)
    assert printed[0] > printed[1]
    assert np.isfinite(printed).all()
    assert printed[: OCTAVES * 8].any()
