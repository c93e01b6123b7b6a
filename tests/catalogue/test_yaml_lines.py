"""What analysts may write in a YAML file, and what they are told where they may not."""

import pytest

from engine.catalogue.yaml_lines import MAX_DEPTH, load_yaml
from engine.errors import CatalogueError

ITEM = b"""\
# a comment
code: 0393
accepted: 2026-01-01
limits:
  - {kind: statutory, days: 20}
  - kind: committed
    days: 6
    note:
text: |
  one
  two
"""


def refused(data: bytes) -> CatalogueError:
    with pytest.raises(CatalogueError) as caught:
        load_yaml(data, "item.yaml")
    return caught.value


def test_every_value_has_the_line_of_its_key():
    _, line_of = load_yaml(ITEM, "item.yaml")
    places = [("code",), ("limits", 0, "days"), ("limits", 1), ("limits", 1, "days"), ("text",)]
    assert [line_of(place) for place in places] == [2, 5, 6, 7, 9]


def test_a_place_that_is_missing_has_the_line_of_what_would_hold_it():
    _, line_of = load_yaml(ITEM, "item.yaml")
    assert line_of(("limits", 1, "unit", "name")) == 6
    assert line_of(("department",)) == line_of(()) == 1


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-01", "2026-01-01"),
        ("0393", "0393"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("91410900MA00000000", "91410900MA00000000"),
        ("1234567890123456789", "1234567890123456789"),
        ('"20"', "20"),
        ("20", 20),
        ("-1", -1),
        ("0", 0),
        ("1.5", 1.5),
        ("true", True),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_only_plain_numbers_truth_values_and_null_are_not_text(written, read):
    value, _ = load_yaml(f"x: {written}".encode(), "item.yaml")
    assert value["x"] == read
    assert type(value["x"]) is type(read)


def test_keys_are_text():
    assert load_yaml(b"2026: a\ntrue: b\n<<: {c: d}", "item.yaml")[0] == {
        "2026": "a",
        "true": "b",
        "<<": {"c": "d"},
    }


def test_an_empty_document_is_none():
    value, line_of = load_yaml(b"# nothing\n", "item.yaml")
    assert value is None
    assert line_of(("year",)) == 1


@pytest.mark.parametrize(
    ("data", "line", "word"),
    [
        (b"a: 1\nb: 2\na: 3", 3, "line 1"),
        (b"a: &x 1\nb: *x", 1, "anchors"),
        (b"a: 1\nb: !!python/name:os.system x", 2, "tags"),
        (b"a:\n  - [1, 2", 2, "not valid YAML"),
        (b"a: 1\n---\nb: 2", 2, "another document"),
        (b"a: 1\n? [b]\n: 2", 2, "plain text"),
        (b"a: 1\nb: \xff", 2, "UTF-8"),
        (b"a: 1\n\nb: \x07", 3, "control character"),
        (b"[" * 5000, 1, "deeply"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(data, line, word):
    error = refused(data)
    assert error.facts == {"file": "item.yaml", "line": line}
    assert word in error.message.en
    assert f"item.yaml:{line}: " in error.message.en
    assert f"item.yaml 第 {line} 行：" in error.message.zh


def test_nesting_is_allowed_up_to_the_limit():
    deepest = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert load_yaml(deepest, "item.yaml")[0]
    assert "deeply" in refused(b"[" + deepest + b"]").message.en


def test_a_missing_file_is_refused_without_its_folder(tmp_path):
    with pytest.raises(CatalogueError) as caught:
        load_yaml(tmp_path / "2030.yaml", "calendar/2030.yaml")
    assert "calendar/2030.yaml" in caught.value.message.zh
    assert str(tmp_path) not in caught.value.message.en


def test_a_file_is_read_from_its_path(tmp_path):
    path = tmp_path / "item.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: \xe6\x98\xa5\xe8\x8a\x82")
    assert load_yaml(path, "item.yaml")[0] == {"name": "春节"}
