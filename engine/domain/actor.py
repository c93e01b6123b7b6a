"""Who acts, and what he may work on: post + department + county, or his own applications."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import Forbidden

ANY = "*"  # a seat at the centre or of an administrator spans departments or counties
APPLICANT = "applicant"
WINDOW_CLERK = "window_clerk"
DEPARTMENT_LEADER = "department_leader"
ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Seat:
    """A post in a department of a county."""

    post: str
    department: str
    county: str

    def covers(self, department: str, county: str) -> bool:
        return self.department in (ANY, department) and self.county in (ANY, county)


@dataclass(frozen=True)
class Actor:
    """Whoever stands behind a request. `name` is what the journal writes, such as account:7."""

    name: str
    account_id: int | None = None
    display: str = ""
    seats: tuple[Seat, ...] = ()

    @property
    def is_staff(self) -> bool:
        return bool(self.seats)

    def holds(self, post: str, department: str, county: str) -> bool:
        """Tell whether he has a seat of this post that covers the department and county."""
        return any(s.post == post and s.covers(department, county) for s in self.seats)

    def has_post(self, post: str) -> bool:
        return any(seat.post == post for seat in self.seats)

    def sees(self, department: str, county: str) -> bool:
        """Tell whether a case of this department and county is his to read (C24b)."""
        return any(seat.covers(department, county) for seat in self.seats)


SCHEDULER = Actor("system:scheduler", display="系统")
OPERATOR = Actor("system:operator", display="系统管理员")  # whoever has a shell on the machine


@dataclass(frozen=True)
class Place:
    """Where a piece of work belongs: its post, department and county, and its applicant."""

    post: str
    department: str
    county: str
    applicant_id: int | None


def may_work(actor: Actor, place: Place) -> bool:
    """Tell whether the actor may complete a user task at this place.

    An applicant's step is his own; at the counter the window's clerk does it for him (P10a).
    """
    if place.post == APPLICANT:
        own = actor.account_id is not None and actor.account_id == place.applicant_id
        return own or actor.holds(WINDOW_CLERK, place.department, place.county)
    return actor.holds(place.post, place.department, place.county)


def may_reassign(actor: Actor, place: Place) -> bool:
    """Tell whether the actor may give a user task to somebody else: the department's leader."""
    return actor.holds(DEPARTMENT_LEADER, place.department, place.county)


def may_administer(actor: Actor) -> bool:
    """Tell whether the actor may repair cases and messages: administrators, and the operator."""
    return actor == OPERATOR or actor.has_post(ADMINISTRATOR)


def require_administrator(actor: Actor) -> None:
    """Raise `Forbidden` for everybody but administrators and the operator of the machine."""
    if not may_administer(actor):
        raise Forbidden(
            "只有系统管理员可以修复办件和消息。",
            "Only an administrator may repair cases and messages.",
        )


def may_read(actor: Actor, department: str, county: str, applicant_id: int | None) -> bool:
    """Tell whether the actor may read a case: its applicant, or staff of its place."""
    own = actor.account_id is not None and actor.account_id == applicant_id
    return own or actor.sees(department, county)
