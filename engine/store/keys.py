"""The installation's keys: files of its keys folder, made at the first start, never replaced.

`sealing-N.key` are the SM4 keys, of which the highest N seals and all unseal; `index.key` and
`query.key` are for HMAC-SM3. Files have mode 0600, the folder 0700: a looser one is refused,
because whoever shares the machine could then read what is sealed.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from engine.config import ConfigError

SEALING_BYTES, MAC_BYTES = 16, 32
MOST_KEYS = 0xFFFF  # a sealed value has two bytes for the key id


@dataclass(frozen=True)
class Keys:
    """The keys in memory. `sealing` maps a key id to its SM4 key."""

    sealing: Mapping[int, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    query: bytes = field(repr=False)

    @property
    def current(self) -> int:
        """The id of the key that seals."""
        return max(self.sealing)


def open_keys(folder: Path) -> Keys:
    """Read the keys in `folder`; make them where it has none. Safe for two starters at once.

    Raises `ConfigError` for loose modes, for a damaged file, and where the sealing keys are there
    but another is not: a new one would find nothing that the old one stored.
    """
    with _locked(folder):
        if not _sealing_files(folder):
            for name in ("index", "query"):
                if not (folder / f"{name}.key").exists():
                    _write(folder / f"{name}.key", MAC_BYTES)
            _write(folder / "sealing-1.key", SEALING_BYTES)  # last: it says that the set is whole
        return _read_all(folder)


def rotate(folder: Path) -> Keys:
    """Add a sealing key, which seals from now on; the older ones still unseal what they sealed."""
    with _locked(folder):
        number = _read_all(folder).current + 1
        if number > MOST_KEYS:
            raise _fault("密钥数量已达上限", "expected fewer than 65,536 sealing keys")
        _write(folder / f"sealing-{number}.key", SEALING_BYTES)
        return _read_all(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_mode(folder)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        os.fsync(handle)
    finally:
        os.close(handle)


def _sealing_files(folder: Path) -> dict[int, Path]:
    found = (
        (re.fullmatch(r"sealing-([1-9]\d*)\.key", path.name), path) for path in folder.iterdir()
    )
    return {int(match[1]): path for match, path in found if match}


def _read_all(folder: Path) -> Keys:
    files = _sealing_files(folder)
    return Keys(
        sealing={number: _read(path, SEALING_BYTES) for number, path in sorted(files.items())},
        index=_read(folder / "index.key", MAC_BYTES),
        query=_read(folder / "query.key", MAC_BYTES),
    )


def _read(path: Path, size: int) -> bytes:
    if not path.is_file():
        raise _fault(f"缺少 {path.name}，请从备份恢复", f"{path.name} is missing: restore it")
    _check_mode(path)
    try:
        key = bytes.fromhex(path.read_text("ascii"))
    except ValueError:
        key = b""
    if len(key) != size:
        raise _fault(
            f"{path.name} 已损坏，请从备份恢复", f"{path.name} is damaged: restore it from a backup"
        )
    return key


def _write(path: Path, size: int) -> None:
    """Write a new key. Its file has its name only when it is whole and on the disk: who is killed
    here leaves a remainder, which the next start writes anew, and never half a key."""
    if path.exists():
        raise FileExistsError(path.name)
    unfinished = path.with_suffix(".unfinished")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(size) + "\n")
        file.flush()
        os.fsync(handle)
    unfinished.rename(path)


def _check_mode(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        mode = "700" if path.is_dir() else "600"
        raise _fault(
            f"{path.name} 可被其他用户访问，请执行 chmod {mode}",
            f"others can reach {path.name}: chmod {mode} it",
        )


def _fault(zh: str, en: str) -> ConfigError:
    return ConfigError(f"密钥文件夹：{zh}。", f"Keys folder: {en}.")
