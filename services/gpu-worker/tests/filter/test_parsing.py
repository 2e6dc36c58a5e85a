"""The parsing decoder: its data, its measure, its export, and that it learns."""

import json
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import torch
from PIL import Image, ImageDraw

from anyone_gpu.filter.parsing_data import HEIGHT, WIDTH, list_seeds, mirrored_ids, open_encoder, read_samples
from anyone_gpu.filter.parsing_decoder import CLASSES, TAPS, ParsingDecoder, to_onnx
from anyone_gpu.filter.train_parsing import Config, quality_of, train

ENCODER = Path(__file__).parents[4] / ".anyone/models/movenet-lightning-encoder.onnx"


def draw(folder: Path, seed: int) -> None:
    """A crude figure: hair (2), face (11), upper clothes (4), trousers (6), left (14) and right (15) arm."""
    random = np.random.default_rng(seed)
    size, shift = (200, 400), int(random.integers(-15, 15))
    picture = Image.new("RGB", size, tuple(int(v) for v in random.integers(120, 200, 3)))
    ids = Image.new("L", size, 0)
    shapes = [
        (4, (70, 120, 130, 240), (200, 40, 40)),
        (6, (75, 235, 125, 380), (40, 40, 160)),
        (15, (45, 125, 68, 230), (222, 180, 150)),
        (14, (132, 125, 155, 230), (222, 180, 150)),
        (2, (75, 40, 125, 80), (40, 25, 20)),
        (11, (80, 60, 120, 118), (230, 190, 160)),
    ]
    for part, (x0, y0, x1, y1), colour in shapes:
        box = (x0 + shift, y0, x1 + shift, y1)
        ImageDraw.Draw(picture).ellipse(box, fill=colour)
        ImageDraw.Draw(ids).ellipse(box, fill=part)
    picture.save(folder / f"{seed}.jpg", quality=92)
    ids.resize((100, 200), Image.Resampling.NEAREST).save(folder / f"{seed}.parts.png")
    (folder / f"{seed}.json").write_text(json.dumps({"people": [{"box": [45 + shift, 40, 155 + shift, 380]}]}))


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    for seed in range(100, 124):
        draw(folder, seed)
    return folder


def test_a_mirrored_map_swaps_left_and_right_parts_and_twice_is_the_same() -> None:
    ids = np.arange(CLASSES, dtype=np.uint8)[None]
    swapped = mirrored_ids(ids)
    assert swapped[0, [9, 10, 12, 13, 14, 15]].tolist() == [10, 9, 13, 12, 15, 14]
    assert swapped[0, [0, 4, 11, 16]].tolist() == [0, 4, 11, 16]
    assert (mirrored_ids(swapped) == ids).all()


def test_every_person_comes_as_it_is_and_in_its_variants(people: Path) -> None:
    seeds = list_seeds(people)
    assert seeds[:2] == ["100", "101"]
    samples = list(read_samples(people, seeds[:2], open_encoder(ENCODER), variants=1, seed=0))
    assert len(samples) == 4
    plain, mirrored = samples[0], samples[1]
    assert {name: tap.shape[0] for name, tap in plain.taps.items()} == TAPS
    assert plain.ids.shape == (HEIGHT, WIDTH)
    left, right = (plain.ids == 14).nonzero()[1].mean(), (plain.ids == 15).nonzero()[1].mean()
    assert left > right  # the person's left arm is on the picture's right
    assert (mirrored.ids == 14).nonzero()[1].mean() > (mirrored.ids == 15).nonzero()[1].mean()


def test_the_measure_counts_parts_that_occur_and_no_others() -> None:
    confusion = np.zeros((CLASSES, CLASSES), dtype=np.int64)
    confusion[0, 0], confusion[4, 4], confusion[4, 6], confusion[6, 6] = 50, 30, 10, 10
    quality = quality_of(confusion)
    assert quality.by_part[4] == pytest.approx(30 / 40)
    assert quality.by_part[6] == pytest.approx(10 / 20)
    assert quality.by_part[11] is None
    assert quality.mean_iou == pytest.approx((1 + 0.75 + 0.5) / 3)
    assert quality.pixel_accuracy == pytest.approx(0.9)
    assert quality.foreground_iou == pytest.approx(1)


def test_the_exported_decoder_answers_as_the_trained_one_at_any_size() -> None:
    torch.manual_seed(0)
    decoder = ParsingDecoder().eval()
    for module in decoder.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean = torch.randn_like(module.bias) * 0.1
            module.running_var = torch.rand_like(module.bias) + 0.5
    session = ort.InferenceSession(to_onnx(decoder), providers=["CPUExecutionProvider"])
    for y, x in ((256, 128), (128, 96)):
        taps = {name: torch.randn(1, c, y // s, x // s) for (name, c), s in zip(TAPS.items(), (32, 16, 8, 4, 2), strict=True)}
        rgb = torch.randint(0, 256, (1, y, x, 3)).float()
        with torch.no_grad():
            expected = decoder(rgb.permute(0, 3, 1, 2), taps).numpy()
        pixels = {"rgb": rgb.numpy()}
        (found,) = session.run(["logits"], pixels | {name: tap.numpy() for name, tap in taps.items()})
        assert expected.shape == (1, CLASSES, y, x)
        assert np.abs(found - expected).max() < 0.01 * np.abs(expected).max()


def test_the_decoder_learns_crude_figures_in_sixty_steps(people: Path, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    config = Config(people, ENCODER, tmp_path / "out.onnx", steps=60, holdout=6, batch=4)
    _, quality, facts = train(config)
    assert facts["people"] == 18
    assert quality.foreground_iou > 0.7
    assert min(quality.by_part[part] or 0 for part in (2, 4, 6, 11)) > 0.4


def test_a_folder_with_too_few_people_is_refused(people: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds 24 people"):
        train(Config(people, ENCODER, tmp_path / "out.onnx", holdout=24))
