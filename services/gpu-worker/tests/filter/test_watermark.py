"""The watermark classifier: its marks, the lettering it must not take for one, its export, and that it learns."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import pytest
import torch
from PIL import Image

from anyone_gpu.filter import watermarks
from anyone_gpu.filter.train_watermark import (
    Config,
    cells_of,
    draw_lessons,
    fit,
    lettered,
    marked,
    read_picture,
    scores,
    subject_of,
)
from anyone_gpu.filter.watermark_net import AREA, CELL, WatermarkNet, to_onnx

Pixels = npt.NDArray[np.uint8]
EVERY = {**watermarks.KNOWN, **watermarks.UNKNOWN}


def soft_picture(seed: int, width: int = 320, height: int = 400) -> Pixels:
    """Soft patches of colour with grain: what stands for a photograph here."""
    random = np.random.default_rng(seed)
    patches = Image.fromarray(random.integers(30, 225, (8, 6, 3)).astype(np.uint8)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    return np.clip(np.asarray(patches, dtype=np.float64) + random.normal(0, 5, (height, width, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", EVERY)
def test_a_mark_changes_the_picture_where_it_says_and_nowhere_else(name: str) -> None:
    for seed in range(5):
        random = np.random.default_rng(seed)
        pixels = soft_picture(seed)
        layer = np.asarray(EVERY[name](320, 400, random), dtype=np.uint8)
        found = watermarks.put(layer, pixels, random)
        changed = np.abs(found.pixels.astype(int) - pixels).mean(axis=2)
        assert found.pixels.shape == pixels.shape
        assert found.visible.any()
        assert changed[found.visible].min() > watermarks.VISIBLE - 1
        assert changed[~found.visible].max() < watermarks.VISIBLE + 1


def test_lettering_of_the_scene_takes_its_light() -> None:
    dark_left = np.full((400, 320, 3), 200, dtype=np.uint8)
    dark_left[:, :160] = 60
    random = np.random.default_rng(3)
    pixels = watermarks.sign(dark_left, 320, random)
    assert pixels.shape == dark_left.shape
    assert (pixels != dark_left).any()
    for seed in range(10):
        assert lettered(soft_picture(seed), np.random.default_rng(seed)).dtype == np.uint8


def test_a_cell_counts_as_marked_when_it_or_a_neighbour_holds_a_stroke() -> None:
    visible = np.zeros((64, 64), dtype=np.bool_)
    visible[33:39, 33:39] = True
    cells = cells_of(visible)
    assert cells.shape == (8, 8)
    assert cells.sum() == 9
    assert cells[4, 4] == 1


def test_pictures_are_looked_at_in_whole_cells_of_about_one_area(tmp_path: Path) -> None:
    for size in ((1920, 1280), (640, 1280), (300, 300)):
        Image.fromarray(soft_picture(1, *size)).save(tmp_path / "one.jpg")
        height, width, _ = read_picture(tmp_path / "one.jpg").shape
        assert (height % CELL, width % CELL) == (0, 0)
        assert height * width == pytest.approx(min(AREA, size[0] * size[1]), rel=0.03)


def test_a_photograph_and_its_square_are_one_subject() -> None:
    assert subject_of(Path("ivana-square.jpg")) == subject_of(Path("ivana.jpg")) == "ivana"


def test_it_learns_to_tell_marked_pictures_and_its_export_scores_as_it_does() -> None:
    config = Config(Path(), [], Path(), steps=240, lessons=240, batch=8, crop=128)
    people = [soft_picture(seed) for seed in range(12)]
    net = fit(draw_lessons(people, [[soft_picture(seed)] for seed in range(50, 56)], config), config, 0)
    random = np.random.default_rng(9)
    fresh = [soft_picture(seed) for seed in range(100, 112)]
    clean = scores(net, fresh)
    found = scores(net, [marked("repeated-text", one, random) for one in fresh])
    assert found.mean() > clean.mean() + 0.1
    session = ort.InferenceSession(to_onnx(net))
    for one, expected in zip(fresh[:4], clean[:4], strict=True):
        (score,) = session.run(None, {"rgb": one[None].astype(np.float32)})
        assert score[0] == pytest.approx(expected, abs=5e-3)


def test_a_score_is_that_of_the_surest_patch() -> None:
    class Mapped(WatermarkNet):
        def forward(self, rgb_NYXC: torch.Tensor) -> torch.Tensor:
            logits = torch.full((1, 10, 10), -20.0)
            logits[0, 4, 4] = 20.0
            return logits

    assert float(Mapped().score(torch.zeros(1, 80, 80, 3))) == pytest.approx(1 / 9, abs=1e-4)
