"""Pictures of a checkpoint at fixed seeds, and a sheet of them for the report.

Shape suffixes: B samples, C channels, Y x Z latent cells or pixels, T tokens, E width of the text encoder.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image, ImageDraw
from torch import Tensor

from anyone_gpu.train.caption import Caption, join_phrases, plain_caption
from anyone_gpu.train.dataset import Item
from anyone_gpu.train.loader import Size, keyed_noise, nearest_size
from anyone_gpu.train.model import Diffusion
from anyone_gpu.train.recipes import Recipe


@dataclass(frozen=True)
class SamplerConfig:
    steps: int = 20
    guidance: float = 3.0
    batch: int = 16


def generate(
    model: Diffusion, recipe: Recipe, items: Sequence[Item], config: SamplerConfig, seed: int
) -> dict[str, Image.Image]:
    """One picture per item, of its whole caption and at its bucket's size; noise by (seed, asset id), DDIM, guided."""
    captions = {item.asset_id: plain_caption(item.groups, model.tokenizer) for item in items}
    buckets: dict[Size, list[Item]] = {}
    for item in items:
        buckets.setdefault(nearest_size(item.size, recipe.loader.sizes), []).append(item)
    found: dict[str, Image.Image] = {}
    for size, members in buckets.items():
        for start in range(0, len(members), config.batch):
            ids = [item.asset_id for item in members[start : start + config.batch]]
            images_BCYZ = _draw(model, [captions[i] for i in ids], ids, size, config, seed)
            found |= dict(zip(ids, to_pictures(images_BCYZ), strict=True))
    return found


def to_pictures(images_BCYZ: Tensor) -> list[Image.Image]:
    pixels = images_BCYZ.add(1).mul(127.5).round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()
    return [Image.fromarray(picture) for picture in pixels]


def sample_grid(rows: Sequence[tuple[str, Image.Image, Image.Image]], *, scale: int = 3, columns: int = 4) -> bytes:
    """A PNG: per caption the real picture and the generated one beside it. `rows`: (caption, real, generated)."""
    cell_width = 2 * max(real.width for _, real, _ in rows) * scale + 12
    cell_height = max(real.height for _, real, _ in rows) * scale + 58
    lines = -(-len(rows) // columns)
    sheet = Image.new("RGB", (columns * cell_width + 12, lines * cell_height + 12), (250, 250, 248))
    pen = ImageDraw.Draw(sheet)
    for place, (caption, real, generated) in enumerate(rows):
        x, y = 12 + place % columns * cell_width, 12 + place // columns * cell_height
        for offset, picture in enumerate((real, generated)):
            size = (picture.width * scale, picture.height * scale)
            sheet.paste(picture.resize(size, Image.Resampling.LANCZOS), (x + offset * size[0], y))
        for line, text in enumerate(_wrap(caption, cell_width - 16)[:3]):
            pen.text((x, y + real.height * scale + 4 + 14 * line), text, fill=(60, 60, 60))
    return png_bytes(sheet)


def png_bytes(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _draw(
    model: Diffusion, captions: Sequence[Caption], ids: Sequence[str], size: Size, config: SamplerConfig, seed: int
) -> Tensor:
    schedule: Any = type(model.schedule).from_config(model.schedule.config, timestep_spacing="trailing")
    schedule.set_timesteps(config.steps)
    cells = (3 * model.latent**2, size[1] // model.latent, size[0] // model.latent)
    nothing = join_phrases([], model.tokenizer)
    with torch.no_grad():
        said_BTE = model.encode_text(torch.tensor([caption.ids for caption in captions]))
        empty_BTE = model.encode_text(torch.tensor([nothing.ids])).expand_as(said_BTE)
        text_BTE = torch.cat([said_BTE, empty_BTE])
        latents_BCYZ = torch.stack([keyed_noise(cells, seed, "sample", asset_id) for asset_id in ids])
        for level in schedule.timesteps:
            both = model.unet(torch.cat([latents_BCYZ, latents_BCYZ]), level, text_BTE).sample
            said, unsaid = both.chunk(2)
            guided = unsaid + config.guidance * (said - unsaid)
            if schedule.config.prediction_type == "sample":
                guided = guided.clamp(-1, 1)  # guidance pushes predicted pixels out of their range
            latents_BCYZ = schedule.step(guided, level, latents_BCYZ).prev_sample
        return model.decode_latents(latents_BCYZ)


def _wrap(text: str, width: int) -> list[str]:
    """Lines of about `width` pixels in the small built-in font (6 pixels a letter)."""
    lines, most = [""], width // 6
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
