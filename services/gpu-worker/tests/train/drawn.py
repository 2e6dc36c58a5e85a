"""A dataset version written by Python, as the cutter writes it: small drawn figures with part maps, in WebDataset shards.

Crude on purpose: what the loader, the loss and the loop need is regions whose colour the caption names.
"""

import hashlib
import io
import json
import tarfile
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from anyone_gpu.objects import ObjectRef, Objects, put_object

COLOURS = {
    "red": (190, 40, 45),
    "blue": (50, 90, 180),
    "green": (60, 130, 75),
    "yellow": (225, 190, 60),
    "black": (35, 35, 40),
}
HAIRS = {"black": (30, 25, 22), "brown": (95, 58, 35), "blonde": (215, 175, 100)}
WALLS = {"a white wall": (235, 235, 230), "a park": (120, 160, 100), "a street": (150, 150, 160)}
WHOLE = list(range(1, 18))


def draw_figure(seed: int, size: tuple[int, int] = (96, 128)) -> tuple[Image.Image, Image.Image, dict[str, Any]]:
    """A figure, its ATR-18 part map, and the record of the shard."""
    rng = np.random.default_rng(seed)
    width, height = size
    hair, top, bottom, wall = (str(rng.choice(list(names))) for names in (HAIRS, COLOURS, COLOURS, WALLS))
    sleeve = str(rng.choice(["short sleeve", "long sleeve"]))
    image = Image.new("RGB", size, WALLS[wall])
    parts = Image.new("L", size, 0)
    x = width / 2 + rng.uniform(-0.06, 0.06) * width
    unit = height / 16

    def paint(part: int, colour: tuple[int, int, int], box: tuple[float, float, float, float], kind: str = "rectangle") -> None:
        for canvas, fill in ((ImageDraw.Draw(image), colour), (ImageDraw.Draw(parts), part)):
            getattr(canvas, kind)(box, fill=fill)

    skin = (225, 175, 145)
    paint(2, HAIRS[hair], (x - 1.7 * unit, unit, x + 1.7 * unit, 4.4 * unit), "ellipse")
    paint(11, skin, (x - 1.2 * unit, 1.8 * unit, x + 1.2 * unit, 4.6 * unit), "ellipse")
    for side, part in ((-1, 14), (1, 15)):
        left, right = sorted((x + side * 2 * unit, x + side * 3.2 * unit))
        paint(part, skin, (left, 5 * unit, right, 9.4 * unit))
        end = 9 if sleeve == "long sleeve" else 6.4
        paint(4, COLOURS[top], (left, 5 * unit, right, end * unit))
    paint(4, COLOURS[top], (x - 2 * unit, 4.8 * unit, x + 2 * unit, 9.6 * unit))
    paint(6, COLOURS[bottom], (x - 2 * unit, 9.6 * unit, x - 0.2 * unit, 15 * unit))
    paint(6, COLOURS[bottom], (x + 0.2 * unit, 9.6 * unit, x + 2 * unit, 15 * unit))
    pixels = np.asarray(image).astype(float) + rng.normal(0, 4, (height, width, 3))
    groups = [
        {"group": "g00", "name": "frame", "set": "C_body", "mask": WHOLE, "words": ["a full-body shot"], "noun": None},
        {"group": "g01", "name": "person", "set": "C_body", "mask": WHOLE, "words": ["adult"], "noun": "woman"},
        {"group": "g03", "name": "scene", "set": "C_other", "mask": [], "words": [wall], "noun": None},
        {"group": "g04", "name": "hair", "set": "C_outfit", "mask": [2], "words": [hair], "noun": "hair"},
        {"group": "g07", "name": "top", "set": "C_outfit", "mask": [4], "words": [top, sleeve], "noun": "t-shirt"},
        {"group": "g09", "name": "bottom", "set": "C_outfit", "mask": [5, 6], "words": [bottom], "noun": "pants"},
    ]
    answers = {"hair.color": hair, "top.color": top, "top.sleeve_length": sleeve, "bottom.color": bottom}
    picture = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    return picture, parts, {"size": list(size), "answers": answers, "caption_groups": groups}


def write_version(
    objects: Objects, count: int = 24, *, sizes: tuple[tuple[int, int], ...] = ((96, 128), (64, 128)), shards: int = 2
) -> ObjectRef:
    """Writes a version of `count` figures in train, a quarter more in validation and in test; returns its manifest."""
    extra = max(2, count // 4)
    splits = ["train"] * count + ["validation"] * extra + ["test"] * extra
    per_shard = -(-len(splits) // shards)
    entries = []
    for shard in range(shards):
        buffer = io.BytesIO()
        members = list(enumerate(splits))[shard * per_shard : (shard + 1) * per_shard]
        with tarfile.open(fileobj=buffer, mode="w:") as tar:
            for seed, split in members:
                image, parts, record = draw_figure(seed, sizes[seed % len(sizes)])
                add_sample(tar, image, parts, {**record, "split": split})
        ref = put_object(objects, f"version/1/shard-{shard:05d}.tar", buffer.getvalue())
        entries.append({"key": ref.key, "sha256": ref.sha256, "bytes": ref.bytes, "count": len(members)})
    manifest = {"version": 1, "name": "drawn", "protocol": "prime-human@1.0.0", "shards": entries}
    return put_object(objects, "version/1/manifest.json", json.dumps(manifest).encode())


def add_sample(tar: tarfile.TarFile, image: Image.Image, parts: Image.Image, record: dict[str, Any]) -> str:
    """Adds the three members of one sample; the asset id is the image's sha256."""
    jpeg, png = io.BytesIO(), io.BytesIO()
    image.save(jpeg, "JPEG", quality=92)
    parts.save(png, "PNG")
    asset_id = hashlib.sha256(jpeg.getvalue()).hexdigest()
    text = json.dumps({"asset_id": asset_id, **record}).encode()
    for suffix, data in (("jpg", jpeg.getvalue()), ("parts.png", png.getvalue()), ("json", text)):
        member = tarfile.TarInfo(f"{asset_id}.{suffix}")
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    return asset_id
