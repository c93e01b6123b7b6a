"""A city in which cases run by commands alone: its people, the procedure, who fills in what.

`city.now` is the present; it moves only when a test moves it, and nothing falls due by itself:
`city.tick()` is the scheduler.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import sqlalchemy as sa

from engine.bpmn.versions import content_hash
from engine.commands import filing, materials, withdrawal, work
from engine.commands.bundle import Sources, assemble, canonical_files
from engine.config import CHECKOUT
from engine.demo.answers import application as invented_application
from engine.domain.actor import ANY, Actor
from engine.domain.calendar import SHANGHAI, shanghai_day
from engine.procedure_files import read_beside, read_paths
from engine.resources import Resources
from engine.scheduler import run_due
from engine.store import definitions, files
from engine.store.dossier import latest_supplement
from engine.store.dossier import materials as dossier
from engine.store.people import actor_of
from engine.store.tables import (
    Account,
    Case,
    CaseClock,
    Deadline,
    JournalEntry,
    Light,
    Notice,
    Seat,
    Supplement,
    WorkItem,
)
from engine.transaction import reading, writing

PLANNING = "11419900004172977Q4410115012000"  # no site check; 8 committed, 20 statutory days
FOOD = "11419900004177049W4410131002000"  # site check; 6 committed, 10 statutory days
CITY, COUNTY = "419900", "419902"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
PROCEDURE = CHECKOUT / "processes" / "single-item"
IDENTITY = "11010519491231002X"  # the example of GB 11643


@cache
def single_item() -> dict[str, bytes]:
    """The files of the single-item procedure by canonical path, as its deployment finds them."""
    uploaded = canonical_files(read_paths([PROCEDURE]))
    beside = canonical_files(read_beside([PROCEDURE], CHECKOUT))
    return assemble("single-item", Sources((uploaded, beside)))


@dataclass
class City:
    """Everything a command needs. People are created when they are first asked for."""

    resources: Resources
    now: datetime
    _people: dict[tuple[str, ...], Actor] = field(default_factory=dict)

    def found(self) -> None:
        """Store the procedure, past the gate: deploying is not what most tests are about."""
        with writing() as session:
            contents = single_item()
            definitions.add_version(
                session, "single-item", "单体", contents, content_hash(contents), self.now, "test"
            )

    def applicant(self, which: str = "1") -> Actor:
        return self._person("applicant", "", "", which)

    def staff(
        self, post: str, department: str = "zrzyghj", county: str = CITY, which: str = "1"
    ) -> Actor:
        return self._person(post, department, county, which)

    def administrator(self) -> Actor:
        return self._person("administrator", ANY, ANY, "1")

    def _person(self, *who: str) -> Actor:
        if who not in self._people:
            post, department, county, _ = who
            with writing() as session:
                account = Account(
                    login="-".join(who), name="王某", password_hash="x", created_at=self.now
                )
                session.add(account)
                session.flush()
                seat = Seat(account_id=account.id, post=post, department=department, county=county)
                if department:
                    session.add(seat)
                    session.flush()
                self._people[who] = actor_of(session, account.id)
        return self._people[who]

    # ------------------------------------------------------------ time

    def wait(self, **parts: float) -> None:
        self.now += timedelta(**parts)

    def wait_working_days(self, days: int) -> None:
        """Move to ten o'clock of the working day so many days on."""
        day = self.resources.calendar.add_working_days(shanghai_day(self.now), days)
        self.now = datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)

    def tick(self) -> int:
        return run_due(self.resources, self.now)

    # ------------------------------------------------------------ cases

    def draft(self, item: str = PLANNING, *, channel: str = "online", **changes: Any) -> Walk:
        """Open an application, with everything that is asked for filled in."""
        entry = self.resources.items[item]
        data = invented_application(entry, Random(7)) | changes
        if channel == "counter":
            actor = self.staff("window_clerk", entry.department.code)
        else:
            actor = self.applicant()
        with writing() as session:
            case = filing.open_application(
                session,
                self.resources,
                actor=actor,
                item_code=item,
                county=CITY,
                channel=channel,
                data=data,
                now=self.now,
            )
        return Walk(self, case.number, actor)

    def file(
        self, item: str = PLANNING, *, leave_out: tuple[str, ...] = (), **options: Any
    ) -> Walk:
        """File an application with all required materials but those left out."""
        walk = self.draft(item, **options)
        for material in self.resources.items[item].materials:
            if material.required and material.code not in leave_out:
                walk.upload(material.code)
        walk.submit()
        return walk


