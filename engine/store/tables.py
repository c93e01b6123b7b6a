"""The tables. A row's meaning is said here once; who may write it, in `commands`.

Times are aware UTC (`Instant`), days are dates in Asia/Shanghai. Columns that end in `_sealed`
hold ciphertext of `store.secrets`; columns that end in `_index` hold its blind index.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import Instant, db

Text = sa.Text
BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def key() -> Mapped[int]:
    return mapped_column(BigId, primary_key=True)


def instant(**options: Any) -> Mapped[Any]:
    return mapped_column(Instant, **options)


# ---------------------------------------------------------------- people


class Account(db.Model):
    """Somebody who can sign in: an applicant (no seat) or a member of staff."""

    __tablename__ = "account"
    id: Mapped[int] = key()
    login: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(sa.String(128))
    password_hash: Mapped[str] = mapped_column(Text)
    phone_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime] = instant()
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = instant()


class Seat(db.Model):
    """Post + department + county: what an account may work on."""

    __tablename__ = "seat"
    __table_args__ = (sa.UniqueConstraint("account_id", "post", "department", "county"),)
    id: Mapped[int] = key()
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    post: Mapped[str] = mapped_column(sa.String(64))
    department: Mapped[str] = mapped_column(sa.String(64))
    county: Mapped[str] = mapped_column(sa.String(6))


class Token(db.Model):
    """A bearer token or browser session; only its SHA-256 is kept."""

    __tablename__ = "token"
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = instant()
    expires_at: Mapped[datetime] = instant()


# ---------------------------------------------------------------- procedures


class ProcedureVersion(db.Model):
    """One immutable deployment of a procedure; `hash` covers every file it stands on."""

    __tablename__ = "procedure_version"
    __table_args__ = (sa.UniqueConstraint("key", "number"),)
    id: Mapped[int] = key()
    key: Mapped[str] = mapped_column(sa.String(128))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(255))
    hash: Mapped[str] = mapped_column(sa.String(64))
    deployed_at: Mapped[datetime] = instant()
    deployed_by: Mapped[str] = mapped_column(sa.String(128))


class ProcedureFile(db.Model):
    """A file of a version. `path` is canonical: processes/…, forms/…, forms/notices/…, rules/…"""

    __tablename__ = "procedure_file"
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("procedure_version.id"), primary_key=True)
    path: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.ForeignKey("content.digest"))


class Content(db.Model):
    """Bytes known by their SHA-256, shared by all versions that hold them."""

    __tablename__ = "content"
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    data: Mapped[bytes]


# ---------------------------------------------------------------- cases


class Case(db.Model):
    """A case file. `state` is the compressed engine state, by reference to its version."""

    __tablename__ = "case_file"
    __table_args__ = (
        sa.Index("ix_case_file_place", "county", "department", "status"),
        sa.Index("ix_case_file_applicant", "applicant_id", "id"),
    )
    id: Mapped[int] = key()
    number: Mapped[str] = mapped_column(sa.String(32), unique=True)
    item_code: Mapped[str] = mapped_column(sa.String(64), index=True)
    item_name: Mapped[str] = mapped_column(sa.String(255))
    department: Mapped[str] = mapped_column(sa.String(64))
    county: Mapped[str] = mapped_column(sa.String(6))
    channel: Mapped[str] = mapped_column(sa.String(16))
    subject: Mapped[str] = mapped_column(sa.String(255))
    applicant_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    applicant_shown: Mapped[str] = mapped_column(
        sa.String(255)
    )  # as lists show it: a person masked
    applicant_index: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    status: Mapped[str] = mapped_column(sa.String(24), default="draft")
    colour: Mapped[str] = mapped_column(sa.String(8), default="green")
    created_at: Mapped[datetime] = instant()
    received_at: Mapped[datetime | None] = instant()
    accepted_at: Mapped[datetime | None] = instant()
    accepted_day: Mapped[date | None]
    decided_at: Mapped[datetime | None] = instant()
    closed_at: Mapped[datetime | None] = instant()
    procedure_version_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("procedure_version.id"), index=True
    )
    state: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    item: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON, deferred=True)
    version: Mapped[int] = mapped_column(default=0)
    # Why the case could not go on, in both languages; null once it goes on again.
    fault: Mapped[str | None] = mapped_column(Text)
    fault_en: Mapped[str | None] = mapped_column(Text)
    fault_element: Mapped[str | None] = mapped_column(sa.String(255))
    fault_since: Mapped[datetime | None] = instant(index=True)
    fault_attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    retry_at: Mapped[datetime | None] = instant()
    set_aside_at: Mapped[datetime | None] = instant()  # from then on only a repair moves it
    journal_seq: Mapped[int] = mapped_column(default=0)
    journal_head: Mapped[str] = mapped_column(sa.String(64), default="")


class WorkItem(db.Model):
    """An open or finished user task (环节 / 待办). `version` guards every change of it."""

    __tablename__ = "work_item"
    __table_args__ = (
        sa.Index("ix_work_item_list", "status", "county", "department", "post", "due_at"),
        sa.UniqueConstraint("case_id", "task"),
    )
    id: Mapped[int] = key()
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case_file.id"), index=True)
    task: Mapped[str] = mapped_column(sa.String(64))
    element: Mapped[str] = mapped_column(sa.String(255))
    name: Mapped[str] = mapped_column(sa.String(255))
    form: Mapped[str | None] = mapped_column(sa.String(255))
    post: Mapped[str] = mapped_column(sa.String(64))
    department: Mapped[str] = mapped_column(sa.String(64))
    county: Mapped[str] = mapped_column(sa.String(6))
    status: Mapped[str] = mapped_column(sa.String(16), default="open")  # open, completed, cancelled
    assignee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    colour: Mapped[str] = mapped_column(sa.String(8), default="green")
    limit_days: Mapped[int | None]
    created_at: Mapped[datetime] = instant()
    due_at: Mapped[datetime | None] = instant()
    provisional: Mapped[bool] = mapped_column(default=False)
    finished_at: Mapped[datetime | None] = instant()
    finished_by: Mapped[str | None] = mapped_column(sa.String(128))
    version: Mapped[int] = mapped_column(default=1)


class CaseClock(db.Model):
    """A clock of the case: committed or statutory. Budget in working days."""

    __tablename__ = "case_clock"
    __table_args__ = (sa.UniqueConstraint("case_id", "name"),)
    id: Mapped[int] = key()
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case_file.id"))
    name: Mapped[str] = mapped_column(sa.String(16))
    started_at: Mapped[datetime] = instant()
    budget: Mapped[int]
    basis: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime | None] = instant(index=True)
    provisional: Mapped[bool] = mapped_column(default=False)
    stopped_at: Mapped[datetime | None] = instant()


class Deadline(db.Model):
    """When a waiting timer of a case is due. The scheduler reads nothing else."""

    __tablename__ = "deadline"
    __table_args__ = (sa.UniqueConstraint("case_id", "task"),)
    id: Mapped[int] = key()
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case_file.id"))
    task: Mapped[str] = mapped_column(sa.String(64))
    element: Mapped[str] = mapped_column(sa.String(255))
    due_at: Mapped[datetime] = instant(index=True)


class Light(db.Model):
    """A light that was raised. `due_at` is when it became due, `seen_at` when it was evaluated."""

    __tablename__ = "light"
    id: Mapped[int] = key()
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case_file.id"), index=True)
    work_item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("work_item.id"), index=True)
    element: Mapped[str] = mapped_column(sa.String(255))
    scope: Mapped[str] = mapped_column(sa.String(8))  # step, case
    clock: Mapped[str] = mapped_column(sa.String(16))  # step, committed, statutory, calendar
    colour: Mapped[str] = mapped_column(sa.String(8))
    severity: Mapped[str] = mapped_column(sa.String(16), default="light")  # light, statutory
    department: Mapped[str] = mapped_column(sa.String(64))
    county: Mapped[str] = mapped_column(sa.String(6))
    due_at: Mapped[datetime] = instant(index=True)
    seen_at: Mapped[datetime] = instant()


class Submission(db.Model):
    """What was filled into a form. The values are sealed; what decides is in the engine's data."""

    __tablename__ = "submission"
    id: Mapped[int] = key()
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case_file.id"), index=True)
    work_item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("work_item.id"), index=True)
    form: Mapped[str] = mapped_column(sa.String(255))
    data_sealed: Mapped[bytes]
    submitted_at: Mapped[datetime] = instant()
    submitted_by: Mapped[str] = mapped_column(sa.String(128))


