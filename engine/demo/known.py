"""What the people of the demonstration see of a case before they fill in a form."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from engine.demo.people import id_number
from engine.operations.intake import missing_in
from engine.resources import Resources
from engine.store import submissions
from engine.store.dossier import latest_supplement, materials
from engine.store.tables import Case


def known_of(
    session: Session, resources: Resources, case: Case, random: Random
) -> Mapping[str, Any]:
    """Return the facts of a case that `answers.answer` draws on."""
    held = {m.code for m in materials(session, case, submitted_only=True)}
    supplement = latest_supplement(session, case)
    filled = list(submissions.newest_first(session, resources.keys, case))
    law = case.item["legal_basis"][0]
    return {
        "missing": missing_in(case.item, held),
        "unmet": [d["material"] for d in supplement.defects] if supplement else [],
        "paper": [
            m["code"]
            for m in case.item["materials"]
            if m["code"] in held and m["form"] != "electronic"
        ],
        "basis": f"《{law['law']}》{law['article']}",
        "valid_years": case.item["result"]["valid_years"],
        "recipient": _recipient(filled[-1][1]["applicant"], random),
        "rectified_before": any(form.endswith("rectification") for form, _ in filled),
        "sent_back_before": any(data.get("outcome") == "send_back" for _, data in filled),
        "investigated": any(form.endswith("discrepancy") for form, _ in filled),
    }


def _recipient(applicant: Mapping[str, Any], random: Random) -> dict[str, str]:
    """Return who fetches the result: the applicant, or who represents the organisation."""
    return {
        "name": applicant.get("legal_representative") or applicant["name"],
        "capacity": "applicant",
        "id_number": applicant.get("id_number") or id_number(random),
    }
