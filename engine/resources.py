"""What a command stands on besides the database: plain values, loaded once at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from engine.bpmn.versions import Version, Versions, content_hash
from engine.catalogue.calendars import load_calendar
from engine.catalogue.items import Item, load_catalogue
from engine.catalogue.organisation import Organisation
from engine.config import Config
from engine.domain.calendar import Calendar
from engine.errors import ProcedureFault
from engine.store import definitions
from engine.store.keys import Keys, open_keys
from engine.store.tables import ProcedureVersion


@dataclass(frozen=True)
class Resources:
    """Handed to every command and query that needs it.

    `files` is the folder of the content-addressed store. Calendars are never frozen into a case;
    of the catalogue each case keeps the values it was accepted under.
    """

    calendar: Calendar
    items: Mapping[str, Item]
    organisation: Organisation
    keys: Keys = field(repr=False)
    files: Path
    versions: Versions

    def version(self, session: Session, version_id: int) -> Version:
        """Return a deployed version, parsed once a process. Raises `ProcedureFault` where its files
        are no longer those that were deployed."""
        return self.versions.get(version_id, lambda each: _whole_version(session, each))


def _whole_version(session: Session, version_id: int) -> tuple[str, dict[str, bytes]]:
    row = session.get(ProcedureVersion, version_id)
    files = definitions.files_of(session, version_id)
    if row is None or content_hash(files) != row.hash:
        raise ProcedureFault(
            "该办件所用的流程版本缺失或已损坏。请系统管理员从备份恢复该版本的文件。",
            "The version of the procedure that this case is on is missing or damaged. An "
            "administrator should restore its files from a backup.",
            code="version-unreadable",
        )
    return row.key, files


def load_resources(config: Config) -> Resources:
    """Read calendars, catalogue and keys. Raises with file and line where one of them is wrong."""
    catalogue = load_catalogue(config.processes / "catalogue")
    return Resources(
        calendar=load_calendar(config.processes / "calendar"),
        items=catalogue.items,
        organisation=catalogue.organisation,
        keys=open_keys(config.data / "keys"),
        files=config.data / "files",
        versions=Versions(),
    )
