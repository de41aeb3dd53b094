"""The figures of Spark and of incremental nights: ratios are those of the runs, and pages say what was measured."""

import json

import pyarrow.parquet as pq
import pytest

from benchmarks import incremental, spark, spark_page
from benchmarks.populations import Population, write_population


def task(run_ms, *, read=0, written=0):
    """A line of Spark's log of events."""
    metrics = {
        "Executor Run Time": run_ms,
        "Disk Bytes Spilled": 5,
        "Shuffle Write Metrics": {"Shuffle Bytes Written": written},
        "Shuffle Read Metrics": {"Remote Bytes Read": 0, "Local Bytes Read": read},
    }
    return json.dumps({"Event": "SparkListenerTaskEnd", "Task Metrics": metrics})


def test_tasks_that_judge_are_told_from_those_that_read(tmp_path):
    lines = [
        task(9_000, written=70),
        task(1_000, read=30),
        task(3_000, read=40),
        task(2_000, read=1),
    ]
    (tmp_path / "app").write_text(
        "\n".join([json.dumps({"Event": "a plan\u2028with signs"}, ensure_ascii=False), *lines])
    )
    found = spark.events(tmp_path)
    assert found["tasks"] == 3
    assert (found["task_median_s"], found["task_max_s"]) == (2.0, 3.0)
    assert (found["shuffle_bytes"], found["spilled_bytes"]) == (70, 20)


def night(accounts, scale):
    """A night of the benchmark: `scale` stands for all that grows with the accounts."""
    used = {
        "wall_s": 10 + scale,
        "cpu_s": 20 + scale,
        "shuffle_bytes": 1e6 * scale,
        "input_bytes": 4e6 * scale,
    }
    used |= {"tasks": 6, "task_median_s": 1.0, "task_max_s": 2.0, "rss_mb": 1_000.0}
    return {
        "accounts": accounts,
        "rows": accounts * 41,
        "spark": used,
        "local": {"wall_s": 1.0 * scale, "cpu_s": 2.0 * scale},
        "same_rows": True,
        "files_bytes": 2e6 * scale,
        "result_bytes": 1e5 * scale,
    }


def test_an_account_more_costs_the_difference_and_a_night_a_thousand_million_times_that(tmp_path):
    nights = [night(1_000, 1), night(11_000, 11)]
    more = spark.marginal(*nights)
    assert more["spark_cpu_ms"] == 1.0
    assert more["local_cpu_ms"] == 2.0
    assert (more["shuffle_bytes"], more["files_bytes"], more["rows"]) == (1_000, 2_000, 41)
    found = {
        "machine": {"python": "3", "model": "m"},
        "cores": 2,
        "nights": nights,
        "marginal": more,
        "skew": {"accounts": 1_000, "posts": 500, "same_rows": False, "spark": nights[1]["spark"]},
    }
    path = tmp_path / "spark.json"
    path.write_text(json.dumps(found))
    assert "| core hours | 278 |" in spark_page.cost_page(path)
    assert "| shuffled: written, sent and read once | 1.00 TB |" in spark_page.cost_page(path)
    assert "| 11,000 | 451,000 | 21 | 31 | 11 | 22 | 11 | yes |" in spark_page.spark_page(path)
    assert "| one has 500 posts | 6 | 1.0 | 2.0 | 21 | 1,000 |" in spark_page.skew_page(path)
    assert "NO" in spark_page.skew_page(path)


@pytest.mark.parametrize("page", ["cost_page", "incremental_page", "skew_page", "spark_page"])
def test_what_was_not_measured_is_no_number(page, tmp_path):
    assert getattr(spark_page, page)(tmp_path / "none.json") == spark_page.NOT_MEASURED


def test_a_day_later_some_accounts_have_a_look_more_and_the_day_before_is_untouched(tmp_path):
    source = write_population(Population(400), tmp_path / "source")
    n = incremental.with_new_looks(source, tmp_path / "today", 0.25)
    looks, before = (pq.read_table(folder / "snapshots") for folder in (tmp_path / "today", source))
    assert looks.num_rows == before.num_rows + n
    assert 60 < n < 140
    newest = looks.sort_by([("observed_at", "descending")]).slice(0, n).column("account_id").to_pylist()
    assert len(set(newest)) == n


def test_a_giant_has_its_posts_and_nobody_else_more(tmp_path):
    source = write_population(Population(50), tmp_path / "source")
    posts = pq.read_table(spark.with_giant(source, tmp_path / "giant", 1_000) / "posts")
    counts = posts.group_by("account_id").aggregate([("post_id", "count_distinct")])
    assert sorted(counts.column("post_id_count_distinct").to_pylist())[-2:] == [10, 1_010]


def test_ratios_of_runs_are_medians_of_pairs():
    runs, others = ([{"wall_s": w, "cpu_s": w} for w in ws] for ws in ((1.0, 9.0, 4.0), (2.0, 3.0, 5.0)))
    assert incremental._ratios(runs, others)["wall_s_ratio"] == 0.8
