"""Invented labelled profiles, shared by what is measured on labelled sets."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.labelled import Labelled, reference_half

N = 420
HEAD = "profile pic,description length,external URL,private,#posts,#followers,#follows,fake"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Invented profiles as the set of spammers holds them; every third is labelled, and empty. One is there twice."""
    rng = np.random.default_rng(3)
    lines = []
    for row in range(N):
        label = row % 3 == 0
        posts, followers, follows = np.round(
            rng.lognormal((0.5, 2.5, 6) if label else (4, 6, 6), 0.9)
        ).astype(int)
        picture, link = int(not label or rng.random() < 0.5), int(not label and rng.random() < 0.3)
        biography = 0 if label else int(rng.integers(0, 150))
        lines.append(f"{picture},{biography},{link},{row % 2},{posts},{followers},{follows},{int(label)}")
    lines.append(lines[0])
    folder = tmp_path_factory.mktemp("data")
    own = folder / "kaggle-ig-spammer-696"
    own.mkdir()
    (own / "train.csv").write_text("\n".join([HEAD, *lines[:300]]) + "\n", encoding="utf-8")
    (own / "test.csv").write_text("\n".join([HEAD, *lines[300:]]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def half(folder: Path) -> Labelled:
    return reference_half(folder, "K1")
