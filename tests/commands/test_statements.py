"""What a completion asks of the database: few statements, whatever the case holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from engine.commands import work
from engine.store.database import db
from engine.transaction import writing
from tests.cases import City

# The case with its work item; its open items, deadlines and clocks. Then: the form, the work item,
# new work items, deadlines gone, deadlines new, the journal, the case.
MOST = 9


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements sent meanwhile."""
    sent: list[str] = []

    def note(_connection, _cursor, statement: str, *_) -> None:
        sent.append(" ".join(statement.split()))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_completion_sends_few_statements(city: City) -> None:
    walk = city.file().accepted()
    item, answer = walk.item("review"), walk.answer("review")
    worker = walk.worker(item)
    with counted() as sent, writing() as session:
        work.complete(
            session,
            city.resources,
            actor=worker,
            work_item_id=item.id,
            version=item.version,
            data=answer,
            now=city.now,
        )
    assert len(sent) <= MOST, sent
    assert walk.at() == ["decide"]
