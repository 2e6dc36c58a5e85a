"""The short cuts of measuring say what the long ways say."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from anyone_gpu.annotate.picture import resized, where_parts

RANDOM = np.random.default_rng(7)


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
