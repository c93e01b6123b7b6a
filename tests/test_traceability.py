"""The traceability page is what the diagrams and the tests say today, and its rows exist."""

from __future__ import annotations

from pathlib import Path

from engine.config import CHECKOUT
from tests.traceability import PAGE, Row, in_diagrams, in_tests, page, rows

DIAGRAM = """\
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:l="urn:lianban:bpmn:1">
  <process id="p"><task id="step"><extensionElements><l:basis ref="P1"/></extensionElements>
  </task></process></definitions>
"""

GAPS = """\
| row | asks for | waits for |
|---|---|---|
| P10 | three | open |
| L4 | four | x |
"""


def test_the_page_is_up_to_date() -> None:
    now = page(rows(), in_diagrams(CHECKOUT / "processes"), in_tests(CHECKOUT / "tests"))
    assert PAGE.read_text("utf-8") == now, "run: python -m tests.traceability"


def test_diagrams_and_tests_name_known_rows_or_articles_only() -> None:
    known = [row.row for row in rows()]
    assert len(known) == len(set(known))
    assert set(in_diagrams(CHECKOUT / "processes")) - set(known) == set()
    articles = {row.rstrip("abcdef") for row in known}
    assert set(in_tests(CHECKOUT / "tests")) - set(known) - articles == set()


def test_evidence_is_read_from_both_and_the_rest_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "a.bpmn").write_text(DIAGRAM)
    (tmp_path / "test_a.py").write_text(
        '"""Whole.\n\nRows: P2\n"""\ndef test_it():\n    """Once (P1): P2.\n\n    P1M.\n    """\n'
    )
    diagrams, tests = in_diagrams(tmp_path), in_tests(tmp_path)
    assert diagrams == {"P1": {"a.bpmn": ["step"]}}
    assert tests == {"P1": {"test_a.py": ["test_it"]}, "P2": {"test_a.py": ["test_it"]}}
    known = [
        Row("P10", "three"),
        Row("P2", "two", "then"),
        Row("P1", "one"),
        Row("L4", "four", "x"),
    ]
    text = page(known, diagrams, tests)
    one = text.index("| P1 | one | a.bpmn: step | test_a.py: test_it |\n")
    assert one < text.index("| P2 | two (the rest with: then) |  | test_a.py: test_it |\n")
    assert text.endswith("## Gaps\n\n" + GAPS)
