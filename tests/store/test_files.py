"""The content-addressed store."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest

from engine.errors import NotFound, TooLarge
from engine.store import files
from engine.store.files import open_file, put


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_was_put_is_found_under_its_digest(tmp_path: Path) -> None:
    data = os.urandom(3 * files.PIECE + 7)
    sha256, size = put(tmp_path, io.BytesIO(data), len(data))
    assert (sha256, size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert names(tmp_path) == [f"{sha256[:2]}/{sha256[2:]}"]
    with open_file(tmp_path, sha256) as file:
        assert file.read() == data


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    first, second = (put(tmp_path, io.BytesIO(b"plan"), 10) for _ in range(2))
    assert first == second
    assert len(names(tmp_path)) == 1


def test_one_byte_too_many_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    put(tmp_path, io.BytesIO(b"12345"), 5)
    with pytest.raises(TooLarge) as caught:
        put(tmp_path, io.BytesIO(b"123456"), 5)
    assert caught.value.facts == {"max_bytes": 5}
    assert len(names(tmp_path)) == 1


def test_a_stream_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        put(tmp_path, Broken(), 5)
    assert names(tmp_path) == []


def test_others_on_the_machine_cannot_read(tmp_path: Path) -> None:
    sha256, _ = put(tmp_path / "files", io.BytesIO(b"x"), 5)
    file = tmp_path / "files" / sha256[:2] / sha256[2:]
    assert file.stat().st_mode & 0o077 == 0
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("sha256", ["0" * 64, "../../etc/passwd", "", "0" * 63, "A" * 64])
def test_what_is_not_there_is_not_found(tmp_path: Path, sha256: str) -> None:
    with pytest.raises(NotFound):
        open_file(tmp_path, sha256)


def test_remainders_of_a_crash_are_swept_and_uploads_in_progress_are_not(tmp_path: Path) -> None:
    sha256, _ = put(tmp_path, io.BytesIO(b"kept"), 10)
    old, young = tmp_path / "incoming" / "old", tmp_path / "incoming" / "young"
    for path, age in ((old, 7200), (young, 60)):
        path.write_bytes(b"half")
        moment = path.stat().st_mtime - age
        os.utime(path, (moment, moment))
    assert files.sweep(tmp_path) == 1
    assert not old.exists() and young.exists()
    assert list(files.stored(tmp_path)).count(sha256) == 1
    assert files.sweep(tmp_path / "nothing yet") == 0
