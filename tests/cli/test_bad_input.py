"""Bad input, end to end: what is wrong, where, what was expected, what to do; and every row accounted for."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from detector.audit.retention import latest

HEAD = "platform,account_id,followers,likes,posts"
GOOD = "tiktok,1,15000,420000,120"
EXPORT = {"something": {"else": [1, 2, 3]}}


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def parquet(rows: list[dict], folder: Path) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), folder / "made.parquet")
    return (folder / "made.parquet").read_bytes()


def law(err: str) -> dict[str, tuple[int, int, int]]:
    """{table: (read, used, set aside)} as said on stderr."""
    lines = re.findall(r"^(\w+): ([\d,]+) rows? = ([\d,]+) used \+ ([\d,]+) set aside$", err, re.MULTILINE)
    return {name: (int(read), int(used), int(aside)) for name, read, used, aside in lines}


REFUSED = {
    "no such file": ({}, "nowhere.csv", "nowhere.csv"),
    "an empty file": ({"accounts.csv": ""}, "accounts.csv", "empty"),
    "an empty file in a folder": ({"data/accounts.csv": ""}, "data", "empty"),
    "a head without rows is no error but a file of blanks is": ({"a.csv": "\n\n  \n"}, "a.csv", "a.csv"),
    "a missing key column": (
        {"accounts.csv": "platform,followers\ntiktok,3\n"},
        "accounts.csv",
        "account_id",
    ),
    "truncated JSON": ({"a.json": '{"userInfo": {"user": {"id": "1"'}, "a.json", "a.json"),
    "JSON that is none": ({"a.json": "{]"}, "a.json", "a.json"),
    "deeply nested JSON": ({"a.json": "[" * 200_000}, "a.json", "a.json"),
    "an unknown export": ({"a.json": json.dumps(EXPORT)}, "a.json", "a.json"),
    "a folder with no table": ({"data/readme.md": "hello"}, "data", "data"),
    "a binary file": ({"a.bin": bytes(range(256)) * 4}, "a.bin", "a.bin"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_source_that_cannot_be_read_is_refused_in_one_paragraph(detector, tmp_path, monkeypatch, case):
    files, source, said = REFUSED[case]
    write(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    ran = detector("score", source, "--out", "r.csv")
    assert ran.code == 1
    assert ran.err.startswith("detector: ")
    assert said in ran.err
    assert "unexpected" not in ran.err
    assert ran.out == ""
    assert not Path("r.csv").exists()


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_truncated_parquet_is_refused(detector, tmp_path, share):
    whole = parquet(
        [{"platform": "tiktok", "account_id": str(i), "followers": i} for i in range(100)], tmp_path
    )
    write(tmp_path, {"accounts.parquet": whole[: int(share * len(whole))]})
    ran = detector("score", tmp_path / "accounts.parquet")
    assert ran.code == 1
    assert "accounts.parquet" in ran.err
    assert "unexpected" not in ran.err


SET_ASIDE = {
    "text in a count": f"{HEAD}\n{GOOD}\ntiktok,2,many,3,4\n",
    "infinity in a count": f"{HEAD}\n{GOOD}\ntiktok,2,inf,3,4\n",
    "a count of 10^18": f"{HEAD}\n{GOOD}\ntiktok,2,{10**18},3,4\n",
    "two rows for one account": f"{HEAD}\n{GOOD}\n{GOOD}\n",
    "no id": f"{HEAD}\n{GOOD}\ntiktok,,1,3,4\n",
    "no platform": f"{HEAD}\n{GOOD}\n,2,1,3,4\n",
    "an unknown platform": f"{HEAD}\n{GOOD}\nfriendster,2,1,3,4\n",
    "an id with control characters": f"{HEAD}\n{GOOD}\ntiktok,2\x1b[2J,1,3,4\n",
    "a ragged row": f"{HEAD}\n{GOOD}\ntiktok,2,1,3,4,5,6,7\n",
}


@pytest.mark.parametrize("case", SET_ASIDE)
def test_a_row_that_cannot_be_used_is_set_aside_with_its_reason(detector, tmp_path, case):
    write(tmp_path, {"accounts.csv": SET_ASIDE[case]})
    ran = detector("score", tmp_path / "accounts.csv", "--out", tmp_path / "r.jsonl")
    assert ran.code == 0
    assert law(ran.err) == {"accounts": (2, 1, 1)}
    assert "1 account = " in ran.err
    (row,) = map(json.loads, (tmp_path / "r.jsonl.set_aside.jsonl").read_text().splitlines())
    assert row["table"] == "accounts"
    assert re.search(r"accounts\.csv.*\d", row["where"])
    assert row["reason"]
    assert row["expected"]
    assert row["row"]
    assert "set aside from accounts" in ran.err
    assert "\x1b" not in ran.err + ran.out
    (judged,) = map(json.loads, (tmp_path / "r.jsonl").read_text().splitlines())
    assert judged["account_id"] == "1"


@pytest.mark.parametrize("negative", [-1, -(2**31) + 5, -5])
def test_a_negative_count_is_repaired_and_said(detector, tmp_path, negative):
    write(tmp_path, {"accounts.csv": f"{HEAD}\ntiktok,1,15000,{negative},120\n"})
    ran = detector("score", tmp_path / "accounts.csv", "--json")
    assert law(ran.err) == {"accounts": (1, 1, 0)}
    assert "counters that cannot be right: " in ran.err
    (row,) = json.loads(ran.out)["rows"]
    assert any(fault["counter"] == "likes" for fault in row["faults"])


@pytest.mark.parametrize("command", ["score", "report", "audit"])
def test_a_source_without_a_row_that_can_be_used_is_an_error_and_no_clean_result(detector, tmp_path, command):
    write(tmp_path, {"accounts.csv": f"{HEAD}\ntiktok,1,many,10,3\ntiktok,2,few,10,3\n"})
    out = tmp_path / {"score": "r.csv", "report": "r.html", "audit": "n"}[command]
    ran = detector(command, tmp_path / "accounts.csv", "--quiet", "--out", out)
    assert ran.code == 1
    assert (
        "No account can be judged, and no result is written: of 2 rows none could be used. The first, accounts.csv, "
        "line 2: " in ran.err
    )
    assert "`many` is no number" in ran.err
    kept = out / "set_aside.parquet" if command == "audit" else out.with_name(f"{out.name}.set_aside.jsonl")
    assert f"All are in {kept}." in ran.err
    assert ran.out == ""
    left = [path.name for path in (out if command == "audit" else tmp_path).iterdir()]
    assert sorted(left) == ([".lock", kept.name] if command == "audit" else ["accounts.csv", kept.name])


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_nothing_is_printed_of_a_source_without_a_row_that_can_be_used(detector, tmp_path, options):
    write(tmp_path, {"accounts.csv": f"{HEAD}\ntiktok,1,many,10,3\n"})
    (tmp_path / "r.csv").write_text("yesterday")
    ran = detector("score", tmp_path / "accounts.csv", "--out", tmp_path / "r.csv", *options)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.endswith(f"{tmp_path / 'r.csv'} is of an earlier run.\n")
    assert law(ran.err) == {"accounts": (1, 0, 1)}
    assert (tmp_path / "r.csv").read_text() == "yesterday"


def test_an_audit_without_a_row_that_can_be_used_is_none_and_goes_well_once_the_source_is_mended(
    detector, tmp_path
):
    source, night = tmp_path / "accounts.csv", tmp_path / "nights" / "today"
    write(tmp_path, {"accounts.csv": f"{HEAD}\ntiktok,1,many,10,3\n"})
    for _ in range(2):
        ran = detector("audit", source, "--out", night)
        assert ran.code == 1
        assert "accounts: 1 row = 0 used + 1 set aside" in ran.err
        assert latest(night.parent, night.parent / "tomorrow") is None
    write(tmp_path, {"accounts.csv": f"{HEAD}\ntiktok,1,5000,10,3\n"})
    assert detector("audit", source, "--out", night).code == 0
    assert latest(night.parent, night.parent / "tomorrow").folder == night


LOOKS = [
    ("2026-05-01T00:00:00Z", 1000),
    ("2026-05-02T00:00:00Z", 1010),
    ("2026-05-03T00:00:00Z", 1020),
    ("2026-05-04T00:00:00Z", 1030),
]


def snapshots(looks) -> str:
    lines = [f"tiktok,1,{at},{followers},20000,30" for at, followers in looks]
    return "\n".join(["platform,account_id,observed_at,followers,likes,posts", *lines]) + "\n"


def test_the_same_look_twice_is_set_aside(detector, tmp_path):
    write(tmp_path, {"data/snapshots.csv": snapshots([*LOOKS, LOOKS[1]])})
    ran = detector("score", tmp_path / "data", "--out", tmp_path / "r.csv")
    assert ran.code == 0
    assert law(ran.err) == {"snapshots": (5, 4, 1)}


def test_unsorted_looks_in_mixed_time_zones_give_the_same_result(detector, tmp_path):
    mixed = [
        ("2026-05-04T02:00:00+02:00", 1030),
        ("2026-04-30T19:00:00-05:00", 1000),
        ("2026-05-03 00:00:00", 1020),
        ("2026-05-02T05:30:00+0530", 1010),
    ]
    results = []
    for name, looks in (("sorted", LOOKS), ("mixed", mixed)):
        write(tmp_path, {f"{name}/snapshots.csv": snapshots(looks)})
        ran = detector("score", tmp_path / name, "--json")
        assert law(ran.err) == {"snapshots": (4, 4, 0)}
        results.append(json.loads(ran.out)["rows"])
    assert results[0] == results[1]
    assert results[0][0]["as_of"] == "2026-05-04T00:00:00Z"


PLAIN = f"{HEAD}\n{GOOD}\n"
SAME = {
    "a BOM": "\ufeff" + PLAIN,
    "semicolons": PLAIN.replace(",", ";"),
    "tabs": PLAIN.replace(",", "\t"),
    "a BOM and semicolons": "\ufeff" + PLAIN.replace(",", ";"),
    "UTF-16": PLAIN.encode("utf-16"),
    "Windows line ends": PLAIN.replace("\n", "\r\n"),
    "numbers as people write them": f"{HEAD}\ntiktok,1,15K,420K,120\n",
    "another order of columns": "posts,likes,followers,account_id,platform\n120,420000,15000,1,tiktok\n",
    "JSON lines": '{"platform":"tiktok","account_id":1,"followers":15000,"likes":420000,"posts":120}\n',
}


@pytest.mark.parametrize("case", SAME)
def test_the_same_numbers_in_another_dress_give_the_same_result(detector, tmp_path, case):
    results = []
    for name, content in (("plain", PLAIN), ("other", SAME[case])):
        write(tmp_path, {f"{name}/accounts.csv": content})
        ran = detector("score", tmp_path / name / "accounts.csv", "--json")
        assert law(ran.err) == {"accounts": (1, 1, 0)}, ran.err
        (row,) = json.loads(ran.out)["rows"]
        results.append({name: value for name, value in row.items() if name != "faults"})
    assert results[0] == results[1]


def test_names_with_control_characters_are_shown_harmless(detector, tmp_path):
    rows = "".join(f"tiktok,{i},{handle},15000,420000,120\n" for i, handle in enumerate(HANDLES))
    write(tmp_path, {"accounts.csv": f"platform,account_id,handle,followers,likes,posts\n{rows}"})
    for options in ((), ("--json",), ("--out", tmp_path / "r.csv")):
        ran = detector("score", tmp_path / "accounts.csv", *options)
        assert law(ran.err) == {"accounts": (len(HANDLES), len(HANDLES), 0)}
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", ran.out + ran.err)
    assert not re.search("(^|,)[=+@]", (tmp_path / "r.csv").read_text(), re.MULTILINE)


HANDLES = ("a\x1b[2Jb", "a\u202eb", "[bold red]x[/]", "=1+2", "@sum", "+3", "\u0085x", "x\x07")


def test_an_unknown_column_is_named_and_a_near_miss_suggested(detector, tmp_path):
    write(tmp_path, {"accounts.csv": "platform,account_id,folower,colour\ntiktok,1,15000,red\n"})
    ran = detector("score", tmp_path / "accounts.csv")
    assert ran.code == 0
    assert "colour" in ran.err
    assert "--map followers=folower" in ran.err
    mapped = detector("score", tmp_path / "accounts.csv", "--map", "followers=folower", "--json")
    assert mapped.code == 0


def test_a_mapping_to_a_column_that_is_not_there_lists_what_is(detector, tmp_path):
    write(tmp_path, {"accounts.csv": PLAIN})
    ran = detector("score", tmp_path / "accounts.csv", "--map", "followers=fans")
    assert ran.code == 1
    assert "fans" in ran.err
    assert "followers" in ran.err
    ran = detector("score", tmp_path / "accounts.csv", "--map", "folowers=followers")
    assert ran.code == 2
    assert "followers" in ran.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--platform", "friendster"), "tiktok, instagram, youtube, x, other"),
        (("--platform", "tiktok", "--likes", "many"), "likes"),
        (("--platform", "tiktok", "--likes", "inf"), "likes"),
        (("--platform", "tiktok", "--likes", str(10**18)), "likes"),
        (("--platform", "tiktok", "--recent-views", "1,2,x"), "recent"),
        (("--platform", "tiktok", "--recent-views", "1K,2K", "--recent-likes", "10"), "recent"),
    ],
)
def test_a_typed_number_that_cannot_be_read_names_its_option(detector, options, said):
    ran = detector("score", "--followers", "1.2M", *options)
    assert ran.code == 2
    assert said in ran.err.replace("\n", " ")
    assert ran.out == ""


def test_as_a_process_it_says_the_same_and_leaves_no_traceback(tmp_path):
    write(tmp_path, {"bad.csv": SET_ASIDE["text in a count"], "cut.json": '{"a": [1'})
    tool = [sys.executable, "-c", "from detector.cli import main; main()", "score"]
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path / "data"), "DETECTOR_DEBUG": ""}
    done = subprocess.run(
        [*tool, tmp_path / "cut.json"], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("detector: ")
    assert len(done.stderr.splitlines()) == 1
    done = subprocess.run(
        [*tool, tmp_path / "bad.csv"], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0
    assert law(done.stderr) == {"accounts": (2, 1, 1)}
    assert len(list((tmp_path / "data").rglob("*.jsonl"))) == 1
