"""A small order log to try things with: a year of a tea shop that does not exist, with refunds and guests."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from clv_xl.sources import SourceError, one_sentence
from clv_xl.sources.saving import check_target
from clv_xl.writing.atomic import put_in_place


def sample_log() -> bytes:
    """The log as a CSV file; clv_xl.sample.make says what is in it."""
    return files(__name__).joinpath("orders.csv").read_bytes()


def write_sample(path: Path, force: bool = False) -> int:
    """Write the log as a file, whole or not at all; the number of its lines.

    Raises SourceError where that is not possible, or where the file exists already.
    """
    if path.suffix.lower() != ".csv":
        raise SourceError(f"{path} should end in .csv: the sample is a CSV file.")
    check_target(path, force)
    data = sample_log()
    with one_sentence(f"{path} could not be written"), put_in_place(path, force) as temporary:
        temporary.write_bytes(data)
    return data.count(b"\n") - 1
