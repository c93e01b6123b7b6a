"""Timers: what each one waits for, the order in which they fire, and the time they carry."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.domain.calendar import SHANGHAI, Calendar, day_end, shanghai_day
from engine.domain.clock import Clock
from engine.errors import ExpressionError
from tests.bpmn.diagrams import (
    boundary,
    chain,
    end,
    node,
    ours,
    process,
    service,
    start,
    timer,
    user,
)
from tests.bpmn.diagrams import diagram as bpmn_file
from tests.bpmn.instances import (
    MONDAY,
    World,
    complete,
    fire,
    interrupting,
    light,
    version,
    waiting,
)


@pytest.fixture
def world(calendar: Calendar) -> World:
    return World(calendar)


def step(*attached: str, limit: str = "5") -> tuple[str, ...]:
    """One step with lights and interruptions, all of whose paths end at once."""
    keys = [text.split('id="', 1)[1].split('"', 1)[0] for text in attached]
    paths = [chain(key, f"raise_{key}", "end") for key in keys]
    return (
        start(),
        user("a", ours(f'<l:limit days="{limit}"/>')),
        *attached,
        *(service(f"raise_{key}") for key in keys),
        user("b"),
        end(),
        chain("start", "a", "b", "end"),
        *paths,
    )


def last_day(day: str) -> datetime:
    return day_end(date.fromisoformat(day))


# ---------------------------------------------------------------- the order


def test_yellow_before_red_before_the_interruption_each_at_its_own_time(world: World) -> None:
    of = version(
        *step(
            interrupting("deemed", "a", timer("working_days(limit + 1)")),
            light("red", "a", "working_days(limit)", "red"),
            light("yellow", "a", "working_days(limit - 1)", "yellow"),
        )
    )
    instance = world.reload(world.start(of))
    fired = fire(instance, MONDAY + timedelta(days=30))
    assert fired == [
        ("yellow", last_day("2026-11-27")),
        ("red", last_day("2026-11-30")),
        ("deemed", last_day("2026-12-01")),
    ]
    assert waiting(instance) == [] and instance.finished
    assert world.situation.now == MONDAY  # given back


def test_at_the_same_moment_yellow_comes_first_and_what_interrupts_last(world: World) -> None:
    """The names would sort the other way round."""
    of = version(
        *step(
            interrupting("a_deemed", "a", timer("working_days(5)")),
            light("b_red", "a", "working_days(5)", "red"),
            light("c_yellow", "a", "working_days(5)", "yellow"),
        )
    )
    fired = fire(world.start(of), MONDAY + timedelta(days=30))
    assert [element for element, _ in fired] == ["c_yellow", "b_red", "a_deemed"]


def test_a_light_tells_its_operation_when_it_was_due_and_for_which_step(world: World) -> None:
    of = version(*step(light("red", "a", "working_days(limit)", "red")))
    instance = world.start(of)
    (task,) = instance.open_tasks()
    fire(instance, MONDAY + timedelta(days=60))
    ((_, call),) = world.calls
    trigger = call.trigger
    assert (trigger.element, trigger.clock, trigger.attached) == ("red", "step", "a")
    assert (trigger.attached_task, trigger.step) == (task.task, True)
    assert trigger.due_at == last_day("2026-11-30")
    assert (trigger.light.colour, trigger.light.severity) == ("red", None)
    assert waiting(instance) == ["a"]  # the step goes on


def test_nothing_fires_before_it_is_due_nor_twice(world: World) -> None:
    instance = world.start(version(*step(light("red", "a", "working_days(5)", "red"))))
    due = last_day("2026-11-30")
    assert fire(instance, due - timedelta(microseconds=1)) == []
    assert fire(instance, due) == [("red", due)]
    instance = world.reload(instance)
    assert fire(instance, due + timedelta(days=99)) == [] and instance.waiting_timers() == []


def test_completing_a_step_puts_out_its_timers(world: World) -> None:
    instance = world.reload(world.start(version(*step(light("red", "a", "P7D", "red")))))
    complete(instance, "a")
    assert instance.waiting_timers() == []
    assert fire(world.reload(instance), MONDAY + timedelta(days=99)) == []


def test_what_fires_opens_steps_at_its_own_time(world: World) -> None:
    """The month ends while nobody looks: what follows is counted from its end, not from today."""
    parts = (
        start(),
        user("a"),
        interrupting("month_over", "a", timer("P1M")),
        user("b", ours('<l:limit days="2"/>')),
        light("late", "b", "working_days(2)", "red"),
        service("s"),
        end(),
        chain("start", "a", "end"),
        chain("month_over", "b", "end"),
        chain("late", "s", "end"),
    )
    instance = world.start(version(*parts))
    assert fire(instance, MONDAY + timedelta(days=90)) == [
        ("month_over", last_day("2026-12-23")),
        ("late", last_day("2026-12-28")),  # 24 December begins the limit and is not counted
    ]


# ---------------------------------------------------------------- the clocks of the case


def test_a_timer_of_a_clock_that_has_not_started_waits_for_it(world: World) -> None:
    """The whole of the case is under way before its acceptance starts the two clocks (P16)."""
    world.facts["committed_limit"] = 8
    of = version(
        *step(
            light("yellow", "a", "committed_days(committed_limit - 2)", "yellow"),
            light("breach", "a", "statutory_days(20)", "red"),
        )
    )
    instance = world.reload(world.start(of))
    assert instance.waiting_timers() == []
    world.at(MONDAY + timedelta(days=2))
    world.facts["committed_limit"] = 6  # the catalogue was changed meanwhile
    for name, budget in (("committed", 6), ("statutory", 20)):
        world.situation.clocks[name] = Clock(name, world.situation.now, budget)
    instance = world.reload(instance)
    assert {t.element: t.due.at for t in instance.waiting_timers()} == {
        "yellow": last_day("2026-12-01"),
        "breach": last_day("2026-12-23"),
    }


def test_a_clock_that_began_before_is_told_late_and_says_when_it_was_due(world: World) -> None:
    """Accepted by silence, as of the receipt: its lights were due before anybody could know."""
    of = version(*step(light("yellow", "a", "committed_days(3)", "yellow")))
    instance = world.start(of)
    late = MONDAY + timedelta(days=7)
    world.at(late)
    world.situation.clocks["committed"] = Clock("committed", MONDAY, 5)
    assert fire(instance, late) == [("yellow", late)]  # time does not go back
    ((now, call),) = world.calls
    assert (now, call.trigger.due_at) == (late, last_day("2026-11-26"))


def test_a_clock_that_was_stopped_in_time_raises_no_light_afterwards(world: World) -> None:
    of = version(*step(light("red", "a", "committed_days(5)", "red")))
    instance = world.start(of)
    due = last_day("2026-11-30")
    stopped = due - timedelta(seconds=1)
    world.situation.clocks["committed"] = Clock("committed", MONDAY, 5, stopped=stopped)
    assert instance.waiting_timers() == []
    world.situation.clocks["committed"] = Clock("committed", MONDAY, 5, stopped=due)
    assert [t.due.at for t in instance.waiting_timers()] == [due]


def test_a_threshold_of_null_means_no_light(world: World) -> None:
    of = version(*step(light("yellow", "a", "working_days(null)", "yellow")))
    assert world.reload(world.start(of)).waiting_timers() == []


@pytest.mark.parametrize("text", ["limit / 2", "0 - limit", '"5"', "limit == 5"])
def test_a_threshold_that_is_no_number_of_days_names_the_timer(world: World, text: str) -> None:
    of = version(*step(light("yellow", "a", f"working_days({text})", "yellow")))
    with pytest.raises(ExpressionError, match="yellow"):
        world.start(of)


# ---------------------------------------------------------------- calendar time


def due_of(world: World, text: str, start_: datetime, kind: str = "timeDuration") -> datetime:
    world.at(start_)
    parts = step(interrupting("over", "a", timer(text, kind)))
    (found,) = world.reload(world.start(version(*parts))).waiting_timers()
    return found.due.at


@pytest.mark.parametrize(
    ("year", "end_of_month"),
    [
        (2024, "2024-02-29"),  # a leap year; a Thursday
        (2025, "2025-02-28"),  # a Friday
        (2026, "2026-02-28"),  # a Saturday, but worked: it makes up for the Spring Festival
    ],
)
def test_a_month_from_31_january_ends_with_february(
    world: World, year: int, end_of_month: str
) -> None:
    """P18 in calendar time; the library would say 3 March of 31 January and a month."""
    day = datetime(year, 1, 31, 9, tzinfo=SHANGHAI)
    assert due_of(world, "P1M", day) == last_day(end_of_month)


def test_a_month_that_ends_on_a_rest_day_ends_with_the_next_working_day(world: World) -> None:
    """民法典 art. 203: 1 October 2026 begins the holidays, which last to 7 October."""
    day = datetime(2026, 9, 1, 9, tzinfo=SHANGHAI)
    assert due_of(world, "P1M", day) == last_day("2026-10-08")


def test_a_month_counts_from_the_day_in_shanghai(world: World) -> None:
    """17:00 UTC is the next day here."""
    day = datetime(2026, 3, 1, 17, tzinfo=UTC)
    assert shanghai_day(day) == date(2026, 3, 2)
    assert due_of(world, "P1M", day) == last_day("2026-04-02")


@pytest.mark.parametrize("text", ["P7D", '"P7D"', "'P7D'", " P7D\n"])
def test_a_duration_stands_with_or_without_quotes(world: World, text: str) -> None:
    assert due_of(world, text, MONDAY) == last_day("2026-11-30")


def test_a_duration_of_hours_is_exact(world: World) -> None:
    assert due_of(world, "PT36H", MONDAY) == MONDAY + timedelta(hours=36)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-12-31", datetime(2026, 12, 30, 16, tzinfo=UTC)),
        ("2026-12-31T17:00:00", datetime(2026, 12, 31, 9, tzinfo=UTC)),
        ("2026-12-31T17:00:00Z", datetime(2026, 12, 31, 17, tzinfo=UTC)),
    ],
)
def test_a_date_is_meant_in_shanghai_unless_it_says_otherwise(
    world: World, text: str, at: datetime
) -> None:
    assert due_of(world, text, MONDAY, "timeDate") == at


def test_a_date_may_come_from_the_data_and_stays_what_it_was(world: World) -> None:
    parts = step(interrupting("over", "a", timer("promised", "timeDate")))
    instance = world.start(version(*parts), promised="2026-12-31")
    complete_later = world.reload(instance)
    (found,) = complete_later.waiting_timers()
    assert (found.due.at, found.clock) == (datetime(2026, 12, 30, 16, tzinfo=UTC), "date")


def test_a_date_that_is_none_is_refused_when_the_step_begins(world: World) -> None:
    parts = step(interrupting("over", "a", timer("promised", "timeDate")))
    with pytest.raises(ExpressionError, match="2026-12-31"):
        world.start(version(*parts), promised="soon")


# ---------------------------------------------------------------- where timers stand


def test_a_timer_on_a_called_procedure_outlives_its_steps_and_ends_with_it(world: World) -> None:
    called = bpmn_file(
        process(start("s2"), user("x"), user("y"), end("e2"), chain("s2", "x", "y", "e2"), key="Q"),
        drawn=False,
    )
    parts = (
        start(),
        node("callActivity", "call", calledElement="Q"),
        light("red", "call", "working_days(5)", "red"),
        service("s"),
        user("z"),
        end(),
        chain("start", "call", "z", "end"),
        chain("red", "s", "end"),
    )
    instance = world.start(version(*parts, q=called))
    complete(instance, "x")
    instance = world.reload(instance)
    assert fire(instance, MONDAY + timedelta(days=30)) == [("red", last_day("2026-11-30"))]
    ((_, call),) = world.calls
    assert (call.trigger.attached, call.trigger.step) == ("call", False)
    complete(instance, "y")
    assert waiting(instance) == ["z"]


def test_an_interruption_ends_all_that_runs_inside(world: World) -> None:
    parts = (
        start(),
        node(
            "subProcess",
            "sub",
            start("s2"),
            user("x"),
            boundary("inner", "x", timer("P30D")),
            end("e2"),
            chain("s2", "x", "e2"),
            chain("inner", "e2"),
        ),
        interrupting("over", "sub", timer("P7D")),
        user("after"),
        end(),
        chain("start", "sub", "end"),
        chain("over", "after", "end"),
    )
    instance = world.reload(world.start(version(*parts)))
    assert [t.element for t in instance.waiting_timers()] == ["over", "inner"]
    fire(instance, last_day("2026-11-30"))
    instance = world.reload(instance)
    assert waiting(instance) == ["after"] and instance.waiting_timers() == []


def test_a_step_entered_again_has_its_whole_limit_again(world: World) -> None:
    parts = (
        start(),
        node("exclusiveGateway", "again"),
        user("a"),
        light("red", "a", "working_days(1)", "red"),
        service("s"),
        end(),
        chain("start", "again", "a", "again"),
        chain("red", "s", "end"),
    )
    instance = world.start(version(*parts))
    fire(instance, last_day("2026-11-24"))
    world.at(last_day("2026-11-30"))
    complete(instance, "a")
    instance = world.reload(instance)
    assert [t.due.at for t in instance.waiting_timers()] == [last_day("2026-12-02")]
