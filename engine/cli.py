"""The command line: `lianban deploy`, `lint`, `calendar due`, `case`, `journal verify`, …"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

import click

from engine import cli_cases, logs
from engine.catalogue.calendars import load_calendar
from engine.catalogue.organisation import load_organisation
from engine.cli_ground import config as _config
from engine.cli_ground import language as _language
from engine.cli_ground import prepared as _prepared
from engine.cli_ground import said as _said
from engine.cli_ground import say as _say
from engine.commands import deployment
from engine.commands.accounts import add_staff, change_password
from engine.commands.judging import judge
from engine.config import CHECKOUT
from engine.demo import build_demo
from engine.domain.actor import ANY, OPERATOR, Seat
from engine.domain.calendar import SHANGHAI
from engine.domain.clock import Clock, due
from engine.errors import DeploymentRefused, Words
from engine.present import present_time, real_time
from engine.procedure_files import read_beside, read_paths
from engine.processes import run_together
from engine.resources import load_resources
from engine.scheduler import run_scheduler
from engine.store.accounts import hash_password
from engine.store.audit import verify_all
from engine.store.keys import rotate
from engine.transaction import reading, writing
from engine.trial.command import try_diagram


@click.group()
def main() -> None:
    """Lianban (联办): online approval and electronic supervision, run from BPMN diagrams."""
    logs.set_up()


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@_said
def deploy(paths: tuple[Path, ...]) -> None:
    """Deploy procedures (folders, files, zip archives). Running cases keep their version."""
    config = _config()
    files, beside = read_paths(paths), read_beside(paths, CHECKOUT)
    app, resources = _prepared(config), load_resources(config)
    with app.app_context():
        now = present_time(config)
        with reading() as session:
            foreseen = deployment.foresee(session, resources, files, beside)
        try:
            with writing() as session:
                done = deployment.deploy(
                    session,
                    resources,
                    actor=OPERATOR,
                    files=files,
                    now=now,
                    beside=beside,
                    foreseen=foreseen,
                )
        except DeploymentRefused as refused:
            _print_findings(refused.facts["findings"])
            raise
    _print_findings(done.findings)
    for version in done.versions:
        _say(_deployed(version))


def _deployed(version: deployment.DeployedVersion) -> Words:
    head = f"{version.key} {version.name}"
    if not version.changed:
        return Words(
            f"{head}：内容未变，仍为第 {version.number} 版",
            f"{head}: unchanged, still version {version.number}",
        )
    callers = ", ".join(version.caller_of)
    return Words(
        f"{head}：已部署第 {version.number} 版（{version.hash[:12]}）"
        + (f"，因其使用的 {callers} 更新而更新" if callers else ""),
        f"{head}: deployed as version {version.number} ({version.hash[:12]})"
        + (f", renewed because it uses {callers}" if callers else ""),
    )


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="print the findings as a JSON list")
@click.option("--filing", is_flag=True, help="fail on findings of level filing, too")
@_said
def lint(paths: tuple[Path, ...], as_json: bool, filing: bool) -> None:
    """Check procedure files without deploying them; exit code 1 on an error."""
    files, beside = read_paths(paths), read_beside(paths, CHECKOUT)
    organisation = load_organisation(_config().processes / "catalogue")
    findings = judge(organisation, files, beside, {}).findings
    if as_json:
        rows = [finding.as_dict(_language()) for finding in findings]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        _print_findings(findings)
    failing = {"error", "filing"} if filing else {"error"}
    if any(finding.level in failing for finding in findings):
        sys.exit(1)
    if not findings and not as_json:
        _say(Words("没有发现问题。", "No findings."))


def _print_findings(findings: Iterable[Any]) -> None:
    for finding in findings:
        click.echo(f"[{finding.level}] {finding.text(_language())}")


@main.group()
def calendar() -> None:
    """Working days."""


@calendar.command("due")
@click.argument("start", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("days", type=click.IntRange(min=0))
@_said
def calendar_due(start: datetime, days: int) -> None:
    """Print the last day of a limit of DAYS working days that starts on START.

    The day of the start is not counted. The word "provisional" follows where the day rests on a
    year whose holiday notice is not out yet.
    """
    years = load_calendar(_config().processes / "calendar")
    begin = datetime.combine(date(start.year, start.month, start.day), time(12), SHANGHAI)
    end = due(Clock("step", begin, days), years)
    click.echo(f"{end.last_day.isoformat()}{' provisional' if end.provisional else ''}")


@main.group()
def journal() -> None:
    """The record of everything that happened."""


@journal.command()
@_said
def verify() -> None:
    """Find the first row of the journal that was changed, removed or inserted."""
    app = _prepared(_config())
    with app.app_context(), reading() as session:
        faults = verify_all(session)
    for fault in faults:
        _say(fault.message)
    if faults:
        sys.exit(1)
    _say(Words("日志完整，未被改动。", "The journal is whole and unchanged."))


@main.group()
def account() -> None:
    """Accounts of staff; applicants register themselves."""


@account.command("add")
@click.argument("login")
@click.option("--name", help="the person's name; needed for a new account")
@click.option("--post", required=True, help="code of the post, as in posts.yaml")
@click.option("--department", default=ANY, show_default=True, help="code of the department")
@click.option("--county", default=ANY, show_default=True, help="code of the county")
@_said
def add_account(login: str, name: str | None, post: str, department: str, county: str) -> None:
    """Give LOGIN a seat; a new account is made for it, its password printed once."""
    config = _config()
    app, resources = _prepared(config), load_resources(config)
    seat = Seat(post, department, county)
    password = secrets.token_urlsafe(12)
    hashed = hash_password(password, config.password_cost)
    with app.app_context(), writing() as session:
        new = add_staff(
            session,
            resources.organisation,
            login=login,
            name=name,
            password_hash=hashed,
            seat=seat,
            now=datetime.now(UTC),
        )
    if new:
        _say(Words(f"{login} 的密码（只显示这一次）：{password}", f"{login}, password: {password}"))
    else:
        _say(Words(f"已为 {login} 增加岗位。", f"{login} has one more seat."))


@account.command("password")
@click.argument("login")
@_said
def new_password(login: str) -> None:
    """Give LOGIN a new password, printed once, and sign it out everywhere."""
    config = _config()
    app = _prepared(config)
    password = secrets.token_urlsafe(12)
    hashed = hash_password(password, config.password_cost)
    with app.app_context(), writing() as session:
        change_password(session, login=login, password_hash=hashed, now=datetime.now(UTC))
    _say(Words(f"{login} 的新密码（只显示这一次）：{password}", f"{login}, password: {password}"))


@main.group()
def keys() -> None:
    """Keys that seal personal data at rest."""


@keys.command("rotate")
@_said
def rotate_keys() -> None:
    """Seal with a new key from now on; older keys still open what they sealed."""
    current = rotate(_config().data / "keys").current
    _say(
        Words(
            f"已增加第 {current} 号密钥，重启服务后启用。",
            f"Key {current} was added; it is in use after a restart.",
        )
    )


@main.command()
@_said
def demo() -> None:
    """Make the demonstration city with its people and cases, unless it is there already."""
    config = _config()
    app, resources = _prepared(config), load_resources(config)
    with app.app_context():
        build_demo(config, resources, datetime.now(UTC))


@main.command()
@click.option("--wait", is_flag=True, help="wait for the end of another one, then take over")
@_said
def scheduler(wait: bool) -> None:
    """Fire what is due, deliver the outbox, seal the journal. A second one does nothing."""
    config = _config()
    app, resources = _prepared(config), load_resources(config)
    clock = partial(present_time, config)
    if not run_scheduler(app, config, resources, clock, real_clock=real_time, wait=wait):
        _say(
            Words("已有一个调度进程在运行，本进程退出。", "A scheduler is running; this one ends.")
        )


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@_said
def serve(host: str, port: int) -> None:
    """Serve the API and the pages, with the scheduler beside them; Ctrl-C ends both."""
    config = _config()
    _prepared(config)
    workers = 1 if config.database_url.startswith("sqlite") else 2
    server = [sys.executable, "-m", "gunicorn", "wsgi:application", "--bind", f"{host}:{port}"]
    # Threads that come and go would each keep a heap of their own.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    server += f"--config python:api.server --no-control-socket --workers {workers}".split()
    sys.exit(
        run_together(server, [sys.executable, "-m", "engine.cli", "scheduler", "--wait"], CHECKOUT)
    )


main.add_command(try_diagram)
main.add_command(cli_cases.cases)
main.add_command(cli_cases.outbox)
main.add_command(cli_cases.check)

if __name__ == "__main__":
    main()