class Material(db.Model):
    """A file of the dossier; the bytes lie in the content-addressed store under `sha256`."""

    __tablename__ = "material"
    id: Mapped[int] = key()
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case_file.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(255))
    file_name: Mapped[str] = mapped_column(sa.String(255))
    media_type: Mapped[str] = mapped_column(sa.String(128))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    uploaded_at: Mapped[datetime] = instant()
    uploaded_by: Mapped[str] = mapped_column(sa.String(128))
    submitted: Mapped[bool] = mapped_column(default=False)
    replaced_at: Mapped[datetime | None] = instant()


class Supplement(db.Model):
    """A one-time notice and its answer: what is missing, by when, and what became of it."""

    __tablename__ = "supplement"
    __table_args__ = (sa.UniqueConstraint("case_id", "round"),)
    id: Mapped[int] = key()
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case_file.id"))
    round: Mapped[int]
    defects: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    requested_at: Mapped[datetime] = instant()
    due_at: Mapped[datetime | None] = instant()
    answered_at: Mapped[datetime | None] = instant()
    # open, answered, expired, withdrawn
    status: Mapped[str] = mapped_column(sa.String(16), default="open")


class Notice(db.Model):
    """A numbered document. `facts_sealed` makes its PDF, drawn when first read."""

    __tablename__ = "notice"
    id: Mapped[int] = key()
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case_file.id"), index=True)
    template: Mapped[str] = mapped_column(sa.String(128))
    title: Mapped[str] = mapped_column(sa.String(255))
    number: Mapped[str] = mapped_column(sa.String(64), unique=True)
    facts_sealed: Mapped[bytes]
    issued_at: Mapped[datetime] = instant()
    issued_by: Mapped[str] = mapped_column(sa.String(128))
    procedure_version_id: Mapped[int] = mapped_column(sa.ForeignKey("procedure_version.id"))
    pdf_sha256: Mapped[str | None] = mapped_column(sa.String(64))


