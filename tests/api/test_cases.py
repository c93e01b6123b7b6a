"""Filing, the case file, the list, and who sees which case."""

from __future__ import annotations

from engine.scheduler import run_due
from tests.api.city import CITY, FOOD, City, application, ok, refused

PERSON = application()["applicant"]


def test_a_draft_says_what_is_missing_and_what_comes_next(city: City) -> None:
    applicant = city.as_("applicant")
    response = applicant.post("/cases", json={"item": FOOD, "application": application()})
    case = ok(response, 201)
    assert response.headers["Location"] == f"/api/v1/cases/{case['number']}"
    assert case["status"] == {"code": "draft", "label": "草稿"}
    assert case["county"]["code"] == CITY  # the city's own where none is given
    assert "营业执照" in case["next"] and "请上传" in case["next"]
    for material in case["materials"]:
        if material["required"]:
            ok(applicant.upload(case["number"], material["code"]), 201)
    file = ok(city.as_("applicant", "en").get(f"/cases/{case['number']}"))
    assert file["next"] == "All materials are there: submit the application."


def test_a_faulty_application_is_refused_field_by_field_and_nothing_is_stored(city: City) -> None:
    applicant = city.as_("applicant")
    faulty = application(
        applicant=PERSON | {"id_number": "110101199003070039", "phone": "1"}, declaration=False
    )
    problem = refused(applicant.post("/cases", json={"item": FOOD, "application": faulty}), 422)
    assert [field["path"] for field in problem["fields"]] == [
        "/applicant/id_number",
        "/applicant/phone",
        "/declaration",
    ]
    assert ok(applicant.get("/cases"))["rows"] == []


def test_an_unknown_item_or_county_is_not_found(city: City) -> None:
    applicant, body = city.as_("applicant"), {"application": application()}
    refused(applicant.post("/cases", json=body | {"item": "nothing"}), 404)
    refused(applicant.post("/cases", json=body | {"item": FOOD, "county": "999999"}), 404)


def test_the_counter_files_for_an_applicant_without_an_account(city: City) -> None:
    clerk = city.as_("clerk")
    number = clerk.file_case(channel="counter")
    file = ok(clerk.get(f"/cases/{number}"))
    assert file["channel"]["code"] == "counter" and file["applicant"] == "张*丰"
    refused(city.as_("applicant").get(f"/cases/{number}"), 404)
    body = {"item": FOOD, "channel": "counter", "application": application()}
    refused(city.as_("applicant").post("/cases", json=body), 403, "forbidden")
    refused(city.as_("other_department").post("/cases", json=body), 403)


