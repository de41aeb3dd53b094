"""`mlflow.pyfunc.spark_udf` scores a table with the numbers of the tool."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import numpy as np

from detector import api
from detector.model import store
from detector.tables import Table, Tables
from tests.conftest import SHORT_JAVA
from training import tracking

ROWS = (
    ("tiktok", "7000000000000000001", 900_000.0, 4_000.0),
    ("tiktok", "007", 52_000.0, 800_000.0),
    ("tiktok", "8", 12_000.0, 60_000.0),
)
NAMES = ("platform", "account_id", "followers", "likes")

SCORE = """
import json, sys
import mlflow
from pyspark.sql import SparkSession
from pyspark.sql.functions import struct
mlflow.set_tracking_uri(sys.argv[1])
spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "1").config("spark.driver.host", "127.0.0.1").getOrCreate())
spark.sparkContext.setLogLevel("ERROR")
rows, names = json.loads(sys.argv[3]), json.loads(sys.argv[4])
frame = spark.createDataFrame([tuple(row) for row in rows], names)
score = mlflow.pyfunc.spark_udf(spark, sys.argv[2], env_manager="local")
found = frame.withColumn("said", score(struct(*names))).select("account_id", "said.*").toJSON().collect()
print(json.dumps([json.loads(row) for row in found]))
spark.stop()
"""


def test_spark_scores_a_table_with_the_numbers_of_the_tool(
    tracked: tracking.Tracked, model_folder: Path, tmp_path: Path, required: Callable[[str], NoReturn]
) -> None:
    if find_spec("pyspark") is None:
        required("pyspark is not installed: mlflow.pyfunc.spark_udf needs it")
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        required("Java is not installed: Spark runs on it")
    columns = {
        name: np.array([row[at] for row in ROWS], dtype=object if at < 2 else np.float64)
        for at, name in enumerate(NAMES)
    }
    tables = Tables(accounts=Table("accounts", columns), rows_read={"accounts": len(ROWS)})
    expected = {row["account_id"]: row for row in api.judge(tables, store.load(model_folder)).rows()}
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            SCORE,
            tracked.store.uri,
            tracked.model_uri,
            json.dumps(ROWS),
            json.dumps(NAMES),
        ],
        env=alone | SHORT_JAVA | {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert {row["account_id"] for row in found} == set(expected)
    for row in found:
        own = expected[row["account_id"]]
        assert row["level"] == own["level"]
        for name in ("suspicion", "p_value", "score", "followers_score", "followers_expected"):
            assert row.get(name) == own[name], name