@dataclass
class Walk:
    """One case on its way, and what the database says of it."""

    city: City
    number: str
    filer: Actor

    # ------------------------------------------------------------ what people do

    def submit(self, actor: Actor | None = None) -> None:
        with writing() as session:
            filing.submit(
                session,
                self.city.resources,
                actor=actor or self.filer,
                number=self.number,
                now=self.city.now,
            )

    def upload(
        self, code: str, content: bytes = PDF, name: str = "材料.pdf", actor: Actor | None = None
    ) -> int:
        stream = io.BytesIO(content)
        upload = materials.check_upload(name, stream)
        sha256, size = files.put(self.city.resources.files, stream, materials.MAX_BYTES)
        with writing() as session:
            row = materials.add_material(
                session,
                self.city.resources,
                actor=actor or self.filer,
                number=self.number,
                code=code,
                upload=upload,
                sha256=sha256,
                size=size,
                now=self.city.now,
            )
            return row.id

    def complete(
        self, element: str, *, actor: Actor | None = None, version: int | None = None, **data: Any
    ) -> None:
        """Complete the open step of this element, with the usual answers but for `data`."""
        item, answer = self.item(element), self.answer(element) | data
        actor = actor or self.worker(item)
        with writing() as session:
            work.complete(
                session,
                self.city.resources,
                actor=actor,
                work_item_id=item.id,
                version=item.version if version is None else version,
                data=answer,
                now=self.city.now,
            )

    def withdraw(
        self, *, reason: str = "计划有变", by_agent: bool = False, actor: Actor | None = None
    ) -> None:
        with writing() as session:
            withdrawal.withdraw(
                session,
                self.city.resources,
                actor=actor or self.filer,
                number=self.number,
                reason=reason,
                by_agent=by_agent,
                now=self.city.now,
            )

    def worker(self, item: WorkItem) -> Actor:
        if item.post == "applicant":
            return self.filer
        return self.city.staff(item.post, item.department, item.county)

    def go(self, *elements: str) -> Walk:
        """Complete these steps in turn with the usual answers."""
        for element in elements:
            self.complete(element)
        return self

    def accepted(self) -> Walk:
        return self.go("check")

    def approved(self) -> Walk:
        return self.go("check", "review", "decide")

    # ------------------------------------------------------------ what the database says

    def case(self) -> Case:
        with reading() as session:
            query = sa.select(Case).where(Case.number == self.number)
            return session.scalars(query.options(sa.orm.undefer(Case.state))).one()

    @property
    def status(self) -> str:
        return self.case().status

    def rows(self, model: type, *conditions: Any) -> list[Any]:
        with reading() as session:
            query = sa.select(model).join(Case, Case.id == model.case_id)
            query = query.where(Case.number == self.number, *conditions).order_by(model.id)
            return list(session.scalars(query))

    def open(self) -> list[WorkItem]:
        return self.rows(WorkItem, WorkItem.status == "open")

    def item(self, element: str) -> WorkItem:
        """The open work item of an element; the last one where none is open (any more)."""
        items = self.rows(WorkItem, WorkItem.element == element)
        return next((item for item in items if item.status == "open"), items[-1])

    def at(self) -> list[str]:
        """The elements at which the case waits for somebody."""
        return [item.element for item in self.open()]

    def lights(self) -> list[Light]:
        return self.rows(Light)

    def notices(self) -> list[str]:
        return [notice.template for notice in self.rows(Notice)]

    def clocks(self) -> dict[str, CaseClock]:
        return {clock.name: clock for clock in self.rows(CaseClock)}

    def deadlines(self) -> dict[str, datetime]:
        return {row.element: row.due_at for row in self.rows(Deadline)}

    def supplements(self) -> list[Supplement]:
        return self.rows(Supplement)

    def events(self) -> list[str]:
        return [entry.event for entry in self.rows(JournalEntry)]

    def snapshot(self) -> Mapping[str, Any]:
        """Everything of the case that a refused command must leave as it was."""
        case = self.case()
        models = (WorkItem, Light, Notice, CaseClock, Deadline, Supplement, JournalEntry)
        return {
            "case": (case.status, case.state, case.version, case.journal_head),
            **{m.__tablename__: [_values(row) for row in self.rows(m)] for m in models},
        }

    # ------------------------------------------------------------ what people fill in

    def answer(self, element: str) -> dict[str, Any]:
        today = shanghai_day(self.city.now).isoformat()
        with reading() as session:
            case = session.scalars(sa.select(Case).where(Case.number == self.number)).one()
            held = {m.code for m in dossier(session, case, submitted_only=True)}
            supplement = latest_supplement(session, case)
            item = case.item
        if element == "supplement":
            unmet = dict.fromkeys(d["material"] for d in supplement.defects)
            return {"answers": [{"material": code, "note": "已补齐"} for code in unmet]}
        paper = [m for m in item["materials"] if m["code"] in held and m["form"] != "electronic"]
        handed_over = {
            "recipient": {"name": "张三", "capacity": "applicant", "id_number": IDENTITY},
            "method": "in_person",
            "place": "政务服务大厅",
            "signature": "张三",
            "signed_on": today,
        }
        answers: dict[str, dict[str, Any]] = {
            "check": {"outcome": "complete"},
            "recheck": {"outcome": "complete"},
            "site_check": {
                "officials": ["王一", "赵二"],
                "date": today,
                "place": "经营场所",
                "findings": "与图纸一致",
                "conclusion": "pass",
            },
            "review": {"opinion": "approve", "facts": "材料真实", "reasons": "符合条件"},
            "decide": {"outcome": "approve", "licence": {"valid_from": today}},
            "deliver": {
                "comparison": [{"material": m["code"], "same": True} for m in paper],
                **handed_over,
            },
            "deliver_refusal": {"remedies_told": True, **handed_over},
            "investigate": {"finding": "clerical", "explanation": "扫描有误", "corrected": True},
        }
        return answers.get(element, {})


REFUSAL = {
    "outcome": "refuse",
    "facts": "面积不足",
    "reasons": "不符合法定条件",
    "basis": "《城乡规划法》第四十条",
}


def defect(material: str, kind: str = "content", text: str = "未盖章") -> dict[str, str]:
    """A row of the clerk's list."""
    return {
        "material": material,
        "kind": kind,
        "defect": text,
        "requirement": "盖章后重新提交",
        "basis": "《城乡规划法》第四十条",
    }


def _values(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, column.key) for column in row.__table__.columns)


def mandate(city: City, **changes: Any) -> dict[str, Any]:
    """An agent's mandate in force (L29)."""
    today = shanghai_day(city.now)
    return {
        "name": "赵某",
        "id_number": IDENTITY,
        "phone": "13800000000",
        "scope": "代为申请和撤回",
        "may_withdraw": True,
        "may_promise": False,
        "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=10)).isoformat(),
        **changes,
    }
