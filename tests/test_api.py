"""`detector.read`, `load_model`, `score`: thin, typed, and loading nothing before they are called."""

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import ModuleType

import pytest

from detector import api
from detector.contract import RESULT
from detector.errors import ModelError, UsageError
from detector.tables import Tables

MODEL = Path(__file__).parents[1] / "models" / "default"


@pytest.fixture
def store(monkeypatch):
    """A stand-in for the store of models: says which folder it was asked for."""
    module = ModuleType("detector.model.store")
    module.load = lambda folder: ("loaded", folder)
    module.default_path = lambda: Path("shipped")
    monkeypatch.setitem(sys.modules, "detector.model.store", module)
    import detector.model

    monkeypatch.setattr(detector.model, "store", module, raising=False)


@pytest.fixture
def scheme(monkeypatch):
    """Join a model scheme as an installed package would."""

    def join(value: str) -> None:
        entries = EntryPoints([EntryPoint("models", value, api.SCHEMES)])
        monkeypatch.setattr("importlib.metadata.entry_points", lambda group: entries.select(group=group))

    return join


def test_a_model_is_loaded_from_a_folder_or_else_the_shipped_one(store):
    assert api.load_model() == ("loaded", Path("shipped"))
    assert api.load_model("a/b") == ("loaded", Path("a/b"))
    assert api.load_model(Path("models:/a")) == ("loaded", Path("models:/a"))
    assert api.load_model("C:/models") == ("loaded", Path("C:/models"))


def test_a_registry_address_is_fetched_by_the_package_that_joined_its_scheme(store, scheme, monkeypatch):
    registry = ModuleType("a_registry")
    registry.fetch = lambda address: Path("fetched") / address.rsplit("/", 1)[1]
    monkeypatch.setitem(sys.modules, "a_registry", registry)
    scheme("a_registry:fetch")
    assert api.load_model("models:/mine@champion") == ("loaded", Path("fetched/mine@champion"))


def test_an_unknown_scheme_names_the_known_ones(store, scheme):
    scheme("a_registry:fetch")
    with pytest.raises(ModelError, match=r"start with s3:/ are not known here \(known: models:/\)"):
        api.load_model("s3://bucket/model")


def test_a_scheme_whose_package_is_missing_says_so(store, scheme):
    scheme("no_such_registry:fetch")
    with pytest.raises(ModelError, match="No module named 'no_such_registry'"):
        api.load_model("models:/mine@champion")


def test_reasons_are_worst_or_all():
    with pytest.raises(UsageError, match="reasons='some' is unknown"):
        api.score(Tables(), reasons="some")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: api.read([{"followers": 3}]), "read takes a path or an address, not a list"),
        (
            lambda: api.score("accounts.csv"),
            r'not a str: detector.score\(detector.read\("accounts.parquet"\)\)',
        ),
        (lambda: api.score(Tables(), "default"), "model is a str; expected what load_model returns"),
    ],
)
def test_what_is_something_else_is_said_with_what_to_do(call, said):
    with pytest.raises(UsageError, match=said):
        call()


def test_the_three_functions_are_offered_by_name():
    import detector

    assert {"load_model", "read", "score"} <= set(dir(detector))


def test_import_detector_loads_nothing_but_itself():
    code = (
        "import sys; import detector; "
        "loaded = {'numpy', 'pandas', 'pyarrow', 'sklearn', 'mlflow', 'typer', 'rich'} & set(sys.modules);"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_three_functions_do_the_whole_job(tmp_path):
    import detector

    path = tmp_path / "accounts.csv"
    path.write_text("platform,account_id,fans,likes,posts\ntiktok,1,15000,420000,120\ntiktok,2,9,9,9\n")
    tables = detector.read(path, mapping={"followers": "fans"})
    table = detector.score(tables, detector.load_model(), reasons="all")
    assert table.column_names == [column.name for column in RESULT]
    assert table["account_id"].to_pylist() == ["1", "2"]
    assert table.equals(detector.score(tables, reasons="all")), "still the function, on the second call too"
    (one,) = api.score(detector.read(path, mapping={"followers": "fans"}, account="2")).to_pylist()
    assert one["account_id"] == "2"
