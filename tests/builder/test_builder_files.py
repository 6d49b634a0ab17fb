"""Writing a file: whole or not at all, never over another unless asked, and one sentence when it fails."""

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from clv_xl.builder.files import CannotWrite, write
from clv_xl.writing import atomic, leftovers


def left_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file(tmp_path):
    path = write(tmp_path / "book.xlsx", b"data")
    assert path.read_bytes() == b"data"
    assert left_in(tmp_path) == ["book.xlsx"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_new_file_has_ordinary_permissions(tmp_path):
    before = os.umask(0o022)
    try:
        path = write(tmp_path / "book.xlsx", b"data")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_an_existing_file_stays_unless_forced(tmp_path):
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")
    with pytest.raises(CannotWrite, match="exists already; use --force to replace it"):
        write(target, b"new")
    assert target.read_bytes() == b"old"
    target.chmod(0o600)
    write(target, b"new", force=True)
    assert target.read_bytes() == b"new"
    assert os.name == "nt" or stat.S_IMODE(target.stat().st_mode) == 0o600
    assert left_in(tmp_path) == ["book.xlsx"]


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path, monkeypatch):
    target = tmp_path / "book.xlsx"
    flushed = os.fsync

    def another_program_is_quicker(descriptor):
        flushed(descriptor)
        target.write_bytes(b"theirs")

    monkeypatch.setattr(atomic.os, "fsync", another_program_is_quicker)
    with pytest.raises(CannotWrite, match="exists already"):
        write(target, b"ours")
    assert target.read_bytes() == b"theirs"
    assert left_in(tmp_path) == ["book.xlsx"]


def test_a_missing_folder(tmp_path):
    with pytest.raises(CannotWrite, match=r"The folder .*reports does not exist; create it first\."):
        write(tmp_path / "reports" / "book.xlsx", b"data")
    assert left_in(tmp_path) == []


def test_a_path_that_is_a_folder(tmp_path):
    with pytest.raises(CannotWrite, match=r"is a folder; give the name of a file\."):
        write(tmp_path, b"data", force=True)


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CannotWrite, match=r"is a file, not a folder\."):
        write(tmp_path / "file" / "book.xlsx", b"data")


def test_a_link_to_a_file_that_is_gone_is_no_free_name(tmp_path):
    (tmp_path / "book.xlsx").symlink_to(tmp_path / "elsewhere.xlsx")
    with pytest.raises(CannotWrite, match="exists already"):
        write(tmp_path / "book.xlsx", b"data")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.EACCES, "cannot be written to; choose another folder or ask for access"),
        (errno.EROFS, "cannot be written to"),
        (errno.ENAMETOOLONG, "is too long for a file"),
        (errno.EIO, "could not be written: Input/output error"),
    ],
)
def test_a_folder_that_refuses(tmp_path, monkeypatch, code, said):
    def refuse(**_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(leftovers.tempfile, "mkstemp", refuse)
    with pytest.raises(CannotWrite, match=said):
        write(tmp_path / "book.xlsx", b"data")
    assert left_in(tmp_path) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="an administrator may write anywhere")
def test_a_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(CannotWrite, match="cannot be written to"):
            write(tmp_path / "book.xlsx", b"data")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_no_rubbish(tmp_path, monkeypatch, step):
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic.os, step, full)
    with pytest.raises(CannotWrite, match="There is no space left on the disk"):
        write(target, b"new", force=True)
    assert target.read_bytes() == b"old"
    assert left_in(tmp_path) == ["book.xlsx"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_really_is_full(tmp_path, monkeypatch):
    target, real = tmp_path / "book.xlsx", Path.write_bytes
    monkeypatch.setattr(Path, "write_bytes", lambda _, data: real(Path("/dev/full"), data))
    with pytest.raises(CannotWrite, match="There is no space left on the disk"):
        write(target, b"data")
    assert left_in(tmp_path) == []


def test_an_interruption_leaves_no_rubbish(tmp_path, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(atomic.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "book.xlsx", b"data")
    assert left_in(tmp_path) == []


def test_a_reader_never_sees_half_a_file(tmp_path):
    target, versions = tmp_path / "book.xlsx", (b"a" * 300_000, b"b" * 300_000)
    write(target, versions[0])
    seen, done = set(), threading.Event()

    def read():
        while not done.is_set():
            seen.add(target.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(40):
        write(target, versions[number % 2], force=True)
    done.set()
    reader.join()
    assert seen <= set(versions)
