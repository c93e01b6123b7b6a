"""The states of a case and what may happen in them."""

from __future__ import annotations

from enum import StrEnum

from engine.errors import NotFound, Words


class Status(StrEnum):
    """Where a case stands. The procedure moves it, through the operations its diagram names."""

    DRAFT = "draft"
    RECEIVED = "received"
    SUPPLEMENTING = "supplementing"
    ACCEPTED = "accepted"
    APPROVED = "approved"
    REFUSED = "refused"
    DELIVERED = "delivered"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    NOT_ACCEPTED = "not_accepted"


LABELS = {
    Status.DRAFT: Words("草稿", "draft"),
    Status.RECEIVED: Words("已收件，待受理", "received"),
    Status.SUPPLEMENTING: Words("待补齐补正", "waiting for a supplement"),
    Status.ACCEPTED: Words("已受理，审查中", "accepted, under review"),
    Status.APPROVED: Words("准予许可，待领件", "approved, ready for pickup"),
    Status.REFUSED: Words("不予许可", "refused"),
    Status.DELIVERED: Words("已送达办结", "delivered"),
    Status.RETURNED: Words("已退件", "returned"),
    Status.WITHDRAWN: Words("已撤回退件", "withdrawn and returned"),
    Status.NOT_ACCEPTED: Words("不予受理", "not accepted"),
}

BEFORE_DECISION = frozenset({Status.RECEIVED, Status.SUPPLEMENTING, Status.ACCEPTED})
# The states in which an applicant's or clerk's new material belongs to the dossier.
TAKES_MATERIALS = frozenset({Status.DRAFT, Status.SUPPLEMENTING})
CLOSING = frozenset(
    {Status.DELIVERED, Status.REFUSED, Status.RETURNED, Status.WITHDRAWN, Status.NOT_ACCEPTED}
)
CHANNELS = {
    "online": Words("网上申报", "online"),
    "counter": Words("窗口申报", "at the counter"),
}


def no_such_case() -> NotFound:
    """Return the refusal for a number that is unknown, or another's: nobody can tell which."""
    return NotFound("没有这个办件，请核对办件编号。", "There is no such case; check its number.")


def no_such_task() -> NotFound:
    """Return the refusal for a task that is unknown, or not one's own to see."""
    return NotFound("没有这个待办。", "There is no such task.")
