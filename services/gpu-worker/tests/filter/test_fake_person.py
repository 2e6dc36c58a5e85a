"""The fake-people classifier: its styles, its operating point, its export, and that it learns."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from PIL import Image, ImageDraw, ImageFilter

from anyone_gpu.filter import styles
from anyone_gpu.filter.lessons import handled, hold_out, read_lessons
from anyone_gpu.filter.operating_point import Rate, above, accuracy, area_under_curve, choose_threshold
from anyone_gpu.filter.parsing_data import open_encoder, taps_of
from anyone_gpu.filter.train_fake_person import Config, describe, to_onnx, train

ENCODER = Path(__file__).parents[4] / ".anyone/models/movenet-lightning-encoder.onnx"


def shaded_face(seed: int) -> Image.Image:
    """A crude head with soft shades and grain: what stands for a photograph here."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", (256, 256), tuple(int(v) for v in random.integers(60, 200, 3)))
    pen = ImageDraw.Draw(picture)
    x, y = (int(v) for v in random.integers(70, 100, 2))
    pen.ellipse((x, y, x + 90, y + 110), fill=(222, 180, 150))
    pen.rectangle((x - 30, y + 110, x + 120, 256), fill=tuple(int(v) for v in random.integers(0, 255, 3)))
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(6)), dtype=np.float64)
    return Image.fromarray(np.clip(soft + random.normal(0, 9, soft.shape), 0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lessons")
    random = np.random.default_rng(0)
    for kind in ("clean", "cartoon"):
        (folder / kind / "heads").mkdir(parents=True)
        for seed in range(24):
            face = shaded_face(seed if kind == "clean" else 100 + seed)
            drawn = face if kind == "clean" else styles.comic(face, random)
            drawn.save(folder / kind / "heads" / f"{seed:03}.png")
    return folder


def test_every_style_keeps_the_size_and_changes_the_picture() -> None:
    pixels = np.asarray(shaded_face(1))
    for name, style in {**styles.KNOWN, **styles.UNKNOWN}.items():
        styled = styles.apply(style, pixels, np.random.default_rng(0))
        assert styled.shape == pixels.shape, name
        assert np.abs(styled.astype(int) - pixels).mean() > 2, name


def test_handling_leaves_every_pixel_in_its_place() -> None:
    pixels = np.zeros((64, 64, 3), dtype=np.uint8)
    pixels[:, 40:] = 200
    for seed in range(20):
        seen = handled(pixels, np.random.default_rng(seed)).mean(axis=(0, 2))
        assert seen[50:60].mean() > seen[5:30].mean() + 50


def test_rates_have_wilsons_interval() -> None:
    assert Rate(50, 50).interval == (pytest.approx(0.9287, abs=1e-4), pytest.approx(1))
    assert Rate(5, 10).interval == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))
    assert str(Rate(0, 0)) == "none"


def test_the_threshold_lies_in_the_middle_of_the_gap() -> None:
    real, fake = np.array([0.0, 0.1, 0.3]), np.array([0.5, 0.9])
    threshold = choose_threshold(real, fake)
    assert threshold == pytest.approx(0.4, abs=0.02)
    assert accuracy(real, fake, threshold).hits == 5
    assert above(real, 0.05) == Rate(2, 3)
    assert area_under_curve(real, fake) == 1
    assert area_under_curve(np.array([0.5, 0.2]), np.array([0.5])) == pytest.approx(0.75)


def test_it_learns_and_its_export_answers_the_same(lessons: Path, tmp_path: Path) -> None:
    config = Config(lessons, ENCODER, tmp_path / "out.onnx", holdout=8, variants=1)
    head, measured, facts = train(config)
    assert facts["real"] == 16
    assert accuracy(measured.real, np.concatenate(list(measured.fakes.values())), measured.threshold).value > 0.8
    encoder = open_encoder(ENCODER)
    pixels = np.asarray(shaded_face(7))
    session = ort.InferenceSession(to_onnx(head), providers=["CPUExecutionProvider"])
    (found,) = session.run(["fakeness"], {n: tap[None].astype(np.float32) for n, tap in taps_of(encoder, pixels).items()})
    assert found == pytest.approx(head.score(describe(encoder, pixels)[None]), abs=1e-3)


def test_too_few_lessons_are_refused(lessons: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="24 lessons are too few"):
        hold_out(read_lessons(lessons / "clean/heads", "RGB"), 24)
    with pytest.raises(ValueError, match="holds no PNG"):
        read_lessons(tmp_path, "L")
