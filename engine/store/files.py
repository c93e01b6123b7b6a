"""The content-addressed files: uploads and issued documents, each under its SHA-256.

A file appears under its final name only when it is whole and on the disk, and before the row that
names it is committed. So a crash leaves at most a file that no row names (harmless, and used again
when the same bytes come back) or a remainder in `incoming/`, never a row without its file.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.errors import NotFound, TooLarge

PIECE = 1 << 20  # bytes read at a time


def put(folder: Path, stream: BinaryIO, max_bytes: int) -> tuple[str, int]:
    """Store what `stream` still holds; return its SHA-256 in hex and its size in bytes.

    Raises `TooLarge`, and then keeps nothing, where there are more than `max_bytes`.
    """
    incoming = folder / "incoming"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    incoming.mkdir(mode=0o700, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=incoming)  # mode 0600
    try:
        with open(handle, "wb") as file:
            sha256, size = _copy(stream, file, max_bytes)
            file.flush()
            os.fsync(handle)
        _move(Path(name), _path(folder, sha256))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return sha256, size


def sweep(folder: Path, older_than: float = 3600) -> int:
    """Remove what a crash left in `incoming/` so many seconds ago; return how many files it was.

    Their age is taken from a file that is made now, so that it is the disk's own clock.
    """
    incoming, gone = folder / "incoming", 0
    if not incoming.is_dir():
        return 0
    with tempfile.NamedTemporaryFile(dir=incoming) as fresh:
        moment = os.stat(fresh.name).st_mtime
        for path in incoming.iterdir():
            try:
                if path != Path(fresh.name) and path.stat().st_mtime <= moment - older_than:
                    path.unlink()
                    gone += 1
            except FileNotFoundError:  # its upload has just ended
                continue
    return gone


def stored(folder: Path) -> Iterator[str]:
    """Yield the SHA-256 by which each stored file is known."""
    for path in folder.glob("??/*"):
        yield path.parent.name + path.name


def open_file(folder: Path, sha256: str) -> BinaryIO:
    """Open a stored file for reading; the caller closes it. Raises `NotFound`."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise _not_found()
    try:
        return _path(folder, sha256).open("rb")
    except FileNotFoundError as error:
        raise _not_found() from error


def _path(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256[2:]


def _copy(stream: BinaryIO, file: BinaryIO, max_bytes: int) -> tuple[str, int]:
    sha256, size = hashlib.sha256(), 0
    while piece := stream.read(PIECE):
        size += len(piece)
        if size > max_bytes:
            raise TooLarge(
                f"文件过大：上限为 {max_bytes} 字节。",
                f"The file is too large: at most {max_bytes} bytes are taken.",
                max_bytes=max_bytes,
            )
        sha256.update(piece)
        file.write(piece)
    return sha256.hexdigest(), size


def _move(source: Path, target: Path) -> None:
    """Rename, then sync the folders: without that a power cut may take the name back."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    source.replace(target)
    for folder in (target.parent, target.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _not_found() -> NotFound:
    return NotFound("文件不存在。", "There is no such file.")
