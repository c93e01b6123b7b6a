"""One trial: a diagram started with some data, then step after step, each undone if it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from engine.bpmn.glance import data_seen
from engine.bpmn.references import begun_by
from engine.bpmn.runtime import Instance, OpenTask
from engine.bpmn.situation import Situation
from engine.bpmn.versions import build
from engine.domain.calendar import SHANGHAI, Calendar
from engine.domain.clock import Clock
from engine.errors import Conflict, LianbanError, NotFound, ProcedureFault, Words
from engine.nursery import Limits, Nursery, Overrun
from engine.trial.steps import Step

Line = dict[str, Any]
STEP_LIMITS = Limits(seconds=30, memory=512 << 20, processor=10)


@dataclass(frozen=True)
class Diagram:
    """What is tried: checked files by name, the id of the process, the calendar it runs by."""

    files: tuple[tuple[str, bytes], ...]
    key: str
    calendar: Calendar


@dataclass(frozen=True)
class Standing:
    """Where a trial stands between two steps: all that another process needs to go on.

    `state` is None until the start has succeeded; `first` are the data it started with, until a
    step has succeeded after it. The times are aware UTC.
    """

    began: datetime
    now: datetime
    state: bytes | None = None
    first: Mapping[str, Any] | None = None


def trial(
    diagram: Diagram,
    *,
    data: Mapping[str, Any],
    steps: Iterable[Step],
    at: datetime,
    nursery: Nursery | None = None,
    watched: Callable[[], AbstractContextManager[Any]] = nullcontext,
) -> Iterator[Line]:
    """Start a diagram at `at` (aware) and carry out the steps; yield a line for each, JSON values.

    A line has `step` (0 is the start), `open`, `timers`, `executed`, `completed`, `data`, `error`.
    A step that fails changes nothing, its line says why, and the next one is tried. With a
    `nursery` every step loads the saved state in another process. `watched` surrounds each step
    done in this one. Never raises for what the diagram or the steps do.
    """
    standing = Standing(at, at)
    bench = Bench(diagram)
    for number, step in enumerate((Step("start", data=data), *steps)):
        if nursery is None:
            with watched():
                line, standing = bench.take(standing, step)
        else:
            line, standing = _elsewhere(nursery, diagram, standing, step)
        yield {"step": number, **line}


def _elsewhere(
    nursery: Nursery, diagram: Diagram, standing: Standing, step: Step
) -> tuple[Line, Standing]:
    """Take a step in another process, which loads what the last one saved."""
    try:
        return nursery.run(f"{__name__}:take", diagram, standing, step, limits=STEP_LIMITS)
    except Overrun as overrun:
        return _nothing(_error(_cut(overrun))), standing


def take(diagram: Diagram, standing: Standing, step: Step) -> tuple[Line, Standing]:
    """Take one step of a trial on a fresh parse: a job of the nursery."""
    return Bench(diagram).take(standing, step)


class Bench:
    """A diagram on the bench; keeps the instance from step to step as long as nothing fails."""

    def __init__(self, diagram: Diagram) -> None:
        self._diagram = diagram
        self._version = build(diagram.key, dict(diagram.files))
        self._triggers = begun_by(dict(diagram.files), diagram.key)
        self._instance: Instance | None = None

    def take(self, standing: Standing, step: Step) -> tuple[Line, Standing]:
        """Take one step; return its line without the number, and where the trial stands then."""
        try:
            if step.op == "start":
                instance = self._begin(standing, step.data)
            else:
                instance = self._go_on(standing, step)
            _fire(instance, instance.situation.now)
            first = step.data if step.op == "start" else None
            after = replace(
                standing, now=instance.situation.now, state=instance.save(), first=first
            )
            line = _line(instance)
        except LianbanError as error:
            return self._undone(standing, _error(error, step))
        except Exception:
            return self._undone(standing, _error(_broken(), step))
        return line, after

    def _begin(self, standing: Standing, data: Mapping[str, Any]) -> Instance:
        self._instance = Instance.start(self._version, self._situation(standing), data)
        return self._instance

    def _go_on(self, standing: Standing, step: Step) -> Instance:
        """Carry out a step. Where a first one sends what the diagram begins with and nothing else
        waits for it, the trial, which began by hand, begins again with the data that it brings."""
        try:
            return self._carry_out(self._load(standing), step)
        except Conflict:
            if standing.first is None or (step.op, step.target) not in self._triggers:
                raise
        return self._begin(standing, {**standing.first, **step.data})

    def _load(self, standing: Standing) -> Instance:
        if standing.state is None:
            raise Conflict(
                "流程没有启动，无法继续。", "The procedure did not start; there is nothing to do."
            )
        if self._instance is None:
            situation = self._situation(standing)
            self._instance = Instance.load(self._version, situation, standing.state)
        self._instance.executed.clear()
        return self._instance

    def _carry_out(self, instance: Instance, step: Step) -> Instance:
        if step.op == "complete":
            instance.complete(_chosen(instance, step).task, step.data)
        elif step.op == "message":
            instance.send(step.target, step.data)
        elif step.op == "signal":
            instance.signal(step.target, step.data)
        elif step.op == "advance":
            _advance(instance, step)
        elif step.op == "save_restore":
            version = build(self._diagram.key, dict(self._diagram.files))  # as after a restart
            self._instance = Instance.load(version, instance.situation, instance.save())
            return self._instance
        return instance

    def _undone(self, standing: Standing, error: Line) -> tuple[Line, Standing]:
        """After an error the instance is thrown away; the line shows where the trial still is."""
        self._instance = None
        if standing.state is None:
            return _nothing(error), standing
        try:
            return {**_line(self._load(standing)), "error": error}, standing
        except Exception:  # what was saved is told by the error of the step that saved it
            return _nothing(error), standing

    def _situation(self, standing: Standing) -> Situation:
        clocks = {name: Clock(name, standing.began, 0) for name in ("committed", "statutory")}
        return Situation(standing.now, self._diagram.calendar, lambda call: None, {}, clocks)


# ---------------------------------------------------------------- steps


def _chosen(instance: Instance, step: Step) -> OpenTask:
    """The open task that a step names by its id, or by its name where that is unique."""
    there = instance.open_tasks()
    found = [task for task in there if task.element == step.target]
    if not found:
        found = [task for task in there if task.name == step.target]
        ids = sorted({task.element for task in found})
        if len(ids) > 1:
            raise Conflict(
                f"名为“{step.target}”的环节有几个，请写 id：{'、'.join(ids)}。",
                f"Several open tasks are called {step.target!r}; give the id: {', '.join(ids)}.",
            )
    if not found:
        listed = ", ".join(dict.fromkeys(task.element for task in there))
        raise NotFound(
            f"环节“{step.target}”没有打开；现在打开的有：{listed or '无'}。",
            f"The task {step.target!r} is not open; open now: {listed or 'none'}.",
        )
    if step.instance >= len(found):
        raise NotFound(
            f"环节“{step.target}”打开了 {len(found)} 个，没有第 {step.instance} 个（从 0 数）。",
            f"{len(found)} of {step.target!r} are open; there is no number {step.instance} "
            "(counted from 0).",
        )
    return sorted(found, key=lambda task: task.path)[step.instance]


def _advance(instance: Instance, step: Step) -> None:
    now = instance.situation.now
    try:
        to = step.to or now + timedelta(seconds=step.seconds or 0)
        to.astimezone(SHANGHAI)
    except OverflowError:
        raise Conflict("时间走得太远。", "That is too far ahead.") from None
    if to < now:
        raise Conflict(
            f"时间只能向前：现在是 {_iso(now)}。", f"Time moves forward only; it is {_iso(now)}."
        )
    _fire(instance, to)
    instance.situation.now = to


def _fire(instance: Instance, until: datetime) -> None:
    instance.fire_due(until, before=lambda timer: None, after=lambda timer: None)


# ---------------------------------------------------------------- lines


def _line(instance: Instance) -> Line:
    return {
        "open": [
            {
                "element": task.element,
                "name": task.name,
                "lane": task.lane,
                "instance": task.path[-1] if task.path else None,
            }
            for task in instance.open_tasks()
        ],
        "timers": [
            {"element": timer.timer, "due": _iso(timer.due.at)}
            for timer in instance.waiting_timers()
        ],
        "executed": list(instance.executed),
        "completed": instance.finished,
        "data": data_seen(instance),
        "error": None,
    }


def _nothing(error: Line) -> Line:
    return {
        "open": [],
        "timers": [],
        "executed": [],
        "completed": False,
        "data": {},
        "error": error,
    }


def _error(error: LianbanError, step: Step | None = None) -> Line:
    element = error.facts.get("element")
    if element is None and step is not None and step.op == "complete":
        element = step.target
    return {
        "code": error.code,
        "element": element,
        "zh": error.message.zh,
        "en": error.message.en,
    }


def _broken() -> LianbanError:
    return ProcedureFault(
        "流程引擎报告内部错误，本步骤已撤销。请流程管理员检查流程图。",
        "The engine reports a fault of its own; the step was undone. Check the diagram.",
    )


_CUT = {
    "time": Words("用时过长", "took too long"),
    "memory": Words("占用内存过多", "took too much memory"),
    "crash": Words("运行中断", "broke off"),
    "busy": Words("没有轮到运行", "did not get its turn"),
}


def _cut(overrun: Overrun) -> LianbanError:
    words = _CUT[overrun.why]
    return ProcedureFault(
        f"本步骤{words.zh}，已撤销。", f"The step {words.en} and was undone.", code="too-costly"
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat()
