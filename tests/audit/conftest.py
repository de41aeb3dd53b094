"""Sources for audits, and how one is run in this process."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

MODEL = Path(__file__).parents[2] / "models" / "default"


@pytest.fixture(scope="session")
def model():
    from detector import load_model

    if not (MODEL / "card.json").exists():
        pytest.skip("needs the shipped model: make default-model")
    return load_model()


@pytest.fixture(scope="session")
def lives(tmp_path_factory) -> Path:
    """300 invented creators with posts and histories, as folders of Parquet parts in scattered order."""
    from training.simulate.population import write_population

    whole = tmp_path_factory.mktemp("lives")
    write_population(whole / "whole", n=300, seed=4242)
    scattered = whole / "scattered"
    rng = np.random.default_rng(7)
    for table in ("accounts", "posts", "snapshots"):
        (scattered / table).mkdir(parents=True)
        rows = pq.read_table(whole / "whole" / table)
        rows = rows.take(pa.array(rng.permutation(rows.num_rows)))
        for i in range(3):
            size = -(-rows.num_rows // 3)
            pq.write_table(rows.slice(i * size, size), scattered / table / f"part-{i}.parquet")
    return scattered


@pytest.fixture
def audited(model, tmp_path) -> Callable[..., tuple[dict[str, Any], Path]]:
    """Audit a source in small buckets; gives the summary and the folder."""
    from detector.audit.run import Watch, audit
    from detector.audit.settings import AuditSettings

    def run(source: object, out: Path | None = None, *, restart: bool = False, **more: Any):
        folder = out or tmp_path / "audit"
        settings = AuditSettings(str(source), folder, **more)
        return audit(settings, model, Watch(lambda _: None, lambda *_: None), restart=restart), folder

    return run


def parts_of(folder: Path) -> pa.Table:
    """The whole result of an audit."""
    return pa.concat_tables(pq.read_table(part) for part in sorted((folder / "result").glob("*.parquet")))
