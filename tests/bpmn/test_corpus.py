"""Files from real modellers and faulty ones, kept outside the project; skipped where missing."""

import json
from pathlib import Path

import pytest

from engine.bpmn.lint import has_errors
from tests.bpmn.diagrams import findings

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
MANIFEST = CORPUS / "manifest.json"
ENTRIES = json.loads(MANIFEST.read_text("utf-8")) if MANIFEST.exists() else []

pytestmark = pytest.mark.skipif(not ENTRIES, reason="the corpus is not here")


def read(entry: dict) -> dict[str, bytes]:
    folder = CORPUS / entry["folder"]
    found = {path.name: path for path in folder.rglob("*") if path.is_file()}
    return {name: found[Path(name).name].read_bytes() for name in entry["files"]}


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["id"] for entry in ENTRIES])
def test_a_file_is_judged_as_expected(entry):
    there = findings(read(entry))
    if entry["expect"] == "DEPLOY":
        assert not has_errors(there)
    if entry["expect"] == "REJECT_LOCATED":
        assert has_errors(there)
    for finding in there:
        assert finding.file in entry["files"]
        assert finding.line >= 1
        assert finding.element
        assert " 0x" not in finding.text("en")
        assert "Exception" not in finding.text("en")


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["id"] for entry in ENTRIES])
def test_a_refusal_names_what_is_wrong(entry):
    there = [finding for finding in findings(read(entry)) if finding.level == "error"]
    wanted = entry["message_should_name_one_of"]
    if there and wanted:
        told = " ".join(finding.text("en") for finding in there)
        assert any(word in told for word in wanted)
