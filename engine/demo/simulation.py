"""Letting the demonstration happen: one moved clock, events in the order of time, real commands.

No row is written by hand: every case goes through the procedure, and before each event all that
fell due is fired, as the scheduler would have done.
"""

from __future__ import annotations

import heapq
import io
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any

import sqlalchemy as sa

from engine.commands import filing, materials, withdrawal, work
from engine.demo.answers import answer, application
from engine.demo.known import known_of
from engine.demo.people import Person
from engine.demo.stories import Story, draw
from engine.domain.actor import APPLICANT
from engine.domain.calendar import SHANGHAI, shanghai_day
from engine.domain.case import BEFORE_DECISION
from engine.resources import Resources
from engine.scheduler import run_due
from engine.store import files
from engine.store.tables import Case, WorkItem
from engine.transaction import reading, writing

HISTORY = 75  # working days that the demonstration looks back
RECENT = 12  # working days from which three times as many cases come
WITHDRAW_AFTER = 2  # working days
USUAL = 1  # working days that a step takes
SAMPLES = {
    "pdf": b"%PDF-1.4\n% A sample of the demonstration, not a real document.\n",
    "dwg": b"AC1032 sample of the demonstration\n",
}


@dataclass
class Simulation:
    """The state of the moved clock: who is there, what happens next."""

    resources: Resources
    people: list[Person]
    random: Random
    end: datetime
    queue: list[tuple[datetime, int, str, Story]] = field(default_factory=list)
    order: Any = field(default_factory=count)

    def run(self, cases: int) -> None:
        """Let `cases` cases be filed and handled until the end of the time."""
        for at in self._filing_times(cases):
            self._push(at, "", draw(self.random))
        while self.queue and self.queue[0][0] <= self.end:
            at, _, number, story = heapq.heappop(self.queue)
            run_due(self.resources, at)
            self._happen(at, number, story)
        run_due(self.resources, self.end)

    # ------------------------------------------------------------ time

    def _filing_times(self, cases: int) -> list[datetime]:
        calendar, last = self.resources.calendar, shanghai_day(self.end)
        days = [last - timedelta(days=n) for n in range(HISTORY * 2)]
        open_days = [day for day in days if calendar.is_working(day)][:HISTORY]
        # More of the recent days, so that cases stand in every state at the end.
        weights = [3 if n < RECENT else 1 for n in range(len(open_days))]
        drawn = self.random.choices(open_days, weights, k=cases)
        times = [self._moment(day) for day in drawn]
        return sorted(at for at in times if at < self.end)

    def _moment(self, day: date) -> datetime:
        hour, minute = self.random.choice([9, 10, 11, 14, 15, 16]), self.random.randint(0, 59)
        return datetime.combine(day, time(hour, minute), SHANGHAI)

    def _later(self, at: datetime, days: int) -> datetime:
        if days == 0:
            return at + timedelta(minutes=self.random.randint(20, 90))
        return self._moment(self.resources.calendar.add_working_days(shanghai_day(at), days))

    def _push(self, at: datetime, number: str, story: Story) -> None:
        heapq.heappush(self.queue, (at, next(self.order), number, story))

    # ------------------------------------------------------------ events

    def _happen(self, at: datetime, number: str, story: Story) -> None:
        if not number:
            number = self._file(at, story)
            if story.withdrawn:
                self._push(self._later(at, WITHDRAW_AFTER), number, story)
        elif story.withdrawn and self._withdraw(at, number):
            return
        else:
            self._work(at, number, story)
        self._plan_next(at, number, story)

    def _plan_next(self, at: datetime, number: str, story: Story) -> None:
        """Plan the next step of the case, unless somebody lets it lie."""
        item = self._open_item(number)
        if item is None or (story.silent and item.element == "check"):
            return
        if story.abandoned and item.element == "supplement":
            return
        usual = self.random.choice([0, USUAL, USUAL])
        self._push(self._later(at, story.patience.get(item.element, usual)), number, story)

    def _file(self, at: datetime, story: Story) -> str:
        item = self.random.choice(list(self.resources.items.values()))
        applicant = self.random.choice([p for p in self.people if p.post == "applicant"])
        counties = {p.county for p in self.people if p.department == item.department.code}
        county = self.random.choices(
            sorted(counties), weights=[4 if c.endswith("00") else 1 for c in sorted(counties)]
        )[0]
        counter = self.random.random() < 0.25
        clerk = self._person("window_clerk", item.department.code, county)
        actor = (clerk if counter else applicant).actor()
        with writing() as session:
            case = filing.open_application(
                session,
                self.resources,
                actor=actor,
                item_code=item.code,
                county=county,
                channel="counter" if counter else "online",
                data=application(item, self.random),
                now=at,
            )
        held_back = sum(m.required for m in item.materials) // 3 if story.incomplete else 0
        wanted = [m.code for m in item.materials if m.required]
        self._upload(case.number, wanted[: len(wanted) - held_back], actor, at)
        if not story.draft:
            with writing() as session:
                filing.submit(session, self.resources, actor=actor, number=case.number, now=at)
        return case.number

    def _upload(self, number: str, codes: list[str], actor: Any, at: datetime) -> None:
        for code in codes:
            with reading() as session:
                case = session.scalars(sa.select(Case).where(Case.number == number)).one()
                accepts = next(m for m in case.item["materials"] if m["code"] == code)["accepts"]
                name = next(m for m in case.item["materials"] if m["code"] == code)["name"]
            ending = "pdf" if "pdf" in accepts else accepts[0]
            stream = io.BytesIO(SAMPLES[ending] + f"{number} {name}\n".encode())
            upload = materials.check_upload(f"{name}.{ending}".replace("/", ""), stream)
            sha256, size = files.put(self.resources.files, stream, materials.MAX_BYTES)
            with writing() as session:
                materials.add_material(
                    session,
                    self.resources,
                    actor=actor,
                    number=number,
                    code=code,
                    upload=upload,
                    sha256=sha256,
                    size=size,
                    now=at,
                )

    def _withdraw(self, at: datetime, number: str) -> bool:
        with reading() as session:
            case = session.scalars(sa.select(Case).where(Case.number == number)).one()
        if case.status not in BEFORE_DECISION:
            return False
        with writing() as session:
            withdrawal.withdraw(
                session,
                self.resources,
                actor=self._applicant_or_clerk(case),
                number=number,
                reason="经营计划有变，暂不办理。",
                by_agent=False,
                now=at,
            )
        return True

    def _work(self, at: datetime, number: str, story: Story) -> None:
        item = self._open_item(number)
        if item is None:
            return
        with reading() as session:
            case = session.get_one(Case, item.case_id)
            context = known_of(session, self.resources, case, self.random)
        if item.post == APPLICANT:
            actor = self._applicant_or_clerk(case)
        else:
            actor = self._person(item.post, item.department, item.county).actor()
        if item.element == "supplement":
            self._upload(number, context["unmet"], actor, at)
        data = answer(item.element, story, context, self.random, at)
        with writing() as session:
            work.complete(
                session,
                self.resources,
                actor=actor,
                work_item_id=item.id,
                version=item.version,
                data=data,
                now=at,
            )

    # ------------------------------------------------------------ who and what

    def _open_item(self, number: str) -> WorkItem | None:
        query = (
            sa.select(WorkItem)
            .join(Case, Case.id == WorkItem.case_id)
            .where(Case.number == number, WorkItem.status == "open")
        )
        with reading() as session:
            return session.scalars(query).first()

    def _person(self, post: str, department: str, county: str) -> Person:
        return self.random.choice(
            [
                p
                for p in self.people
                if (p.post, p.department, p.county) == (post, department, county)
            ]
        )

    def _applicant_or_clerk(self, case: Case) -> Any:
        if case.applicant_id is None:
            return self._person("window_clerk", case.department, case.county).actor()
        return next(p for p in self.people if p.account_id == case.applicant_id).actor()
