"""What a completion asks of the database: few statements, whatever the case holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from engine.commands import work
from engine.store.database import db
from engine.transaction import writing
from tests.cases import City

# The case with its work item; its open items, deadlines and clocks. Then: the form, the work item,
# new work items, deadlines gone, deadlines new, the journal, the case.
MOST = 9
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE")


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements sent meanwhile, as SQLite itself sees them."""
    sent: list[str] = []
    db.engine.dispose()  # so that the connection below is a new one

    def note(connection: Any, _record: Any) -> None:
        connection.set_trace_callback(sent.append)

    event.listen(db.engine, "connect", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "connect", note)
        db.engine.dispose()


def test_a_completion_sends_few_statements(city: City) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("SQLite tells what it was sent; PostgreSQL is sent the same")
    walk = city.file().accepted()
    item, answer = walk.item("review"), walk.answer("review")
    worker = walk.worker(item)
    with counted() as sent:
        with writing() as session:
            work.complete(
                session,
                city.resources,
                actor=worker,
                work_item_id=item.id,
                version=item.version,
                data=answer,
                now=city.now,
            )
        asked = [each for each in sent if each.split()[0] in VERBS]
    assert 5 < len(asked) <= MOST, asked
    assert walk.at() == ["decide"]
