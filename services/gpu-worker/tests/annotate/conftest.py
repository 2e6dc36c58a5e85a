"""What the tests of the labeller share: figures, and a labeller that learned from 60 of them."""

from __future__ import annotations

import pytest
import torch

from anyone_gpu.annotate.learn import Learned, learn

from .figures import QUESTIONS, Figure, Folder, answered, draw

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def figures() -> list[Figure]:
    """60 to learn from, then 30 to be judged by."""
    return [draw(seed) for seed in range(90)]


@pytest.fixture(scope="session")
def folder(figures: list[Figure]) -> Folder:
    return Folder(figures)


@pytest.fixture(scope="session")
def learned(figures: list[Figure], folder: Folder) -> Learned:
    return learn(folder, [answered(f) for f in figures[:60]], QUESTIONS, version="embedded-1")
