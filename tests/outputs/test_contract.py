"""What every listed output must do, found automatically: a new one is tested by being listed."""

import re
from io import BytesIO
from pathlib import Path

import pytest

from detector.outputs import OUTPUTS, Output, output_for, write
from detector.verdict import Result

each_output = pytest.mark.parametrize("output", OUTPUTS, ids=lambda output: output.suffix)


def written(output: Output, result: Result) -> bytes:
    stream = BytesIO()
    output.write(result, stream)
    assert not stream.closed, "the stream belongs to the caller"
    return stream.getvalue()


@each_output
def test_the_same_content_gives_the_same_bytes(output, result):
    again = Result.concat([result.take([i]) for i in range(len(result))])
    assert written(output, result) == written(output, again)


@each_output
def test_every_account_is_in_it_and_the_result_is_left_alone(output, result):
    before = list(result.rows())
    data = written(output, result)
    assert list(result.rows()) == before
    if output.suffix != ".parquet":  # compressed; read back in its own test
        for name in ("hollow_creator", "calm_creator"):
            assert name.encode() in data


@each_output
def test_a_result_of_no_accounts_is_written_too(output):
    written(output, Result.empty())


@each_output
def test_no_character_that_a_terminal_obeys_comes_through(output, result):
    if output.suffix == ".parquet":
        pytest.skip("binary: nobody shows it on a terminal; values are kept as they are")
    text = written(output, result).decode("utf-8")
    obeyed = re.compile(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
    )
    assert obeyed.findall(text) == []


@each_output
def test_its_file_is_whole_or_not_at_all(output, result, tmp_path, monkeypatch):
    path = tmp_path / f"result{output.suffix}"
    path.write_bytes(b"older")

    def breaks(self):
        yield next(iter(real_rows(self)))
        raise RuntimeError("in the middle")

    real_rows = Result.rows
    monkeypatch.setattr(Result, "rows", breaks)
    monkeypatch.setattr(Result, "to_arrow", breaks)
    with pytest.raises((RuntimeError, TypeError, AttributeError)):
        write(result, path)
    assert path.read_bytes() == b"older"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@each_output
def test_it_is_chosen_by_the_ending_of_the_file_in_any_case(output):
    assert output_for(Path(f"a/b.c{output.suffix.upper()}")) is output


@each_output
def test_it_has_a_word_about_itself(output):
    assert output.suffix.startswith(".")
    assert output.says
