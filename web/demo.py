"""The demonstration's clock: where it stands, moving it forward, what happened meanwhile."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import abort, g, request

from api.context import config, now, resources
from engine.domain.calendar import SHANGHAI
from engine.domain.duration import parse_duration
from engine.errors import LianbanError
from engine.present import move_clock
from engine.queries.happened import happened_since, last_entry
from engine.transaction import reading
from web.blueprint import pages
from web.render import page
from web.session import signed_in

STEPS = {"day": "P1D", "week": "P7D", "month": "P1M"}
MORNING = time(9)


@pages.route("/demo", methods=["GET", "POST"])
def demo() -> str | tuple[str, int]:
    """Move the clock of a demonstration; elsewhere there is no such page."""
    if not config().demo:
        abort(404)
    if request.method == "GET":
        return page("demo.html", happened=None, refused=None)
    signed_in()  # as the API: whoever moves the clock for all has an account
    before = now()
    with reading() as session:
        entry = last_entry(session)
    try:
        g.now = move_clock(resources(), config(), _target(before))
    except LianbanError as refused:
        return page("demo.html", happened=None, refused=refused), refused.status
    with reading() as session:
        happened = happened_since(session, entry)
    return page("demo.html", happened=happened, refused=None, before=before)


def _target(present: datetime) -> datetime:
    """Return where to: a step further at this time of day, or the morning of a day."""
    here = present.astimezone(SHANGHAI)
    if step := STEPS.get(request.form.get("by", "")):
        return datetime.combine(parse_duration(step).corresponding_day(here.date()), here.timetz())
    try:
        day = date.fromisoformat(request.form.get("to", ""))
    except ValueError:
        raise LianbanError("请选择一个日期。", "Choose a date.", code="no-date") from None
    morning = datetime.combine(day, MORNING, SHANGHAI)
    same_day = here.date() == day and morning < here
    return here + timedelta(seconds=1) if same_day else morning