def test_a_case_is_submitted_once(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.file_case()
    problem = refused(applicant.post(f"/cases/{number}/submission"), 409)
    assert problem["facts"] == {"status": "received"}


def test_to_everybody_else_the_case_does_not_exist(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.file_case()
    missing = refused(city.as_("stranger").get("/cases/419900-20261123-9999-0"), 404)
    for login in ("stranger", "elsewhere", "other_department"):
        other = city.as_(login)
        for path in ("", "/materials", "/clock", "/timeline", "/notices", "/materials/1"):
            assert refused(other.get(f"/cases/{number}{path}"), 404) == missing
        assert refused(other.post(f"/cases/{number}/submission"), 404) == missing
        assert refused(other.upload(number, "layout"), 404) == missing
        assert refused(other.delete(f"/cases/{number}/materials/1"), 404) == missing
        withdrawal = other.post(f"/cases/{number}/withdrawal", json={"reason": "x"})
        assert refused(withdrawal, 404) == missing
        supplement = other.post(f"/cases/{number}/supplement", json={"version": 1})
        assert refused(supplement, 404) == missing
        assert ok(other.get("/cases"))["rows"] == []


def test_a_draft_is_its_applicants_alone_and_at_the_counter_the_windows(city: City) -> None:
    number = city.as_("applicant").open_case()["number"]
    for login in ("clerk", "handler", "supervisor", "stranger"):
        refused(city.as_(login).get(f"/cases/{number}"), 404)
        refused(city.as_(login).post(f"/cases/{number}/submission"), 404)
    at_counter = city.as_("clerk").open_case(channel="counter")["number"]
    assert ok(city.as_("clerk2").get(f"/cases/{at_counter}"))["status"]["code"] == "draft"
    refused(city.as_("applicant").get(f"/cases/{at_counter}"), 404)


def test_each_reader_sees_his_part_of_the_case_file(city: City) -> None:
    number = city.as_("applicant").file_case()
    own = ok(city.as_("applicant").get(f"/cases/{number}"))
    assert own["application"]["applicant"] == PERSON
    assert own["tasks"] == [] and own["light"] is None and own["query_code"]
    staff = ok(city.as_("handler").get(f"/cases/{number}"))
    assert staff["application"]["applicant"] == PERSON
    assert [task["name"] for task in staff["tasks"]] == ["材料齐全性审查"]
    assert staff["light"] == {"colour": "green", "label": "绿灯", "shape": "●"}
    watching = ok(city.as_("supervisor").get(f"/cases/{number}"))
    assert watching["application"]["applicant"] == {
        "type": "person",
        "name": "张*丰",
        "id_number": "110*************38",
        "phone": "138****5678",
        "address": "澜" + "*" * 9 + "号",
    }
    assert watching["application"]["details"]["safety_manager"] == "李*光"
    assert watching["application"]["details"]["floor_area"] == 88.5
    assert watching["query_code"] is None


def test_files_and_documents_are_closed_to_those_who_only_watch(city: City) -> None:
    number = city.as_("applicant").file_case()
    file = ok(city.as_("applicant").get(f"/cases/{number}"))
    material, notice = file["materials"][0]["files"][0]["id"], file["notices"][0]["id"]
    paths = (
        f"/cases/{number}/materials/{material}",
        f"/notices/{notice}",
        f"/notices/{notice}/pdf",
    )
    for path in paths:
        refused(city.as_("supervisor").get(path), 403)
        assert city.as_("handler").get(path).status_code == 200
        assert city.as_("applicant").get(path).status_code == 200


def test_cases_are_listed_filtered_and_paged(city: City) -> None:
    applicant, clerk = city.as_("applicant"), city.as_("clerk")
    company = {
        "type": "organisation",
        "name": "澜川市好味_餐饮有限公司",
        "credit_code": "91410902MA9ABCDE2W",
        "legal_representative": "王五",
        "phone": "13912345678",
        "address": "文汇路2号",
    }
    first = applicant.file_case()
    second = applicant.file_case()
    third = city.as_("stranger").file_case(application=application(applicant=company))
    draft = applicant.open_case()["number"]

    def numbers(query: str, login: str = "clerk") -> list[str]:
        return [row["number"] for row in ok(city.as_(login).get(f"/cases?{query}"))["rows"]]

    assert numbers("") == [third, second, first]  # a draft is its applicant's alone
    assert numbers("", "applicant") == [draft, second, first]
    assert numbers("status=draft") == [] and numbers("status=draft", "applicant") == [draft]
    assert numbers("status=received") == [third, second, first]
    assert numbers("item=nothing") == [] and len(numbers(f"item={FOOD}")) == 3
    assert len(numbers("department=scjgj&county=419900")) == 3
    assert numbers("county=419902") == []
    assert numbers(f"q={third}") == [third]
    assert numbers("q=好味_") == [third] and numbers("q=%25") == [] and numbers("q=_____") == []
    assert numbers(f"q={company['credit_code'].lower()}") == [third]
    assert numbers(f"q={PERSON['id_number']}") == [second, first]
    assert numbers("q=张三丰") == [second, first]
    assert numbers(f"q={PERSON['id_number'][:-1]}") == []
    page = ok(clerk.get("/cases?limit=2"))
    rest = ok(clerk.get(f"/cases?limit=2&cursor={page['next']}"))
    assert [row["number"] for row in page["rows"] + rest["rows"]] == [third, second, first]
    assert rest["next"] is None


def test_cases_are_filtered_by_the_gravest_of_their_lights(city: City) -> None:
    late, clerk = city.as_("applicant").file_case(), city.as_("clerk")
    city.clock.advance(days=8)
    fresh = city.as_("applicant").file_case()
    with city.app.app_context():
        run_due(city.app.extensions["lianban"].resources, city.clock.now)
    by_colour = {
        colour: [row["number"] for row in ok(clerk.get(f"/cases?colour={colour}"))["rows"]]
        for colour in ("green", "yellow", "red")
    }
    assert late not in by_colour["green"] and fresh in by_colour["green"]
    lit = next(colour for colour in ("yellow", "red") if late in by_colour[colour])
    (row,) = [row for row in ok(clerk.get("/cases"))["rows"] if row["number"] == late]
    assert row["light"]["colour"] == lit
    lights = ok(clerk.get(f"/cases/{late}"))["lights"]
    assert lights and lights[-1]["due_at"] <= city.clock.now.isoformat()
    assert ok(city.as_("applicant").get(f"/cases/{late}"))["lights"] == []


def test_a_withdrawal_needs_a_reason_and_comes_before_the_decision(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.file_case()
    path = f"/cases/{number}/withdrawal"
    problem = refused(applicant.post(path, json={"reason": "   "}), 422)
    assert problem["fields"][0]["path"] == "/reason"
    refused(applicant.post(path, json={"reason": "x", "by": "agent"}), 403)
    ok(applicant.post(path, json={"reason": "不办了"}))
    refused(applicant.post(path, json={"reason": "再撤一次"}), 409)


def test_a_supplement_is_refused_while_none_is_asked_for(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.file_case()
    body = {"version": 1, "data": {"answers": []}}
    refused(applicant.post(f"/cases/{number}/supplement", json=body), 409)
