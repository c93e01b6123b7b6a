"""The keys folder: made once, kept tight, rotated, refused where it is damaged."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from engine.config import ConfigError
from engine.store.keys import open_keys, rotate


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_who_is_killed_while_writing_a_key_leaves_none_and_the_next_start_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "keys"

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for step in range(3):  # at each of the three keys
        with monkeypatch.context() as patched:
            renamed = iter([*[Path.rename] * min(step, 1), killed])
            patched.setattr(Path, "rename", lambda *args: next(renamed)(*args))  # noqa: B023
            with pytest.raises(KeyboardInterrupt):
                open_keys(folder)
        assert not (folder / "sealing-1.key").exists()
    keys = open_keys(folder)
    assert open_keys(folder) == keys and not list(folder.glob("*.unfinished"))


def test_keys_are_made_once_and_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "keys"
    first = open_keys(folder)
    assert open_keys(folder) == first
    assert [len(first.sealing[1]), len(first.index), len(first.query)] == [16, 32, 32]
    assert mode(folder) == 0o700
    assert {mode(path) for path in folder.iterdir()} == {0o600}


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    first, second = open_keys(tmp_path / "a"), open_keys(tmp_path / "b")
    assert first.sealing[1] != second.sealing[1]
    assert first.index != second.index
    assert first.query != second.query


def test_two_starters_get_the_same_keys(tmp_path: Path) -> None:
    found = []
    barrier = threading.Barrier(4)

    def start() -> None:
        barrier.wait(5)
        found.append(open_keys(tmp_path / "keys"))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert len(found) == 4
    assert all(keys == found[0] for keys in found)


def test_rotation_adds_a_key_and_keeps_the_others(tmp_path: Path) -> None:
    before = open_keys(tmp_path / "keys")
    after = rotate(tmp_path / "keys")
    assert (before.current, after.current) == (1, 2)
    assert after.sealing[1] == before.sealing[1] != after.sealing[2]
    assert (after.index, after.query) == (before.index, before.query)
    assert open_keys(tmp_path / "keys") == after


@pytest.mark.parametrize("name", [".", "sealing-1.key", "index.key", "query.key"])
@pytest.mark.parametrize("loose", [0o040, 0o004, 0o020])
def test_what_others_can_reach_is_refused(tmp_path: Path, name: str, loose: int) -> None:
    folder = tmp_path / "keys"
    open_keys(folder)
    path = folder / name
    path.chmod(mode(path) | loose)
    with pytest.raises(ConfigError, match="chmod"):
        open_keys(folder)


@pytest.mark.parametrize("name", ["index.key", "query.key"])
def test_a_missing_key_is_not_replaced(tmp_path: Path, name: str) -> None:
    open_keys(tmp_path / "keys")
    (tmp_path / "keys" / name).unlink()
    with pytest.raises(ConfigError, match=f"{name} is missing"):
        open_keys(tmp_path / "keys")


@pytest.mark.parametrize("text", ["", "abcd", "no hexadecimal", "é"])
def test_a_damaged_key_is_refused(tmp_path: Path, text: str) -> None:
    open_keys(tmp_path / "keys")
    (tmp_path / "keys" / "sealing-1.key").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match="sealing-1.key is damaged"):
        open_keys(tmp_path / "keys")


def test_a_start_that_was_cut_short_is_completed(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    index = open_keys(folder).index
    (folder / "sealing-1.key").unlink()
    (folder / "query.key").unlink()
    assert open_keys(folder).index == index
