"""The three functions of `import detector`: read a source, load a model, score. The commands use them too.

Each imports what it needs when it is called, so that one account is scored without dataframe packages.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from detector.errors import ModelError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from detector.model.model import Model
    from detector.tables import Tables
    from detector.verdict import Result

__all__ = ["judge", "load_model", "model_folder", "read", "score"]

SCHEMES = "detector.model_schemes"
"""Entry point group: name = the scheme before `:/`, value = a function from the address to a local folder."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")  # two characters at least: `C:/models` is a folder


def read(
    source: str | Path,
    *,
    platform: str | None = None,
    mapping: Mapping[str, str] | None = None,
    account: str | None = None,
    tables: Mapping[str, str] | None = None,
    queries: Mapping[str, str] | None = None,
) -> "Tables":
    """Read tables, exports in known formats, or a database: a folder, a zip archive, a file or an address.

    Parameters
    ----------
    source
        Path of the folder, archive or file, or the address of a database (``postgresql://host/name``).
    platform
        Platform of rows that name none.
    mapping
        Other column names: ``{"followers": "follower_count"}`` reads their column as ours.
    account
        Id or handle: keep this account alone; rows that name no account are taken as its own.
    tables, queries
        For a database: what accounts, posts or snapshots are read from, if not from the tables of these names.

    Returns
    -------
    Tables
        Accounts, posts and snapshots; rows that cannot be used stand in `set_aside`, with the reason.

    Raises
    ------
    SourceError
        The source is missing, empty, truncated, or of no known format.
    UsageError
        `source` is neither a path nor an address, or `mapping`, `platform`, `tables` or `queries` names something that
        does not exist.
    """
    from detector.sources import read as read_source

    if not isinstance(source, str | Path):
        raise UsageError(
            f"read takes a path or an address, not a {type(source).__name__}. Save the rows as Parquet or CSV, and "
            "read that file."
        )
    return read_source(
        source, platform=platform, mapping=mapping, account=account, tables=tables, queries=queries
    )


def load_model(address: str | Path | None = None) -> "Model":
    """Load a model from a folder, from a registry address such as `models:/NAME@ALIAS`, or the shipped one.

    Raises
    ------
    ModelError
        There is no model at the address, it is damaged, or nothing installed knows the scheme.
    """
    from detector.model import store

    return store.load(model_folder(address))


def model_folder(address: str | Path | None = None) -> Path:
    """The folder of the model at an address, fetched where it lies elsewhere.

    Raises
    ------
    ModelError
        Nothing installed knows the scheme, or there is no model at the address.
    """
    if address is None:
        from detector.model import store

        return store.default_path()
    scheme = _SCHEME.match(address) if isinstance(address, str) else None
    return Path(address) if scheme is None else _fetcher(scheme[1])(str(address))


def score(tables: "Tables", model: "Model | None" = None, *, reasons: str = "worst") -> "pa.Table":
    """Judge every account of a source: one row each, columns as in `detector.contract.RESULT`.

    Parameters
    ----------
    tables
        What `read` returned.
    model
        What `load_model` returned; the shipped model if None.
    reasons
        ``"worst"`` explains unusual and suspicious accounts, ``"all"`` every account.
    """
    return judge(tables, model, reasons=reasons).to_arrow()


def judge(
    tables: "Tables",
    model: "Model | None" = None,
    *,
    reasons: str = "worst",
    progress: Callable[[int, int], None] | None = None,
) -> "Result":
    """As `score`, but as a `Result`, for which pyarrow is not imported.

    Parameters
    ----------
    progress
        Called now and then with (accounts done, accounts in all).

    Raises
    ------
    UsageError
        `reasons` is neither ``"worst"`` nor ``"all"``, or `tables` or `model` is something else.
    """
    if reasons not in ("worst", "all"):
        raise UsageError(f"reasons={reasons!r} is unknown; expected 'worst' or 'all'.")
    from detector.model.model import Model
    from detector.scoring import score_tables
    from detector.tables import Tables

    if not isinstance(tables, Tables):
        raise UsageError(
            f"score takes the Tables that read returns, not a {type(tables).__name__}: "
            'detector.score(detector.read("accounts.parquet")).'
        )
    if not isinstance(model, Model | None):
        raise UsageError(
            f"model is a {type(model).__name__}; expected what load_model returns: detector.load_model(address)."
        )
    return score_tables(tables, load_model() if model is None else model, reasons=reasons, progress=progress)


def _fetcher(scheme: str) -> Callable[[str], Path]:
    # Looking up entry points reads every installed package's metadata (about 60 ms): only when asked for.
    from importlib.metadata import entry_points

    known = entry_points(group=SCHEMES)
    if scheme not in known.names:
        names = ", ".join(f"{name}:/" for name in sorted(known.names)) or "none"
        raise ModelError(
            f"Model addresses that start with {scheme}:/ are not known here (known: {names}). "
            "Give the folder of a model, or install the package that brings this scheme."
        )
    try:
        fetch: Callable[[str], Path] = known[scheme].load()
    except ImportError as error:
        raise ModelError(
            f"Models at {scheme}:/ need a package that cannot be imported: {error}. "
            "Install bot-suspicion with all its dependencies, or give the folder of a model."
        ) from error
    return fetch
