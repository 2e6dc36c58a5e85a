"""Where to look: boxes of head, neck, torso, chest, lower body, feet, ... found from the part map, and their crops."""

from __future__ import annotations

import numpy as np

from .picture import (
    BAG,
    BELT,
    DRESS,
    FACE,
    GLASSES,
    HAIR,
    HAT,
    LEFT_ARM,
    LEFT_LEG,
    LEFT_SHOE,
    PANTS,
    RIGHT_ARM,
    RIGHT_LEG,
    RIGHT_SHOE,
    SCARF,
    SKIRT,
    UPPER,
    Picture,
    resized,
    where_parts,
)

SIZE = 64  # pixels of a crop's side
CHANNELS = 7  # rgb, and the masks: the view's own parts, hair and hat, skin, upper garments (0 or 255)

# the parts a view shows: its questions are those with evidence among them
VIEWS: dict[str, tuple[int, ...]] = {
    "person": tuple(range(1, 18)),
    "head": (HAT, HAIR, GLASSES, FACE),
    "neck": (UPPER, DRESS, FACE, SCARF),
    "torso": (UPPER, DRESS, LEFT_ARM, RIGHT_ARM),
    "chest": (UPPER, DRESS),
    "lower": (SKIRT, PANTS, DRESS, LEFT_LEG, RIGHT_LEG),
    "cloth": (SKIRT, PANTS, DRESS),
    "feet": (LEFT_SHOE, RIGHT_SHOE, LEFT_LEG, RIGHT_LEG),
    "bag": (BAG,),
    "waist": (BELT, SKIRT, PANTS),
}

_HEADWEAR, _SKIN, _GARMENT = (HAT, HAIR), (FACE, LEFT_LEG, RIGHT_LEG, LEFT_ARM, RIGHT_ARM), (UPPER, DRESS)

Box = tuple[float, float, float, float]


def view_boxes(picture: Picture) -> dict[str, Box | None]:
    """Box per view in working pixels; None where the picture doesn't show it."""
    spans = {part: _span(picture.parts == part) for part in range(1, 18)}
    person: Box = tuple(float(v) for v in picture.box)  # type: ignore[assignment]
    face = spans[FACE]
    torso = _union(spans, (UPPER, DRESS, SCARF))
    lower = _union(spans, (SKIRT, PANTS, LEFT_LEG, RIGHT_LEG)) or spans[DRESS]
    head = _union(spans, (HAT, HAIR, GLASSES, FACE)) if face is None else _head(spans, face)
    feet = _union(spans, (LEFT_SHOE, RIGHT_SHOE))
    return {
        "person": _pad(person, 0.03),
        "head": _pad(head, 0.12) if head else None,
        "neck": _neck(face) if face else None,
        "torso": _pad(_union(spans, (UPPER, DRESS, LEFT_ARM, RIGHT_ARM)) or torso, 0.05) if torso else None,
        "chest": _patch(torso, face) if torso else None,
        "lower": _pad(lower, 0.05) if lower else None,
        "cloth": _centre(_union(spans, (SKIRT, PANTS)) or spans[DRESS]),
        "feet": _feet(feet) if feet else None,
        "bag": _pad(spans[BAG], 0.15) if spans[BAG] else None,
        "waist": _waist(spans, lower),
    }


def crop_views(picture: Picture) -> np.ndarray:
    """Crops of all views, uint8 [V, CHANNELS, SIZE, SIZE]; a view that the picture doesn't show is zeros."""
    crops = np.zeros((len(VIEWS), CHANNELS, SIZE, SIZE), np.uint8)
    for i, (name, box) in enumerate(view_boxes(picture).items()):
        if box is not None:
            crops[i] = resized(_cut(picture, _squared(box), VIEWS[name]), (SIZE, SIZE))
    return crops


