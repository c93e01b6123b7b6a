"""`lianban try`: the command line of a trial."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from engine.bpmn.lint import has_errors
from engine.bpmn.versions import LIGHT_THRESHOLDS
from engine.catalogue.calendars import load_calendar
from engine.config import CHECKOUT, Config
from engine.errors import Invalid, LianbanError, ProcedureFault
from engine.nursery import Nursery
from engine.procedure_files import read_beside, read_paths
from engine.trial.files import diagram_of, judge_apart
from engine.trial.run import STEP_LIMITS, trial
from engine.trial.steps import read_json, read_moment, read_steps

REFUSED, WRONG = 1, 2  # exit codes: the gate refuses the files; files or arguments are no use


@click.command("try")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--process", "key", help="id of the process; needed where several could be meant")
@click.option("--data", default="{}", help="JSON object: the process data at the start")
@click.option("--steps", default=None, help="JSON file with the list of steps; - is stdin")
@click.option("--reload", is_flag=True, help="save, and load in another process, at every step")
@click.option("--at", default=None, help="date at which the trial starts; by default now")
def try_diagram(
    files: tuple[Path, ...],
    key: str | None,
    data: str,
    steps: str | None,
    reload: bool,
    at: str | None,
) -> None:
    """Run any diagram in a throw-away store, without an item; FILES are .bpmn and .dmn.

    After the start and after each step a JSON line is printed: step, open, timers, executed,
    completed, data, error. A step that fails changes nothing; its line says why, and the next one
    is tried.

    STEPS is a JSON list of

    \b
      {"op": "complete", "task": ID, "data": {…}, "instance": n}
      {"op": "message" | "signal", "name": NAME, "data": {…}}
      {"op": "advance", "seconds": n}  or  {"op": "advance", "to": DATE}
      {"op": "save_restore"}

    where n counts, from 0, the open ones among several instances of a task. Operations of service
    tasks are not carried out; their parameters are evaluated. The committed and the statutory
    clock start with the trial.

    Exit codes: 0 all steps were tried, 1 the gate refuses the files (its findings are printed, a
    JSON object a line), 2 files or arguments are of no use.
    """
    language = os.environ.get("LIANBAN_LANGUAGE") or "zh"
    try:
        _run(files, key, (data, steps, at), reload=reload, language=language)
    except LianbanError as error:
        click.echo(error.message.in_language(language), err=True)
        sys.exit(WRONG)


def _run(
    paths: tuple[Path, ...],
    key: str | None,
    texts: tuple[str, str | None, str | None],
    *,
    reload: bool,
    language: str,
) -> None:
    data, steps, at = texts
    given = read_json(data, "--data")
    if not isinstance(given, dict):
        raise Invalid("--data 应是一个 JSON 对象。", "Expected --data to be a JSON object.")
    wanted = read_steps(read_json(_text(steps), "--steps")) if steps else []
    began = datetime.now(UTC) if at is None else read_moment(at)
    files = _with_thresholds(read_paths(paths), paths)
    findings = judge_apart(files)
    if has_errors(findings):
        _print(finding.as_dict(language) for finding in findings)
        sys.exit(REFUSED)
    calendar = load_calendar(Config.from_environment(os.environ).processes / "calendar")
    diagram = diagram_of(files, key, calendar)
    nursery = Nursery(trial.__module__) if reload else None
    lines = trial(diagram, data=given, steps=wanted, at=began, nursery=nursery, watched=_in_time)
    try:
        _print(lines)
    finally:
        if nursery is not None:
            nursery.close()


def _with_thresholds(files: dict[str, bytes], paths: tuple[Path, ...]) -> dict[str, bytes]:
    """Add the table of lights from beside the files where a diagram asks it and none is given."""
    table = f"{LIGHT_THRESHOLDS}.dmn"
    asked = any(b"yellow_days(" in data for data in files.values())
    if not asked or any(Path(name).name == table for name in files):
        return files
    beside = read_beside(paths, CHECKOUT)
    return {n: d for n, d in beside.items() if Path(n).name == table} | files


def _text(name: str) -> str:
    """The text of the steps' file. Raises `Invalid` where it can't be read."""
    try:
        if name == "-":
            return click.get_text_stream("stdin", encoding="utf-8").read()
        return Path(name).read_text("utf-8-sig")
    except (OSError, ValueError):
        raise Invalid(
            f"无法读取步骤文件 {name}（应是 UTF-8 编码的 JSON）。",
            f"The steps' file {name} can't be read (expected JSON in UTF-8).",
        ) from None


def _print(rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        text = json.dumps(row, ensure_ascii=False)
        if not text.isprintable():  # half a character can't be written as UTF-8
            text = json.dumps(row)
        click.echo(text)
        sys.stdout.flush()


@contextmanager
def _in_time() -> Iterator[None]:
    """End a step that takes too much of its own work or memory, with a refusal."""
    previous = signal.signal(signal.SIGPROF, _too_long)
    memory = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (STEP_LIMITS.memory, memory[1]))
    signal.setitimer(signal.ITIMER_PROF, STEP_LIMITS.processor)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)
        resource.setrlimit(resource.RLIMIT_AS, memory)


def _too_long(_signal: int, _frame: Any) -> None:
    raise ProcedureFault(
        "本步骤用时过长，已撤销。", "The step took too long and was undone.", code="too-costly"
    )
