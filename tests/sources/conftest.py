"""What tests of sources share."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REQUIRED = os.environ.get("CLV_XL_REQUIRE_PROGRAMS") == "1"


@pytest.fixture(params=["duckdb", "polars", "spark"])
def engine(request: pytest.FixtureRequest) -> str:
    """The name of an engine; Spark with a session of two threads."""
    if request.param == "spark":
        with contextlib.suppress(ImportError):
            import pyspark  # noqa: F401

            if shutil.which("java"):
                from pyspark.sql import SparkSession

                SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
                return "spark"
        pytest.fail("Spark is required here") if REQUIRED else pytest.skip("Spark needs pyspark and java")
    return str(request.param)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, on the loopback interface."""
    pytest.importorskip("psycopg")
    found = shutil.which("initdb") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), None)
    if found is None:
        pytest.fail("PostgreSQL is required here") if REQUIRED else pytest.skip("PostgreSQL is not installed")
    programs = Path(found).resolve().parent
    # Not below pytest's own folder, which every start of pytest closes to other users.
    folder = Path(tempfile.mkdtemp(prefix="postgres"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user: dict[str, Any] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        import pwd

        nobody = pwd.getpwnam("nobody")
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        for part in (folder, *folder.parents[:3]):
            if part.owner() == "root" and str(part) not in ("/", "/tmp"):
                part.chmod(0o755)
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    data = str(folder / "data")

    def run(*command: str) -> None:
        subprocess.run(command, check=True, cwd=folder, capture_output=True, **user)

    run(str(programs / "initdb"), "-D", data, "-U", "shop", "-A", "trust", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    log = str(folder / "log")
    subprocess.run(
        [str(programs / "pg_ctl"), "-D", data, "-o", options, "-l", log, "-w", "start"],
        check=True, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user,
    )  # fmt: skip
    yield f"postgresql+psycopg://shop@127.0.0.1:{port}/postgres"
    run(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder)
