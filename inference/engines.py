"""Engines that hold the tables: DuckDB inside the process, or Spark where one machine is not enough.

Every expression of the reading and of the attribution is the same on both, and so are the numbers. Spark is an extra
(`pip install huizan[spark]`, Java 17); its session is whatever `spark-submit` or the cluster's settings make, so that a job
runs where its tables lie.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportAttributeAccessIssue=false, reportMissingImports=false

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ..model.errors import InputError

Engine = Literal["duckdb", "spark"]


def connect(
    engine: Engine = "duckdb", threads: int | None = None, memory: str | None = None
) -> ibis.BaseBackend:
    """Open an engine.

    Parameters
    ----------
    engine
        `duckdb` lies in the process and never asks the network for anything; `spark` joins or makes a Spark session.
    threads, memory
        Bounds of DuckDB; memory as "2GB".

    Raises
    ------
    InputError
        If Spark is asked for and not installed.
    """
    return _spark() if engine == "spark" else _duckdb(threads, memory)


def is_spark(con: ibis.BaseBackend) -> bool:
    """Whether the engine is Spark."""
    return con.name == "pyspark"


def stream(table: ir.Table, rows: int) -> Iterator[pa.RecordBatch]:
    """The table in batches of about `rows` rows, in the order of its files, never whole."""
    con: Any = table.get_backend()
    if is_spark(con):
        yield from con.to_pyarrow_batches(table, chunk_size=rows)
        return
    # Ibis 12's own `to_pyarrow_batches` asks DuckDB 2 for a method that it no longer has.
    yield from con.con.sql(con.compile(table)).to_arrow_reader(rows)


def kept(table: ir.Table) -> ir.Table:
    """The table computed once and held by its engine, so that it can be streamed."""
    con: Any = table.get_backend()
    con._run_pre_execute_hooks(
        table
    )  # Ibis 12 brings tables in memory to Spark only when it executes, not when it caches
    return table.cache()


def address(path: Path) -> str:
    """The address that was given: a Path has folded s3a://bucket into s3a:/bucket."""
    return re.sub(r"^(\w+):/(?!/)", r"\1://", str(path))


def spark_table(con: Any, path: Path) -> ir.Table:
    """A table of Spark's catalogue by its name, or Parquet by its address.

    Raises
    ------
    InputError
        If there is neither.
    """
    name = address(path)
    try:
        if "/" not in name and con._session.catalog.tableExists(name):
            return con.table(name.split(".")[-1], database=tuple(name.split(".")[:-1]) or None)
        return con.read_parquet(name)
    except Exception as problem:
        said = " ".join(str(problem).split())[:200]
        raise InputError(
            "--engine spark reads tables of its catalogue, or Parquet", f"{name}: {said}",
            "Give the table's name or the address of a folder of Parquet files",
        ) from problem  # fmt: skip


def _duckdb(threads: int | None, memory: str | None) -> ibis.BaseBackend:
    con = ibis.duckdb.connect()
    spill = Path(tempfile.gettempdir()) / f"huizan-{os.getpid()}"
    # A Parquet file's minimum and maximum leave NaN out, and DuckDB 2.0 concludes from them that there is none: with
    # its statistics, isnan() of pandas' missing numbers is false.
    settings = {
        "disabled_optimizers": "statistics_propagation",
        "TimeZone": "UTC",
        "enable_progress_bar": False,
        "autoinstall_known_extensions": False,
        "temp_directory": str(spill),
        "threads": threads,
        "memory_limit": memory,
    }
    for name, value in settings.items():
        if value is not None:
            con.con.execute(f"SET {name} = ?", [value])
    return con


def _spark() -> ibis.BaseBackend:
    try:
        from pyspark.sql import SparkSession
    except ImportError as problem:
        raise InputError(
            "--engine spark needs PySpark", "it is not installed", "pip install 'huizan[spark]', and Java 17"
        ) from problem
    session = (
        SparkSession.builder.appName("huizan")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .getOrCreate()
    )
    session.conf.set("spark.sql.session.timeZone", "UTC")
    return ibis.pyspark.connect(session)
