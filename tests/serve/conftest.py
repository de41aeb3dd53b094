"""Two nights of invented creators with hostile names, a desk for each test, and the pages asked without a network."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from pyarrow import parquet

from detector import load_model
from detector.audit.run import Watch, audit
from detector.audit.settings import AuditSettings
from detector.model.model import Model
from detector.serve.app import create_app
from detector.serve.desk import Desk, make_desk
from detector.serve.settings import Limits, Serving
from tests.serve.browsing import DESK, Server, Visit

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
STORIES = (
    "like_spike",
    "follower_drip",
    "hollow_followers",
    "one_showered_post",
    "follower_package",
    "viral_hit",
    "giveaway",
    "tiny_newcomer",
)
READ = {
    "like_spike": '=HYPERLINK("http://example.com","x")',
    "follower_drip": "<script>alert(1)</script>",
    "follower_package": '"><img src=x onerror=alert(1)>',
}
"""Names that stand in the source."""

WRITTEN = {
    "hollow_followers": "rtl\u202egnp.exe",
    "one_showered_post": "\x1b[2Jred\x07",
    "viral_hit": "{{ 7 * 7 }}</title></style><svg onload=alert(1)>",
    "giveaway": "e" + "\u0301" * 300,
}
"""Names that only the parts of the result hold: no reader of ours lets them through."""

ODD_ID = "../..%2F=1+2\"'&<b>#?;é"
"""Id of an account without a name."""


def ids() -> dict[str, str]:
    """Id of each story."""
    with (SAMPLE / "accounts.csv").open(encoding="utf-8", newline="") as stream:
        found = {row["handle"]: row["account_id"] for row in csv.DictReader(stream)}
    return {story: found[f"sample_{story}"] for story in STORIES}


def write_source(folder: Path, names: dict[str, str], tables: tuple[str, ...]) -> None:
    """Some tables of the stories; `names` renames accounts."""
    folder.mkdir()
    chosen = {number: story for story, number in ids().items()}
    for table in tables:
        with (SAMPLE / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row["account_id"] in chosen]
        for row in rows:
            if "handle" in row:
                row["handle"] = names.get(chosen[row["account_id"]], row["handle"])
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)


def audited(source: Path, out: Path, previous: Path | None = None) -> None:
    """A night of a source, by this process alone."""
    settings = AuditSettings(str(source), out, previous=previous)
    audit(settings, load_model(), Watch(lambda _: None, lambda *_: None))


def make_hostile(folder: Path) -> None:
    """Put names that no reader lets through into the parts of a result, and an id and sentences of that kind."""
    stories = {number: story for story, number in ids().items()}
    for part in (folder / "result").glob("*.parquet"):
        table = parquet.read_table(part)
        rows = table.to_pylist()
        for row in rows:
            story = stories[row["account_id"]]
            row["handle"] = WRITTEN.get(story, row["handle"])
            for reason in row["reasons"]:
                reason["sentence"] += " <script>alert(2)</script>"
            if story == "tiny_newcomer":
                row["account_id"], row["handle"] = ODD_ID, None
        parquet.write_table(pa.Table.from_pylist(rows, schema=table.schema), part)


@pytest.fixture(scope="session")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two nights: profiles alone, then with posts and histories, compared with the first."""
    folder = tmp_path_factory.mktemp("nights")
    first, second = (tmp_path_factory.mktemp("sources") / name for name in ("first", "second"))
    write_source(first, READ, ("accounts",))
    write_source(second, READ, ("accounts", "posts", "snapshots"))
    audited(first, folder / "2026-05-03")
    audited(second, folder / "2026-05-04", folder / "2026-05-03")
    make_hostile(folder / "2026-05-04")
    return folder


@pytest.fixture
def night(nights: Path) -> Path:
    """The second night."""
    return nights / "2026-05-04"


@pytest.fixture
def rows(night: Path) -> list[dict[str, Any]]:
    """The result of the second night, read by pyarrow."""
    return parquet.read_table(night / "result").to_pylist()


@pytest.fixture(scope="session")
def model() -> Model:
    """The shipped model, loaded once."""
    return load_model()


@pytest.fixture
def desks(
    night: Path, tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Desk]]:
    """Make a desk: `desks(reviewer="lee", limits=Limits(upload=10))`; of the second night, if nothing else is said."""
    made: list[Desk] = []
    monkeypatch.setattr("detector.api.load_model", lambda *_: model)

    def make(**changes: Any) -> Desk:
        known = {
            "folder": night,
            "cases": tmp_path / "cases.csv",
            "reviewer": "kim",
            "limits": Limits(seconds=300),
        }
        made.append(make_desk(Serving(**(known | changes))))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="session")
def shared(
    nights: Path, model: Model, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Desk, TestClient]]:
    """A desk of the second night for tests that write nothing, and its client."""
    cases = tmp_path_factory.mktemp("shared") / "cases.csv"
    desk = make_desk(Serving(nights / "2026-05-04", cases, reviewer="kim"))
    app = create_app(desk, ["testserver"])
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client:
        yield desk, client


@pytest.fixture
def desk(desks: Callable[..., Desk]) -> Desk:
    """The desk of the second night."""
    return desks()


@pytest.fixture
def ask(desks: Callable[..., Desk]) -> Iterator[Callable[[Desk], TestClient]]:
    """A client that asks the pages of a desk, and takes errors of the server for answers as a browser does."""
    clients: list[TestClient] = []

    def make(desk: Desk) -> TestClient:
        client = TestClient(
            create_app(desk, ["testserver"]), follow_redirects=False, raise_server_exceptions=False
        )
        clients.append(client.__enter__())
        return client

    yield make
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def client(ask: Callable[[Desk], TestClient], desk: Desk) -> TestClient:
    """A client of the second night."""
    return ask(desk)


@pytest.fixture
def summary(night: Path) -> dict[str, Any]:
    """What summary.json of the second night says."""
    found: dict[str, Any] = json.loads((night / "summary.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def server(nights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(nights, tmp_path_factory.mktemp("cases") / "cases.csv")
    yield running
    running.close()


@pytest.fixture
def visit(browser: Any, server: Server) -> Iterator[Callable[..., Visit]]:
    made: list[Visit] = []

    def begin(width: int = DESK, **options: Any) -> Visit:
        made.append(Visit(browser, server, width, **options))
        return made[-1]

    yield begin
    for one in made:
        one.context.close()
