"""Rows that a step of a case holds locked, read and written without the ORM.

A completion goes through here some hundred times a second; an ORM object costs five times what
these cost to read, and ten times to write (docs/performance.md). A held row has the attributes of
its columns, like the ORM's, so whatever works on a case works on either.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import Stale
from engine.store.prepared import Prepared
from engine.store.tables import Case, WorkItem

_CASE, _ITEM = Case.__table__, WorkItem.__table__

_LOCK_CASE = Prepared(sa.select(_CASE).where(_CASE.c.id == sa.bindparam("row")).with_for_update())
# Both rows are locked, the case first as everywhere: who waited for the case sees its work item
# as it is then, and not as it was when he began to wait.
_LOCK_BOTH = Prepared(
    sa.select(_CASE, _ITEM)
    .join(_ITEM, _ITEM.c.case_id == _CASE.c.id)
    .where(_ITEM.c.id == sa.bindparam("row"))
    .with_for_update(of=[_CASE, _ITEM])
)
_AGAIN = Prepared(sa.select(_ITEM).where(_ITEM.c.id == sa.bindparam("row")))
_WIDTH = len(_CASE.c)


class Held:
    """A locked row of a table with the columns `id` and `version`. What is assigned to its
    attributes is written by `write`, in one statement."""

    def __init__(self, table: sa.Table, values: Any) -> None:
        self.__dict__.update(zip(table.c.keys(), values, strict=True))
        self.__dict__["_table"], self.__dict__["_changed"] = table, {}
        self.__dict__["_seen"] = self.version

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._table.c:
            raise AttributeError(f"expected a column of {self._table.name} but got {name!r}")
        self.__dict__[name] = self._changed[name] = value

    def write(self, session: Session) -> None:
        """Write what was assigned. Raises `Stale` where the row's version is not the one read."""
        if not self._changed:
            return
        values = {f"new_{name}": value for name, value in self._changed.items()}
        statement = _update(self._table, tuple(self._changed))
        if statement.run(session, {**values, "row": self.id, "seen": self._seen}) != 1:
            raise Stale(
                "该数据已被他人更新，请刷新后重试。",
                "Expected the present version of the row but it was changed; reload it.",
            )
        self._changed.clear()
        self.__dict__["_seen"] = self.version


@lru_cache(maxsize=256)
def _update(table: sa.Table, names: tuple[str, ...]) -> Prepared:
    """One statement for each set of columns, so that it is compiled once."""
    where = (table.c.id == sa.bindparam("row"), table.c.version == sa.bindparam("seen"))
    values = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return Prepared(sa.update(table).where(*where).values(values))


def hold_case(session: Session, case_id: int) -> Held | None:
    """Lock a case row for this transaction and return it, or None."""
    row = _LOCK_CASE.one_or_none(session, {"row": case_id})
    return row and Held(_CASE, row)


def hold_work_item(session: Session, work_item_id: int) -> tuple[Held, Held] | None:
    """Lock a work item and its case for this transaction and return (case, item), or None."""
    row = _LOCK_BOTH.one_or_none(session, {"row": work_item_id})
    if row is None:
        return None
    return Held(_CASE, row[:_WIDTH]), Held(_ITEM, row[_WIDTH:])


def read_again(session: Session, item: Held) -> Held:
    """Return a held work item as the step in progress has left it."""
    return Held(_ITEM, _AGAIN.one_or_none(session, {"row": item.id}))
