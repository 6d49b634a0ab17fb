"""Order logs: customer summaries against lifetimes', RFM against bare pandas, and 100 million orders in little memory.

    python benchmarks/orders.py              5 million orders, a few minutes
    python benchmarks/orders.py --quick      500,000 orders
    python benchmarks/orders.py --large      100 million orders in a Parquet file, under 4 GB; ten minutes

Ratios hold when the machine's speed drifts; seconds are only there to give them a scale.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clv_xl.core.orders import Columns, OrderRules, clean, customer_summary, kpis_of, rows, settled

COLUMNS = Columns("customer", "date", "amount")
MEMORY = "3GB"
"""DuckDB's own limit; Python and the reading of files come on top."""


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def small_log(orders: int) -> Any:
    """A pandas frame of orders to the second over four years, ten a customer on average."""
    import numpy as np
    import pandas as pd

    dice = np.random.default_rng(1)
    moments = np.datetime64("2021-01-01", "s") + dice.integers(0, 4 * 365 * 86400, orders).astype("timedelta64[s]")
    return pd.DataFrame(
        {
            "customer": dice.integers(0, orders // 10, orders),
            "date": moments,
            "amount": dice.integers(100, 20000, orders) / 100,
        }
    )


def compare(orders: int, rounds: int) -> None:
    import duckdb
    from lifetimes.utils import summary_data_from_transaction_data

    log = small_log(orders)
    cleaned = clean(log, COLUMNS)
    relation = clean(duckdb.connect().from_df(log), COLUMNS)
    # An answer only counts when it is the peer's answer.
    peer = summary_data_from_transaction_data(log, "customer", "date", "amount")
    ours = {row["customer"]: row for row in rows(customer_summary(relation.orders, relation.as_of))}
    assert len(peer) == len(ours)
    assert all(ours[c]["x"] == x and ours[c]["t"] == t for c, x, t in zip(peer.index, peer["frequency"], peer["T"]))  # noqa: B905

    runs: dict[str, Callable[[], object]] = {
        "summary, DuckDB": lambda: settled(customer_summary(relation.orders, relation.as_of)),
        "summary, pandas": lambda: customer_summary(cleaned.orders, cleaned.as_of).collect(),
        "cleaning, data report and summary, DuckDB": lambda: settled(
            customer_summary(clean(duckdb.connect().from_df(log), COLUMNS).orders)
        ),
    }
    print(f"{orders:,} orders{'':<34}{'ours':>10}{'lifetimes':>11}{'faster':>9}")
    pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(rounds):
        slow = seconds(lambda: summary_data_from_transaction_data(log, "customer", "date", "amount"))
        for name, run in runs.items():
            pairs[name].append((seconds(run), slow))
    for name, found in pairs.items():
        quick, slow = (statistics.median(values) for values in zip(*found, strict=True))
        ratio = statistics.median(b / a for a, b in found)
        goal = "goal 3x" if name == "summary, DuckDB" else ""
        print(f"{name:<48}{quick:>8.2f} s{slow:>9.2f} s{ratio:>8.1f}x   {goal}")


def compare_rfm(orders: int, rounds: int) -> None:
    """RFM on worksheet columns, from arrays to a table of rows, against nothing but a groupby on the same arrays.

    Ours also merges the lines of one moment, accounts for every line, scores and finds segments; the peer does not.
    Reading cells and handing the table to Excel is in neither.
    """
    import numpy as np
    import pandas as pd

    from clv_xl.core.rfm import rfm

    dice = np.random.default_rng(1)
    names = np.array([f"C{number}" for number in dice.integers(0, orders // 10, orders)], dtype=object)
    days = np.datetime64("2024-01-01", "us") + dice.integers(0, 700, orders).astype("timedelta64[D]")
    amounts = dice.gamma(2, 20, orders).round(2)

    def bare() -> pd.DataFrame:
        frame = pd.DataFrame({"c": names, "d": days, "a": amounts})
        return frame.groupby("c").agg(last=("d", "max"), n=("a", "size"), m=("a", "sum"))

    peer, (_, *found) = bare(), rfm(names, days, amounts)
    assert {row[0] for row in found} == set(peer.index)
    assert np.allclose(peer["m"][[row[0] for row in found]], [row[3] for row in found])
    pairs = [(seconds(bare), seconds(lambda: rfm(names, days, amounts))) for _ in range(rounds)]
    quick, ours = (statistics.median(values) for values in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"\n{orders:,} orders{'':<34}{'ours':>10}{'groupby':>11}{'slower':>9}")
    print(f"{'worksheet RFM, scores and segments':<48}{ours:>8.2f} s{quick:>9.2f} s{ratio:>8.1f}x   goal 2x")


def compare_files(kind: str, orders: int, rounds: int, goal: str) -> None:
    """The command on a file, against nothing but a DuckDB query by customer that writes Parquet, a process each."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        log, ours, peer = (Path(folder) / name for name in (f"orders.{kind}", "ours.parquet", "peer.parquet"))
        duckdb.execute(
            f"""COPY (SELECT cast(hash(i) % {orders // 3} AS BIGINT) AS customer,
                TIMESTAMP '2020-01-01' + to_seconds(cast(hash(i * 7 + 1) % 126230400 AS BIGINT)) AS date,
                cast((500 + hash(i * 13 + 5) % 20000) / 100 AS DECIMAL(10, 2)) AS amount
            FROM range({orders}) AS t(i)) TO '{log}'"""
        )
        query = (
            "SELECT customer, count(*), count(DISTINCT date), sum(amount), min(date), max(date) "
            f"FROM '{log}' GROUP BY customer"
        )
        bare = [sys.executable, "-c", f'import duckdb; duckdb.execute("""COPY ({query}) TO \'{peer}\'""")']
        command = [sys.executable, "-m", "clv_xl", "summarise", str(log), "-o", str(ours), "--force"]
        pairs = [
            tuple(seconds(lambda c=c: subprocess.run(c, check=True, capture_output=True)) for c in (bare, command))  # type: ignore[misc]
            for _ in range(rounds)
        ]
    quick, slow = (statistics.median(values) for values in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"{f'summarise, {orders:,} lines from {kind}':<48}{slow:>8.2f} s{quick:>9.2f} s{ratio:>8.1f}x   goal {goal}")


def generate(path: Path, orders: int) -> None:
    import duckdb

    connection = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(path.parent)})
    connection.execute(
        f"""COPY (SELECT cast(hash(i) % {orders // 100} AS BIGINT) AS customer,
                TIMESTAMP '2020-01-01' + to_seconds(cast(hash(i * 7 + 1) % 126230400 AS BIGINT)) AS date,
                (500 + hash(i * 13 + 5) % 20000)::DOUBLE / 100 AS amount
            FROM range({orders}) AS t(i)) TO '{path}' (FORMAT parquet)"""
    )


def summarise(path: str, duplicates: str) -> None:
    """In a process of its own, whose peak memory is then that of the work."""
    from clv_xl.sources import open_log

    start = time.perf_counter()
    log = open_log(path, memory_limit=MEMORY)
    rules = OrderRules(duplicates=duplicates)  # type: ignore[arg-type]
    cleaned = clean(log.frame, COLUMNS, rules)
    customers = settled(customer_summary(cleaned.orders, cleaned.as_of))
    found = kpis_of(customers)
    assert cleaned.report.reconciles
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    lines = cleaned.report.row("total").lines
    print(f"{lines:,} orders, {found.customers:,} customers, duplicates {duplicates}: {took:.0f} s, peak {peak:.2f} GB")


def large(orders: int = 100_000_000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.parquet"
        print(
            f"generated in {seconds(lambda: generate(path, orders)):.0f} s, {path.stat().st_size / 1e9:.2f} GB",
            flush=True,
        )
        for duplicates in ("unchecked", "keep"):
            subprocess.run([sys.executable, __file__, "--summarise", str(path), duplicates], check=True)


if __name__ == "__main__":
    if "--summarise" in sys.argv:
        summarise(*sys.argv[-2:])
    elif "--large" in sys.argv:
        large()
    else:
        quick = "--quick" in sys.argv
        compare(500_000 if quick else 5_000_000, 3 if quick else 2)
        compare_rfm(1_000_000, 5)
        print(f"\n{'':<48}{'ours':>10}{'group by':>11}{'slower':>9}")
        compare_files("parquet", 2_000_000 if quick else 20_000_000, 3, "2.5x")
        compare_files("csv", 500_000 if quick else 5_000_000, 3, "4x")