# ---------------------------------------------------------------- the record and what leaves


class JournalEntry(db.Model):
    """One fact. A chain a case (`case_id`), and one for the system (`case_id` null)."""

    __tablename__ = "journal"
    # Unique, so that a writer who forgot the lock fails instead of forking a chain.
    __table_args__ = (
        sa.Index("ix_journal_case", "case_id", "seq", unique=True),
        sa.Index(
            "ix_journal_system",
            "seq",
            unique=True,
            sqlite_where=sa.text("case_id IS NULL"),
            postgresql_where=sa.text("case_id IS NULL"),
        ),
    )
    id: Mapped[int] = key()
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("case_file.id"))
    seq: Mapped[int]
    at: Mapped[datetime] = instant()
    actor: Mapped[str] = mapped_column(sa.String(128))
    event: Mapped[str] = mapped_column(sa.String(64))
    payload: Mapped[str] = mapped_column(Text)  # canonical JSON, as hashed
    previous: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))
    block_id: Mapped[int | None] = mapped_column(sa.ForeignKey("journal_block.id"), index=True)


class JournalBlock(db.Model):
    """The Merkle root of the rows since the last block; blocks are chained."""

    __tablename__ = "journal_block"
    id: Mapped[int] = key()
    sealed_at: Mapped[datetime] = instant()
    count: Mapped[int]
    root: Mapped[str] = mapped_column(sa.String(64))
    previous: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))


class Outbox(db.Model):
    """What leaves after the commit. Delivered at least once; `id` lets a receiver tell repeats."""

    __tablename__ = "outbox"
    id: Mapped[int] = key()
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("case_file.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(32))
    payload_sealed: Mapped[bytes]
    created_at: Mapped[datetime] = instant()
    next_at: Mapped[datetime | None] = instant(index=True)  # null: delivered, or set aside
    attempts: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None] = instant()
    error: Mapped[str | None] = mapped_column(Text)


class Message(db.Model):
    """A message in an applicant's inbox on the portal (P20a: by network)."""

    __tablename__ = "message"
    id: Mapped[int] = key()
    outbox_id: Mapped[int] = mapped_column(sa.ForeignKey("outbox.id"), unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case_file.id"))
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = instant()


class Repetition(db.Model):
    """The first answer to an Idempotency-Key; a repeat gets it again."""

    __tablename__ = "repetition"
    actor: Mapped[str] = mapped_column(sa.String(128), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    request: Mapped[str] = mapped_column(sa.String(64))  # SHA-256 of method, path and body
    status: Mapped[int]
    body_sealed: Mapped[bytes]
    created_at: Mapped[datetime] = instant()


class Counter(db.Model):
    """The last serial number given under a name (case numbers, notice numbers)."""

    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(sa.String(128), primary_key=True)
    value: Mapped[int]


class Setting(db.Model):
    """A named value of the installation: the demonstration's clock, the system journal's head."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
