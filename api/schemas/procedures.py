"""Procedures: versions, files, deployment."""

from __future__ import annotations

from apiflask import Schema, fields, validators

from api.fields import flag, given, many, moment, number, text, texts
from engine.procedure_files import MAX_FILES


class Version(Schema):
    key = text("Key of the procedure: the id of its process.", "single-item")
    number = number("Number of the version, from 1.", 1)
    name = text("Its name.", "单体事项审批")
    hash = text("SHA-256 over all its files.", "2c26b46b68ffc68f…")
    deployed_at = moment("When it was deployed.", "2026-11-22T01:00:00Z")
    deployed_by = text("Who deployed it.", "system:operator")


class ProcedureRow(Version):
    versions = fields.List(
        fields.Integer(), metadata={"description": "All its versions.", "example": [1, 2]}
    )


class Procedures(Schema):
    rows = many(ProcedureRow, "The newest version of each procedure.")


class File(Schema):
    path = text("Its place in the version.", "forms/single-item/review.yaml")
    size = number("Bytes.", 1046)
    sha256 = text("SHA-256 of its content.", "9f86d081884c7d65…")


class VersionPage(Version):
    files = many(File, "Everything that the version stands on.")
    cases = number("Cases on this version.", 12)
    running = number("Those among them that are not closed.", 3)


class ProcedureUpload(Schema):
    files = fields.List(
        fields.File(),
        required=True,
        validate=validators.Length(1, MAX_FILES),
        metadata={
            "description": "BPMN files, forms, notice templates, decision tables; or one zip with "
            "them. What is left out is taken from what is deployed already."
        },
    )


class Deployed(Schema):
    key = text("Key of the procedure.", "single-item")
    name = text("Its name.", "单体事项审批")
    number = number("Number of its newest version.", 2)
    hash = text("SHA-256 over all its files.", "2c26b46b68ffc68f…")
    changed = flag("False where nothing differs from the version before.", True)
    caller_of = texts("The uploaded procedures that it calls, and was renewed for.", [])


class Finding(Schema):
    file = text("The file.", "processes/single-item.bpmn")
    line = number("The line, from 1.", 74)
    element = text("The element's id.", "issue_receipt")
    level = text("error, filing or hint.", "hint")
    rule = text("The rule, as a stable word.", "basis")
    message = text("What is wrong.", "……")
    remedy = text("What to do.", "……")


class Deployment(Schema):
    versions = many(Deployed, "What was deployed or renewed.")
    findings = many(Finding, "What the gate says below the level of an error.")


class PathQuery(Schema):
    path = given("Path of a file of the version.", "forms/single-item/review.yaml", required=True)
