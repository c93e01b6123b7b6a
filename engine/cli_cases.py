"""The commands on cases: show one, list those in trouble, repair them."""

from __future__ import annotations

import json
from typing import Any

import click

from engine.cli_ground import config, language, prepared, said, say
from engine.commands.check import check_cases
from engine.commands.check_files import check_files, check_numbers
from engine.commands.messages import retry_message
from engine.commands.process_data import process_data
from engine.commands.repair import Correction, Skip, repair
from engine.domain.actor import OPERATOR
from engine.errors import Invalid, Words
from engine.present import present_time
from engine.queries.case_report import case_report, stuck_report
from engine.queries.outbox import undelivered
from engine.resources import load_resources
from engine.transaction import reading, writing


class _Cases(click.Group):
    """`case NUMBER` shows a case; another word after `case` is a command on one."""

    def resolve_command(self, context: click.Context, args: list[str]) -> tuple:
        known = not args or args[0] in self.commands
        return super().resolve_command(context, args if known else ["show", *args])


@click.group("case", cls=_Cases)
def cases() -> None:
    """Cases: `case NUMBER` shows one; `stuck`, `resume` and `repair` are for those in trouble."""


@cases.command("show")
@click.argument("number")
@click.option("--data", is_flag=True, help="with the process data where the case waits")
@click.option("--json", "as_json", is_flag=True)
@said
def show_case(number: str, data: bool, as_json: bool) -> None:
    """Show where a case stands: its state, open work, clocks, lights, and its fault, if any."""
    settings = config()
    app = prepared(settings)
    with app.app_context():
        now = present_time(settings)
        with reading() as session:
            report = case_report(session, number)
            if data:
                found = process_data(session, load_resources(settings), number, now)
                report["data"] = [
                    {"name": d.name, "value": d.value, "at": list(d.elements)} for d in found
                ]
    _print(report, as_json)


def _print(report: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for name, value in report.items():
        click.echo(
            f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        )


@cases.command("stuck")
@click.option("--json", "as_json", is_flag=True)
@said
def stuck(as_json: bool) -> None:
    """List the cases that can't go on: tried again later, or set aside for a repair."""
    with prepared(config()).app_context(), reading() as session:
        rows = stuck_report(session, language())
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif not rows:
        say(Words("没有出故障的办件。", "No case is in trouble."))
    for row in () if as_json else rows:
        click.echo("  ".join(str(value) for value in row.values() if value))


REASON = click.option("--reason", required=True, help="why; it is journalled")
SKIP = click.option(
    "--skip", "skips", multiple=True, help="leave out the operation of this service task, once"
)
RESULT = click.option(
    "--result", "results", multiple=True, help="name=value that the operations left out would give"
)


@cases.command("resume")
@click.argument("number")
@click.option("--reason", default="故障已排除", show_default=True, help="why; it is journalled")
@SKIP
@RESULT
@said
def resume(number: str, reason: str, skips: tuple[str, ...], results: tuple[str, ...]) -> None:
    """Try the failing step of a case again, once its cause is mended; the case then goes on.

    What fell due meanwhile fires in order, each at its own time.
    """
    _repair(number, reason, [], skips, results)


@cases.command("repair")
@click.argument("number")
@click.option("--set", "values", multiple=True, required=True, help="name=value; value: JSON, text")
@click.option("--at", "element", help="only where the process waits at this element")
@REASON
@SKIP
@RESULT
@said
def repair_case(
    number: str,
    values: tuple[str, ...],
    element: str | None,
    reason: str,
    skips: tuple[str, ...],
    results: tuple[str, ...],
) -> None:
    """Correct values of the process data (see `case show NUMBER --data`), and let the case go on.

    Where it fails still, nothing is kept.
    """
    corrections = [Correction(*_pair(text), element) for text in values]
    _repair(number, reason, corrections, skips, results)


def _repair(
    number: str,
    reason: str,
    corrections: list[Correction],
    skips: tuple[str, ...],
    results: tuple[str, ...],
) -> None:
    settings = config()
    app, resources = prepared(settings), load_resources(settings)
    given = dict(_pair(text) for text in results)
    with app.app_context():
        now = present_time(settings)
        with writing() as session:
            repair(
                session,
                resources,
                actor=OPERATOR,
                number=number,
                reason=reason,
                corrections=corrections,
                skips=[Skip(element, given) for element in skips],
                now=now,
            )
    say(Words(f"{number} 已恢复运行。", f"{number} goes on."))


def _pair(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Invalid(f"应为 名称=值：{text}", f"Expected name=value but got {text!r}.")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value


@click.group("outbox")
def outbox() -> None:
    """Messages that did not leave: `list` shows them, `retry` tries one again."""


@outbox.command("list")
@click.option("--json", "as_json", is_flag=True)
@said
def list_messages(as_json: bool) -> None:
    """List the messages that were tried in vain: tried again later, or set aside."""
    with prepared(config()).app_context(), reading() as session:
        rows = undelivered(session)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
    elif not rows:
        say(Words("没有未送出的消息。", "All messages have left."))
    for row in () if as_json else rows:
        state = "set aside" if row["set_aside"] else f"retry {row['next_at']}"
        click.echo(f"{row['id']}  {row['case']}  {row['attempts']}  {state}  {row['error']}")


@outbox.command("retry")
@click.argument("number", type=int)
@said
def retry(number: int) -> None:
    """Let message NUMBER be tried again now; the receiver sees the same id."""
    settings = config()
    with prepared(settings).app_context():
        now = present_time(settings)
        with writing() as session:
            retry_message(session, actor=OPERATOR, outbox_id=number, now=now)
    say(Words("调度进程将立即重试。", "The scheduler tries it again at once."))


@click.command("check")
@click.argument("number", required=False)
@said
def check(number: str | None) -> None:
    """Check that what is stored of the cases (or of NUMBER) agrees with itself; exit code 1 if not.

    State, work items, deadlines, forms, journal, case numbers and files. `journal verify` checks
    the hashes.
    """
    settings = config()
    app, resources = prepared(settings), load_resources(settings)
    found = 0
    with app.app_context():
        now = present_time(settings)
        with reading() as session:
            for each in check_cases(session, resources, now, number):
                found += 1
                click.echo(f"{each.number} [{each.kind}] {each.message.in_language(language())}")
            if number is None:
                for words in (*check_numbers(session), *check_files(session, resources.files)):
                    found += 1
                    say(words)
    if found:
        raise SystemExit(1)
    say(Words("全部一致。", "Everything agrees."))
