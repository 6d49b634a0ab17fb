"""Random CSV texts: what was read is what a plain loop over the signs reads, or the run is refused in a sentence."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv_xl.core.orders import rows
from clv_xl.core.orders.engines import opened
from clv_xl.sources import SourceError, open_log

HEADER = "customer,date,amount"


class Refused(Exception):
    """The plain loop finds something that cannot be read without a guess."""


def plainly(text: str) -> list[list[str]]:
    """The records of a text, sign by sign. Lines end with LF or CR LF."""
    found: list[list[str]] = []
    place = 0
    while place < len(text):
        record, end = plain_record(text, place)
        if text[place:end].strip(" \t\r\n"):
            found.append(record)
        place = end
    return found


def plain_record(text: str, place: int) -> tuple[list[str], int]:
    record = []
    while True:
        value, place = plain_field(text, place)
        record.append(value)
        if place >= len(text) or text[place] != ",":
            return record, place + 1
        place += 1


def plain_field(text: str, start: int) -> tuple[str, int]:
    place = start
    while text[place : place + 1] == " ":
        place += 1
    if text[place : place + 1] != '"':
        end = start
        while end < len(text) and text[end] not in ",\n":
            end += 1
        value = text[start:end]
        return (value if text[end : end + 1] == "," else value.rstrip("\r")), end
    value = ""
    place += 1
    while True:
        if place >= len(text):
            raise Refused
        if text[place] != '"':
            value += text[place]
            place += 1
        elif text[place + 1 : place + 2] == '"':
            value += '"'
            place += 2
        else:
            break
    place += 1
    while text[place : place + 1] == " ":
        place += 1
    while text[place : place + 1] == "\r":
        place += 1
    if place < len(text) and text[place] not in ",\n":
        raise Refused
    return value, place


def expected(text: str) -> list[tuple[str, ...]]:
    body = plainly(text)[1:]
    if any(value.strip() for record in body for value in record[3:]):
        raise Refused
    return sorted(tuple((*record, "", "", "")[:3]) for record in body)


pieces = st.sampled_from(
    ["a", "1", "Ann", "2025-01-05", "12.50", ",", ",", ",", "\n", "\n", '"', '""', ' "', '",', ',"', '"\n', " ", "é",
     "#", "'", ";", "\t", "|", "\r\n", ",\n", "\n\n", "NULL", "\u2028", "\x0b", "=1+1", "日"]
)  # fmt: skip
good_lines = st.lists(st.sampled_from(["Ann,2025-01-05,5", '"B, C",2025-01-06,"1,5"', "D,,", "Eve,2025-01-07,"]))
texts = st.builds(
    lambda before, middle, after, end: "\n".join([HEADER, *before, "".join(middle), *after]) + end,
    good_lines,
    st.lists(pieces, max_size=14),
    good_lines,
    st.sampled_from(["\n", "", "\r\n", "\n\n"]),
)


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@settings(max_examples=100)
@given(texts, st.booleans())
def test_random_texts(engine: str, text: str, windows: bool) -> None:
    if windows:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "o.csv"
        file.write_bytes(text.encode())
        try:
            wanted = expected(text)
        except Refused:
            with pytest.raises(SourceError, match=r"^Line \d+ of .*o\.csv "):
                open_log(str(file), engine)
            return
        if not wanted:
            with pytest.raises(SourceError, match="has a header and no rows"):
                open_log(str(file), engine)
            return
        log = open_log(str(file), engine)
        assert log.names == ("customer", "date", "amount")
        assert sorted(tuple(value or "" for value in row.values()) for row in rows(opened(log.frame))) == wanted


@settings(max_examples=100)
@given(
    st.binary(max_size=60), st.sampled_from(["", "\ufeff"]), st.sampled_from(["utf-8", "utf-16", "utf-32", "cp1252"])
)
def test_random_bytes(noise: bytes, mark: str, encoding: str) -> None:
    """Bytes that nobody meant are read, or refused in one sentence."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "o.csv"
        file.write_bytes(f"{mark}{HEADER}\nAnn,2025-01-05,5\n".encode(encoding, "ignore") + noise)
        said = ""
        try:
            log = open_log(str(file))
        except SourceError as error:
            said = str(error)
        assert said.count("\n") == 0
        assert said or any(row["amount"] == "5" for row in rows(opened(log.frame)))
