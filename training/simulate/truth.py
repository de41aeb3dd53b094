"""Truth: what is true of each account of a simulated or dosed source, known because it was made so.

Written as `NAME-truth.csv` beside the folder NAME of the tables, where no source is read from. Its first columns are
those of a file of cases, so that it serves as `--cases` too.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from training.simulate.csv_files import write_records

__all__ = ["Truth", "read_truth", "truth_file", "write_truth"]

_COLUMNS = (
    "platform",
    "account_id",
    "label",
    "axis",
    "archetype",
    "mechanic",
    "dose",
    "amount",
    "started_on",
)


@dataclass(frozen=True, slots=True)
class Truth:
    """What was done to one account.

    `label` is `genuine` or `inflated`; `axis` the counters that were inflated, empty for none. `archetype` names
    the life (`training.simulate.archetypes`), empty for an account of the user's. `mechanic` and `dose` name what
    was put in (`training.simulate.mechanics`): empty and 0 for none. `amount` is how much of the counter was
    put in, in its own unit (followers or likes). `started_on` is the UTC day of the first delivery (YYYY-MM-DD), empty
    where it has none.
    """

    platform: str
    account_id: str
    label: str
    axis: str = ""
    archetype: str = ""
    mechanic: str = ""
    dose: float = 0.0
    amount: float = 0.0
    started_on: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.platform, self.account_id


def truth_file(out: Path) -> Path:
    """Beside the folder of the tables, where no source is read from."""
    return out.with_name(f"{out.name}-truth.csv")


def write_truth(truth: Iterable[Truth], path: Path) -> None:
    """Writes a truth file; the same bytes each time. Numbers are written so that they are read back the same."""
    rows = [tuple(_text(getattr(one, name)) for name in _COLUMNS) for one in truth]
    write_records(path, _COLUMNS, rows)


def read_truth(path: Path) -> tuple[Truth, ...]:
    """A truth file that `write_truth` wrote, in its order.

    Raises
    ------
    OSError
        When it cannot be read.
    ValueError
        When it is no truth file.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != _COLUMNS:
            raise ValueError(f"{path} is no truth file; expected the columns {', '.join(_COLUMNS)}")
        return tuple(_truth(row) for row in reader)


def _truth(row: dict[str, str]) -> Truth:
    dose, amount = float(row.pop("dose")), float(row.pop("amount"))
    return Truth(**row, dose=dose, amount=amount)


def _text(value: str | float) -> str:
    return repr(value) if isinstance(value, float) else value
