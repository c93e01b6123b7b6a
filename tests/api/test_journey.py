"""Cases from filing to their ends, over HTTP."""

from __future__ import annotations

from tests.api.city import FOOD, City, ok


def accept(city: City, number: str) -> None:
    city.as_("clerk").complete(number, outcome="complete")


def review(city: City, number: str, opinion: str = "approve") -> None:
    city.as_("handler").complete(
        number,
        officials=["王一", "赵二"],
        place="经营场所",
        findings="与申请一致",
        conclusion="pass",
    )
    city.as_("handler").complete(
        number, opinion=opinion, facts="材料真实", reasons="符合条件", basis="第三十五条"
    )


def deliver(city: City, number: str) -> None:
    task = city.as_("clerk").task(number)
    comparison = [row | {"same": True} for row in task["form"]["prefill"]["comparison"]]
    city.as_("clerk").complete(
        number, comparison=comparison, method="in_person", place="窗口", signature="张三丰"
    )


def test_an_approved_case_goes_from_filing_to_the_signed_receipt(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.file_case()
    accept(city, number)
    review(city, number)
    city.as_("leader").complete(number, outcome="approve")
    deliver(city, number)
    file = ok(applicant.get(f"/cases/{number}"))
    assert file["status"]["code"] == "delivered"
    assert file["item"]["code"] == FOOD
    assert [notice["template"] for notice in file["notices"]] == [
        "receipt",
        "acceptance",
        "approval",
        "delivery-receipt",
    ]
    for notice in file["notices"]:
        pdf = applicant.get(f"/notices/{notice['id']}/pdf")
        assert pdf.data.startswith(b"%PDF-")


def test_an_incomplete_case_gets_one_notice_is_supplemented_and_accepted(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.file_case(leave_out=("rules", "equipment"))
    city.as_("clerk").complete(
        number,
        outcome="incomplete",
        defects=[
            {
                "material": "layout",
                "kind": "content",
                "defect": "未注明面积",
                "requirement": "注明面积",
                "basis": "第十三条",
            }
        ],
    )
    file = ok(applicant.get(f"/cases/{number}"))
    (asked,) = file["supplements"]
    assert {defect["material"] for defect in asked["defects"]} == {"layout", "rules", "equipment"}
    for material in ("layout", "rules", "equipment"):
        ok(applicant.upload(number, material), 201)
    (task,) = file["tasks"]
    answers = [{"material": material} for material in ("layout", "rules", "equipment")]
    body = {"version": task["version"], "data": {"answers": answers}}
    file = ok(applicant.post(f"/cases/{number}/supplement", json=body))
    assert file["supplements"][0]["status"] == "answered"
    city.as_("clerk").complete(number, outcome="complete")
    assert ok(applicant.get(f"/cases/{number}"))["status"]["code"] == "accepted"


def test_a_refused_case_ends_with_its_refusal_delivered(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.file_case()
    accept(city, number)
    review(city, number, "refuse")
    city.as_("leader").complete(
        number, outcome="refuse", facts="面积不符", reasons="不符合条件", basis="第三十五条"
    )
    file = ok(applicant.get(f"/cases/{number}"))
    assert file["status"]["code"] == "refused"
    assert file["notices"][-1]["template"] == "refusal"
    facts = ok(applicant.get(f"/notices/{file['notices'][-1]['id']}"))["facts"]
    assert facts["remedies"]["review_days"] == 60
    city.as_("clerk").complete(
        number, method="in_person", place="窗口", signature="张三丰", remedies_told=True
    )
    file = ok(applicant.get(f"/cases/{number}"))
    assert file["closed_at"] is not None and file["tasks"] == []


def test_a_withdrawn_case_is_returned_with_its_reason(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.file_case()
    accept(city, number)
    body = {"reason": "经营计划有变", "by": "applicant"}
    file = ok(applicant.post(f"/cases/{number}/withdrawal", json=body))
    assert file["status"]["code"] == "withdrawn"
    assert file["notices"][-1]["template"] == "return"
