"""Which pixels a question is asked of: the person, or a crop by its evidence parts where that helps."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .picture import FACE, GLASSES, HAIR, HAT, LEFT_SHOE, RIGHT_SHOE, SCARF, Picture
from .protocol import Question
from .views import view_boxes

PERSON = "person"
# small in a whole figure at 224 pixels; the rest of the protocol needs its surroundings
_CROPS: dict[str, frozenset[int]] = {
    "head": frozenset((HAT, HAIR, GLASSES, FACE)),
    "neck": frozenset((FACE, SCARF)),
    "feet": frozenset((LEFT_SHOE, RIGHT_SHOE)),
}
_MARGIN = 0.05  # of the person's box


def view_of(picture: Picture, question: Question, crops: bool) -> str:
    """The name of the view that shows the question's evidence; `person` where no smaller one shows all of it."""
    if not crops or not question.parts:
        return PERSON
    boxes = view_boxes(picture)
    return next((name for name, parts in _CROPS.items() if parts.issuperset(question.parts) and boxes[name]), PERSON)


def cut_view(picture: Picture, view: str) -> Image.Image:
    """The view as an RGB image, from the pixels that the file has most of."""
    box = None if view == PERSON else view_boxes(picture)[view]
    if box is None:
        x0, y0, x1, y1 = picture.box
        dx, dy = _MARGIN * (x1 - x0), _MARGIN * (y1 - y0)
        box = (x0 - dx, y0 - dy, x1 + dx, y1 + dy)
    scale = picture.fine.shape[1] / picture.rgb.shape[1]
    height, width = picture.fine.shape[:2]
    x0, y0 = (max(0, round(v * scale)) for v in box[:2])
    x1, y1 = min(width, round(box[2] * scale)), min(height, round(box[3] * scale))
    return Image.fromarray(np.ascontiguousarray(picture.fine[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]))
