"""Materials: what is taken, what is refused, and which file of a material counts."""

from __future__ import annotations

import io

import pytest

from engine.commands.materials import MAX_BYTES, check_upload, remove_material
from engine.domain.actor import Actor
from engine.errors import Conflict, Invalid, NotFound, TooLarge, UnsupportedMedia
from engine.store import files
from engine.store.dossier import materials
from engine.store.tables import Material
from engine.transaction import reading, writing
from tests.cases import PDF, City, Walk, defect

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def remove(walk: Walk, material_id: int, actor: Actor | None = None) -> None:
    with writing() as session:
        remove_material(
            session,
            actor=actor or walk.filer,
            number=walk.number,
            material_id=material_id,
            now=walk.city.now,
        )


@pytest.mark.parametrize(
    ("name", "content", "ending", "media_type"),
    [
        ("申请书.pdf", PDF, "pdf", "application/pdf"),
        ("A.PDF", PDF, "pdf", "application/pdf"),
        ("photo.jpeg", b"\xff\xd8\xff\xe0", "jpg", "image/jpeg"),
        ("plan.png", PNG, "png", "image/png"),
        ("C:\\temp\\plan.png", PNG, "png", "image/png"),
        ("../../etc/plan.png", PNG, "png", "image/png"),
        ("design.dwg", b"AC1032 x", "dwg", "image/vnd.dwg"),
    ],
)
def test_an_upload_is_known_by_its_ending_and_its_content(
    name: str, content: bytes, ending: str, media_type: str
) -> None:
    stream = io.BytesIO(content)
    upload = check_upload(name, stream)
    assert (upload.ending, upload.media_type) == (ending, media_type)
    assert "/" not in upload.file_name and "\\" not in upload.file_name
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.pdf", b"MZ\x90 a program", UnsupportedMedia),
        ("a.pdf", PNG, UnsupportedMedia),
        ("a.pdf", b"", UnsupportedMedia),
        ("a.exe", b"MZ", UnsupportedMedia),
        ("a.html", b"<script>", UnsupportedMedia),
        ("pdf", PDF, UnsupportedMedia),
        ("", PDF, Invalid),
        ("   ", PDF, Invalid),
        ("x" * 201 + ".pdf", PDF, Invalid),
        ("a\u202efdp.pdf", PDF, Invalid),
        ("a\n.pdf", PDF, Invalid),
    ],
)
def test_anything_else_is_refused(name: str, content: bytes, refusal: type) -> None:
    with pytest.raises(refusal):
        check_upload(name, io.BytesIO(content))


def test_a_file_too_large_is_not_kept(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.commands.materials.MAX_BYTES", len(PDF) - 1)
    walk = city.draft()
    with pytest.raises(TooLarge):
        walk.upload("land")
    assert walk.rows(Material) == [] and MAX_BYTES == 20 * 1024 * 1024


def test_a_material_takes_the_formats_that_the_catalogue_names(city: City) -> None:
    walk = city.draft()
    with pytest.raises(UnsupportedMedia) as refused:
        walk.upload("design", PNG, "design.png")
    assert refused.value.facts == {"accepts": "pdf, dwg"}


def test_an_unknown_material_is_refused_with_those_known(city: City) -> None:
    walk = city.draft()
    with pytest.raises(Invalid) as refused:
        walk.upload("nonsense")
    assert [fault.path for fault in refused.value.fields] == ["/material"]
    assert "notice_board" in refused.value.message.zh


def test_a_file_counts_only_when_it_is_handed_in(city: City) -> None:
    walk = city.draft()
    walk.upload("land")
    (row,) = walk.rows(Material)
    assert row.submitted is False
    walk.submit()
    (row,) = walk.rows(Material)
    assert row.submitted is True
    with files.open_file(city.resources.files, row.sha256) as file:
        assert file.read() == PDF


def test_a_new_file_replaces_the_earlier_one_when_the_supplement_is_handed_in(city: City) -> None:
    walk = city.file()
    walk.complete("check", outcome="incomplete", defects=[defect("land")])
    city.wait(hours=1)
    walk.upload("land", PDF + b"% second")
    rows = walk.rows(Material, Material.code == "land")
    assert [(r.submitted, r.replaced_at) for r in rows] == [(True, None), (False, None)]
    walk.go("supplement")
    old, new = walk.rows(Material, Material.code == "land")
    assert (old.replaced_at, new.replaced_at, new.submitted) == (new.uploaded_at, None, True)
    case = walk.case()
    with reading() as session:
        held = materials(session, case, submitted_only=True)
    assert [m.sha256 for m in held if m.code == "land"] == [new.sha256]
    assert len(held) == 4


def test_several_files_of_one_material_handed_in_together_all_count(city: City) -> None:
    walk = city.draft()
    walk.upload("land", PDF + b"% page 1")
    walk.upload("land", PDF + b"% page 2")
    walk.submit()
    assert [(r.submitted, r.replaced_at) for r in walk.rows(Material)] == [(True, None)] * 2


def test_materials_are_taken_only_for_a_draft_or_a_supplement(city: City) -> None:
    walk = city.file()
    for step in ("check", "review", "decide", "deliver"):
        with pytest.raises(Conflict) as refused:
            walk.upload("land")
        assert refused.value.facts["status"] == walk.status
        walk.go(step)


def test_what_is_not_handed_in_yet_can_be_taken_out_again(city: City) -> None:
    walk = city.draft()
    remove(walk, walk.upload("land"))
    assert walk.rows(Material) == []
    assert walk.events()[-2:] == ["material_uploaded", "material_removed"]


def test_a_file_of_the_dossier_stays(city: City) -> None:
    walk = city.file()
    row = walk.rows(Material)[0]
    with pytest.raises(Conflict):
        remove(walk, row.id)
    assert walk.rows(Material)[0].id == row.id


def test_nobody_touches_the_materials_of_others(city: City) -> None:
    walk, other = city.draft(), city.draft()
    mine = walk.upload("land")
    stranger = city.applicant("2")
    for attempt in (
        lambda: walk.upload("land", actor=stranger),
        lambda: remove(walk, mine, stranger),
        lambda: remove(other, mine),  # a file of another case
    ):
        with pytest.raises(NotFound):
            attempt()
    assert len(walk.rows(Material)) == 1