def _cut(picture: Picture, box: Box, own: tuple[int, ...]) -> np.ndarray:
    """What lies in the box, uint8 [CHANNELS, h, w]; what lies outside of the picture is black."""
    x0, y0, x1, y1 = (round(v) for v in box)
    cut = np.zeros((CHANNELS, y1 - y0, x1 - x0), np.uint8)
    height, width = picture.parts.shape
    top, bottom = (min(max(y, 0), height) for y in (y0, y1))
    left, right = (min(max(x, 0), width) for x in (x0, x1))
    inside = cut[:, top - y0 : bottom - y0, left - x0 : right - x0]
    inside[:3] = np.moveaxis(picture.rgb[top:bottom, left:right], -1, 0)
    for channel, parts in zip(inside[3:], (own, _HEADWEAR, _SKIN, _GARMENT), strict=True):
        np.multiply(where_parts(picture.parts[top:bottom, left:right], parts), np.uint8(255), out=channel)
    return cut


def _span(mask: np.ndarray) -> Box | None:
    if np.count_nonzero(mask) < 12:  # a few stray pixels of a predicted map are no part
        return None
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return (float(xs[0]), float(ys[0]), float(xs[-1] + 1), float(ys[-1] + 1))


def _union(spans: dict[int, Box | None], parts: tuple[int, ...]) -> Box | None:
    boxes = [box for box in (spans[p] for p in parts) if box is not None]
    if not boxes:
        return None
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


def _head(spans: dict[int, Box | None], face: Box) -> Box:
    """Face, hat and hair, but hair no lower than two faces: long hair would make the head small."""
    whole = _union(spans, (HAT, HAIR, GLASSES, FACE)) or face
    reach = 2.0 * (face[3] - face[1])
    return (whole[0], whole[1], whole[2], min(whole[3], face[1] + reach))


def _neck(face: Box) -> Box:
    width, bottom = face[2] - face[0], face[3]
    centre = (face[0] + face[2]) / 2
    return (centre - 1.1 * width, bottom - 0.7 * width, centre + 1.1 * width, bottom + 1.5 * width)


def _patch(torso: Box, face: Box | None) -> Box:
    """The middle of the chest at a high zoom: weave, pattern, print."""
    width = 0.5 * (torso[2] - torso[0])
    centre = (face[0] + face[2]) / 2 if face else (torso[0] + torso[2]) / 2
    top = torso[1] + 0.12 * (torso[3] - torso[1])
    return (centre - width / 2, top, centre + width / 2, top + width)


def _centre(box: Box | None) -> Box | None:
    if box is None:
        return None
    width = min(box[2] - box[0], box[3] - box[1])
    centre = (box[0] + box[2]) / 2
    return (centre - width / 2, box[1], centre + width / 2, box[1] + width)


def _feet(box: Box) -> Box:
    """Shoes with the ankles above them, where socks and shafts are."""
    height = box[3] - box[1]
    return _pad((box[0], box[1] - 0.8 * max(height, 0.5 * (box[2] - box[0])), box[2], box[3]), 0.06)


def _waist(spans: dict[int, Box | None], lower: Box | None) -> Box | None:
    belt = spans[BELT]
    if belt:
        width = belt[2] - belt[0]
        middle = (belt[1] + belt[3]) / 2
        return (belt[0] - 0.1 * width, middle - 0.3 * width, belt[2] + 0.1 * width, middle + 0.3 * width)
    if lower is None:
        return None
    width = lower[2] - lower[0]
    return (lower[0], lower[1] - 0.25 * width, lower[2], lower[1] + 0.35 * width)


def _pad(box: Box | None, share: float) -> Box:
    assert box is not None
    dx, dy = share * (box[2] - box[0]), share * (box[3] - box[1])
    return (box[0] - dx, box[1] - dy, box[2] + dx, box[3] + dy)


def _squared(box: Box) -> Box:
    side = max(box[2] - box[0], box[3] - box[1], 4.0)
    cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return (cx - side / 2, cy - side / 2, cx + side / 2, cy + side / 2)
