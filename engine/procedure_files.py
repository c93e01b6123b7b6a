"""Procedure files on disk: what an analyst names on the command line, and what lies beside it."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from engine.errors import Invalid, NotFound, TooLarge

ENDINGS = (".bpmn", ".xml", ".dmn", ".yaml", ".yml", ".typ")
MAX_FILES = 200
MAX_ENTRIES = 2_000  # of an archive, the files beside the point among them
ENTRY = b"PK\x01\x02"  # what each begins with in the archive's list
MAX_BYTES = 20_000_000
BESIDE = ("forms", "processes")  # the folders of a checkout that hold what procedures name
NOT_PROCEDURES = {"calendar", "catalogue"}
# What reading a damaged archive raises, depending on where it is damaged.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)


def read_paths(paths: Iterable[Path]) -> dict[str, bytes]:
    """Return the files named by folders, files and zip archives, by path.

    Raises `NotFound` for a path that is not there, `Invalid` where nothing usable is found.
    """
    files: dict[str, bytes] = {}
    for path in paths:
        if path.is_dir():
            files |= _folder(path)
        elif not path.is_file():
            raise NotFound(f"没有这个文件：{path}。", f"There is no such file: {path}.")
        elif path.suffix == ".zip":
            files |= unzip(_bytes(path))
        else:
            files[str(path)] = _bytes(path)
    if not files:
        raise Invalid(
            f"没有找到流程文件（{'、'.join(ENDINGS)}）。",
            f"Expected procedure files ({', '.join(ENDINGS)}) but found none.",
        )
    return files


def read_beside(paths: Iterable[Path], default: Path) -> dict[str, bytes]:
    """Return what lies beside the named files: the `forms` and `processes` of their checkout.

    The checkout is the nearest folder upwards that holds both; without one, `default` is it.
    """
    roots = {_checkout(path.resolve()) or default for path in paths}
    files: dict[str, bytes] = {}
    for root in sorted(roots):
        for name in BESIDE:
            files |= _folder(root / name)
    return files


def unzip(data: bytes) -> dict[str, bytes]:
    """Return the procedure files of a zip archive. Raises `Invalid` or `TooLarge`.

    Sizes are counted while unpacking, so that a small archive can't become a large one; names
    are only names here, never places on the disk.
    """
    if data.count(ENTRY) > MAX_ENTRIES:  # before a list of them is made
        raise _too_large()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [i for i in archive.infolist() if i.filename.lower().endswith(ENDINGS)]
            if len(infos) > MAX_FILES:
                raise _too_large()
            return _unpack(archive, infos)
    except UNREADABLE:
        raise Invalid(
            "压缩包无法读取：不是 zip 格式、已损坏或有密码。",
            "Expected a zip archive without a password but it can't be read.",
        ) from None


def _unpack(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = MAX_BYTES
    for info in infos:
        if info.filename in files:
            raise _twice(info.filename)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError("a method whose memory the archive itself decides")
        with archive.open(info) as file:
            files[info.filename] = file.read(left + 1)
        left -= len(files[info.filename])
        if left < 0:
            raise _too_large()
    return files


def _twice(name: str) -> Invalid:
    return Invalid(
        f"压缩包中有两个文件都叫 {name[:200]}，请只保留一个。",
        f"The archive holds two files named {name[:200]}; keep one.",
    )


def _folder(folder: Path) -> dict[str, bytes]:
    found = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix in ENDINGS)
    return {
        str(path): _bytes(path)
        for path in found
        if not NOT_PROCEDURES & set(path.relative_to(folder).parts)
    }


def _bytes(path: Path) -> bytes:
    """The content of a file, of a huge one the beginning: it is refused for its size anyway."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        raise NotFound(f"无法读取 {path}。", f"{path} can't be read.") from None


def _checkout(path: Path) -> Path | None:
    for folder in (path, *path.parents):
        if all((folder / name).is_dir() for name in BESIDE):
            return folder
    return None


def _too_large() -> TooLarge:
    return TooLarge(
        f"压缩包过大：最多 {MAX_FILES} 个文件、{MAX_BYTES} 字节。",
        f"The archive is too large: at most {MAX_FILES} files and {MAX_BYTES} bytes.",
    )
