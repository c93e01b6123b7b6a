"""What a command stands on besides the database: plain values, loaded once at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from engine.bpmn.versions import Version, Versions
from engine.catalogue.calendars import load_calendar
from engine.catalogue.items import Item, load_catalogue
from engine.catalogue.organisation import Organisation
from engine.config import Config
from engine.domain.calendar import Calendar
from engine.store import definitions
from engine.store.keys import Keys, open_keys


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
        """Return a deployed version, parsed once a process."""
        return self.versions.get(version_id, lambda each: definitions.load_version(session, each))


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
