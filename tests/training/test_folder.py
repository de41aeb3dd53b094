"""A model's folder is written whole or not at all."""

from collections.abc import Callable
from pathlib import Path

import pytest

from detector.errors import DetectorError, UsageError
from training.folder import check_replaceable, write_model


def saving(content: str) -> Callable[[Path], None]:
    def save(folder: Path) -> None:
        (folder / "card.json").write_text(content, encoding="utf-8")

    return save


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_is_made_with_the_folders_above_it(tmp_path: Path) -> None:
    write_model(saving("1"), tmp_path / "models" / "mine")
    assert (tmp_path / "models" / "mine" / "card.json").read_text(encoding="utf-8") == "1"
    assert names(tmp_path / "models") == ["mine"]


def test_an_older_model_is_replaced_whole(tmp_path: Path) -> None:
    out = tmp_path / "mine"
    write_model(saving("old"), out)
    (out / "leftover.npz").write_bytes(b"of the old model")
    write_model(saving("new"), out)
    assert names(out) == ["card.json"]
    assert (out / "card.json").read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == ["mine"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    write_model(saving("1"), tmp_path / "mine")
    assert names(tmp_path / "mine") == ["card.json"]


@pytest.mark.parametrize("error", [RuntimeError("in the middle"), KeyboardInterrupt()])
def test_the_older_model_stays_when_saving_fails(tmp_path: Path, error: BaseException) -> None:
    out = tmp_path / "mine"
    write_model(saving("old"), out)

    def fail(folder: Path) -> None:
        (folder / "card.json").write_text("half", encoding="utf-8")
        raise error

    with pytest.raises(type(error)):
        write_model(fail, out)
    assert (out / "card.json").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["mine"]


def test_the_older_model_comes_back_when_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "mine"
    write_model(saving("old"), out)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(DetectorError, match="No space left on device"):
        write_model(saving("new"), out)
    assert (out / "card.json").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["mine"]


def test_a_folder_that_is_not_a_model_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("platform\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"accounts\.csv and no card\.json"):
        write_model(saving("1"), tmp_path)
    assert names(tmp_path) == ["accounts.csv"]


def test_a_file_and_a_link_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    for name in ("file", "link"):
        with pytest.raises(UsageError, match="not a folder"):
            check_replaceable(tmp_path / name)


def test_a_place_below_a_file_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(DetectorError, match="cannot be written"):
        write_model(saving("1"), tmp_path / "file" / "mine")
