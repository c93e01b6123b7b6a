"""Procedure files on disk and in archives: found, counted while unpacked, never written."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import procedure_files
from engine.config import CHECKOUT
from engine.errors import Invalid, LianbanError, NotFound, TooLarge
from engine.procedure_files import read_beside, read_paths, unzip


def archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in files.items():
            zipped.writestr(name, data)
    return stream.getvalue()


def test_folders_files_and_archives_give_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "a.bpmn").write_bytes(b"A")
    (folder / "README.md").write_bytes(b"no procedure")
    (tmp_path / "p.zip").write_bytes(archive({"p/a.bpmn": b"A", "p/README.md": b"x"}))
    for path in (folder, folder / "a.bpmn", tmp_path / "p.zip"):
        (data,) = read_paths([path]).values()
        assert data == b"A"


def test_what_is_not_there_or_holds_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="none.bpmn"):
        read_paths([tmp_path / "none.bpmn"])
    with pytest.raises(Invalid):
        read_paths([tmp_path])


def test_catalogue_and_calendars_are_no_procedures() -> None:
    found = read_beside([CHECKOUT / "processes" / "single-item"], Path("/nowhere"))
    assert any(name.endswith("single-item.bpmn") for name in found)
    assert any(name.endswith("light-thresholds.dmn") for name in found)
    assert not any("/catalogue/" in name or "/calendar/" in name for name in found)


def test_without_a_checkout_around_them_files_stand_beside_the_default(tmp_path: Path) -> None:
    alone = tmp_path / "a.bpmn"
    alone.write_bytes(b"")
    assert read_beside([alone], CHECKOUT) == read_beside([CHECKOUT / "forms"], Path("/nowhere"))


def test_a_small_archive_cannot_become_a_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(procedure_files, "MAX_BYTES", 1_000)
    assert len(unzip(archive({"a.bpmn": b"x" * 600, "b.bpmn": b"x" * 400}))) == 2
    with pytest.raises(TooLarge):
        unzip(archive({"a.bpmn": b"x" * 600, "b.bpmn": b"x" * 401}))


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(procedure_files, "MAX_FILES", 2)
    with pytest.raises(TooLarge):
        unzip(archive({f"{n}.bpmn": b"" for n in range(3)}))


WHOLE = archive({"a.bpmn": b"some text that deflates" * 9, "b.yaml": bytes(range(256))})


@given(place=st.integers(0, len(WHOLE) - 1), bits=st.integers(1, 255), cut=st.booleans())
def test_a_damaged_archive_is_refused_in_words(place: int, bits: int, cut: bool) -> None:
    damaged = bytearray(WHOLE)
    damaged[place] ^= bits
    try:
        unzip(bytes(damaged[:place] if cut else damaged))
    except LianbanError as refused:
        assert refused.message.zh
